"""Which oldest program may use a database: each migration says so, the database keeps it, every program asks.

A migration after which older programs may go on sets `usable_by_older = True` on its class, as one that only adds
a table, or a column that may be null and that nothing depends on. Any other one must be known to a program, or the
program refuses to start, and ends where it runs.
"""

from functools import cache
from importlib import import_module
from importlib.metadata import version
from pkgutil import iter_modules
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from counterfoil import messages
from counterfoil.errors import DatabaseNewer
from counterfoil.mirror.models import SchemaRequirement

PREFIX = "counterfoil_"
"""Of the labels of our own apps."""


@cache
def program_version() -> str:
    """Return the version of this program, for people."""
    return version("counterfoil")


@cache
def known_migrations(label: str) -> frozenset[tuple[str, str]]:
    """List the migrations of an app by their files, as Django's loader finds them, which imports them all."""
    package, _ = MigrationLoader.migrations_module(label)
    try:
        files = iter_modules(import_module(package).__path__) if package else iter(())
    except ModuleNotFoundError:  # an app without migrations
        return frozenset()
    return frozenset((label, file.name) for file in files if not file.ispkg and file.name[0] not in "_~")


def known_to_program() -> frozenset[tuple[str, str]]:
    """List the migrations of all apps that this program brings."""
    return frozenset().union(*(known_migrations(app.label) for app in apps.get_app_configs()))


def require_known(applied: Any) -> None:
    """Raise DatabaseNewer where a migration among `applied` is unknown to this program, and required."""
    if any(app.startswith(PREFIX) for app, _ in set(applied) - known_to_program()):
        require_usable()


def require_usable() -> None:
    """Raise DatabaseNewer where this program is too old for the database."""
    known = {".".join(one) for one in known_to_program()}
    newer = [row for row in SchemaRequirement.objects.all() if row.migration not in known]
    if newer:
        raise DatabaseNewer(
            messages.mirror.DATABASE_NEWER(version=newer[-1].version, migration=newer[-1].migration),
            messages.mirror.UPDATE_PROGRAM(version=program_version()),
        )


def record_requirements(**_: Any) -> None:
    """Bring the table in step with the migrations that are applied. Called after each `migrate`."""
    if SchemaRequirement._meta.db_table not in connection.introspection.table_names():  # noqa: SLF001
        return
    loader = MigrationLoader(connection)
    required = {
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app.startswith(PREFIX)
        and (app, name) in loader.disk_migrations
        and not getattr(loader.disk_migrations[app, name], "usable_by_older", False)
    }
    with transaction.atomic():
        known = {".".join(one) for one in known_to_program()}
        rows = SchemaRequirement.objects.all()
        rows.filter(migration__in=known - required).delete()
        present = set(rows.values_list("migration", flat=True))
        rows.bulk_create(
            SchemaRequirement(migration=name, version=program_version()) for name in sorted(required - present)
        )
