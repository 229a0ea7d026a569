"""Adopt an older installation, whose tables had plain names (customer, run) and whose apps had other labels.

Today's tables are created beside the old ones and filled from them with the same keys, then the old ones are
dropped, all in one transaction. Users and groups keep their permissions.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import AutoField, BigAutoField

from counterfoil import messages
from counterfoil.errors import DatabaseOutdated
from counterfoil.mirror.sql import PREFIX
from counterfoil.mirror.store import current_dialect

LABELS = {"mirror": "counterfoil_mirror", "inbox": "counterfoil_webhooks"}
"""Former and current label of each app."""
LAST = {"mirror": "0021_write_of_run", "inbox": "0002_lists"}
"""The last former migrations, which must be applied. No other version was ever published."""
FIRST = [("counterfoil_mirror", "0003_write_ahead_log"), ("counterfoil_webhooks", "0001_initial")]
"""The migrations that make the tables as the former ones are; later ones change them once they are filled."""
_TABLES = {"quarantine": "set_aside", "outbox": "write"}
"""Tables with another former name."""
_MODELS = {"setaside": "quarantinedrecord"}
_GONE = {"django_tasks_database": "django_tasks_database_dbtaskresult"}
"""Former apps that have no successor, with their table."""


def is_needed() -> bool:
    """Tell whether this database was created before tables had a prefix."""
    applied = MigrationRecorder(connection).applied_migrations()
    return any(app in LABELS for app, _ in applied) and not any(app in LABELS.values() for app, _ in applied)


def require_last() -> None:
    """Raise DatabaseOutdated where former migrations are missing."""
    applied = MigrationRecorder(connection).applied_migrations()
    missing = [f"{app}.{name}" for app, name in LAST.items() if (app, name) not in applied]
    if missing:
        raise DatabaseOutdated(
            messages.mirror.TOO_OLD_TO_UPGRADE(missing=", ".join(missing)), messages.mirror.CONNECT_AGAIN()
        )


def adopt() -> None:
    """Move everything to today's tables."""
    with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
        MigrationExecutor(connection, _finish).migrate(FIRST)
        tables = list(_tables(cursor))
        for table in tables:
            _copy_rows(cursor, table)
        current_dialect().adoption.copy_search_and_tickets(cursor)
        connection.check_constraints()  # PostgreSQL changes no table whose constraints are still to be checked
        executor = MigrationExecutor(connection, _finish)
        executor.migrate([node for node in executor.loader.graph.leaf_nodes() if node[0] in LABELS.values()])
        _rename_permissions(cursor)
        connection.check_constraints()
        _drop_former(cursor, [table.former for table in tables])


def _finish(action: str, *_: object) -> None:
    if action == "apply_success":
        current_dialect().upgrade.finish_migration()


class _Table(NamedTuple):
    """Today's name, the former one, and the columns. `counted`: the database assigns its keys."""

    name: str
    former: str
    columns: list[str]
    counted: bool


def _tables(cursor: CursorWrapper) -> Iterator[_Table]:
    """Yield the tables that the older installation has, with the columns that both have."""
    existing = connection.introspection.table_names(cursor)
    for label in LABELS.values():
        for model in apps.get_app_config(label).get_models():
            table = str(model._meta.db_table)  # noqa: SLF001  Django's documented way
            noun = table.removeprefix(PREFIX)
            former = _TABLES.get(noun, noun)
            if former not in existing:
                continue
            had = _columns(cursor, former)
            counted = isinstance(model._meta.pk, AutoField | BigAutoField)  # noqa: SLF001
            yield _Table(table, former, [column for column in _columns(cursor, table) if column in had], counted)


def _columns(cursor: CursorWrapper, table: str) -> list[str]:
    return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _copy_rows(cursor: CursorWrapper, table: _Table) -> None:
    """Copy with the counter of the keys: history names a deleted row by its key, which is never given again."""
    adoption = current_dialect().adoption
    names = ", ".join(map(connection.ops.quote_name, table.columns))
    former = connection.ops.quote_name(table.former)
    cursor.execute(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {former}")  # noqa: S608  names of ours
    if table.counted:
        adoption.copy_key_counter(cursor, table.former, table.name)


def _rename_permissions(cursor: CursorWrapper) -> None:
    """Rename permissions in their rows, so that users and groups keep them."""
    for former, label in LABELS.items():
        for model, name in _MODELS.items():
            kinds = "SELECT id FROM django_content_type WHERE app_label = %s AND model = %s"
            cursor.execute(
                "UPDATE auth_permission SET codename = replace(codename, %s, %s) "  # noqa: S608  fixed names
                f"WHERE content_type_id IN ({kinds})",
                [model, name, former, model],
            )
            cursor.execute(
                "UPDATE django_content_type SET model = %s WHERE app_label = %s AND model = %s",
                [name, former, model],
            )
        cursor.execute("UPDATE django_content_type SET app_label = %s WHERE app_label = %s", [label, former])
    groups: Any = apps.get_model("counterfoil_mirror", "RoleGroup")
    for entry in groups.objects.all():
        entry.given = sorted(map(_rename_permission, entry.given))
        entry.save(update_fields=["given"])


def _rename_permission(code: str) -> str:
    """Rename a permission: `mirror.retry_setaside` is `counterfoil_mirror.retry_quarantinedrecord`."""
    app, _, what = code.partition(".")
    for model, name in _MODELS.items():
        what = what.replace(model, name) if app in LABELS else what
    return f"{LABELS.get(app, app)}.{what}"


def _drop_former(cursor: CursorWrapper, tables: Sequence[str]) -> None:
    current_dialect().adoption.drop_former(cursor, [*tables, *_GONE.values()])
    for app in (*LABELS, *_GONE):
        cursor.execute("DELETE FROM django_migrations WHERE app = %s", [app])
        ContentType.objects.filter(app_label=app).delete()
