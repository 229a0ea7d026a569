"""Columns of a file that the mapping uses and that are gone: a sync asks before their values go (DESIGN law 3)."""

from collections.abc import Sequence

from django.db import models
from django.db.models import Q

from counterfoil import messages
from counterfoil.connections import factory
from counterfoil.connectors.field_source import paths
from counterfoil.connectors.port import HasColumns
from counterfoil.errors import NotPossibleNow
from counterfoil.mirror.models import Connection, Run, State
from counterfoil.runs.context import RunContext

ABSENT = "absent_columns"
"""In a run's options: the columns it has asked about. In a connection's settings: those approved to be gone."""


def absent_columns(context: RunContext) -> list[str]:
    """Return the columns that are gone without approval, and forget the approval of those that are back.

    A column is gone where a field that it is mapped to has values here.
    """
    if not isinstance(context.collection, HasColumns):
        return []
    written = factory.mapping_config(context.connection, context.table.resource).sources
    unknown = context.collection.absent_columns([source for listed in written.values() for source in listed])
    sources = {
        field: [path for source in listed for path in (paths(source) if source in unknown else (source,))]
        for field, listed in written.items()
    }
    mapped = list(dict.fromkeys(path for listed in sources.values() for path in listed))
    absent = context.collection.absent_columns(mapped)
    approved = context.connection.settings.get(ABSENT, [])
    still_gone = [column for column in approved if column in absent]
    if still_gone != approved:
        _save_approved(context.connection, still_gone)
    used = {
        path
        for field, listed in sources.items()
        for path in listed
        if path in absent and path not in still_gone and _has_values(context, field)
    }
    return [path for path in absent if path in used]


def _has_values(context: RunContext, field: str) -> bool:
    """Tell whether a record has another value in a field than one of which nothing is said."""
    rows = context.table.rows(context.run.connection_id).exclude(state=State.TOMBSTONE)
    column = context.table.model._meta.get_field(field)  # noqa: SLF001  Django's documented way
    if isinstance(column, models.BooleanField):
        return bool(rows.exclude(Q(**{field: None}) | Q(**{field: field == "is_active"})).exists())
    empty = Q(**{field: None}) | Q(**{field: ""}) if column.empty_strings_allowed else Q(**{field: None})
    return bool(rows.exclude(empty).exists())


def require_columns(context: RunContext) -> None:
    """Raise NotPossibleNow where single records would lose the values of a column that is gone."""
    if absent := absent_columns(context):
        raise NotPossibleNow(
            messages.sync.COLUMNS_GONE_FOR_ONE(columns=", ".join(f"“{column}”" for column in absent)),
            messages.sync.SYNC_ALL_TO_DECIDE(),
        )


def note_question(context: RunContext, columns: Sequence[str]) -> None:
    """Keep what a run asks about, for its approval."""
    context.run.options = {**context.run.options, ABSENT: list(columns)}
    context.lease.renew(options=context.run.options)


def approve_columns(run: Run) -> None:
    """Let the columns be gone that an approved run has asked about."""
    if columns := run.options.get(ABSENT):
        connection = Connection.objects.locked(run.connection_id)
        _save_approved(connection, sorted({*connection.settings.get(ABSENT, []), *columns}))


def _save_approved(connection: Connection, columns: Sequence[str]) -> None:
    settings = {key: value for key, value in connection.settings.items() if key != ABSENT}
    connection.settings = {**settings, ABSENT: list(columns)} if columns else settings
    connection.save(update_fields=["settings"])
