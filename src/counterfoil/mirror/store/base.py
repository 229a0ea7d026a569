"""What both databases do the same way, through Django."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from counterfoil.mirror.models import Change
from counterfoil.mirror.record import FieldChange
from counterfoil.mirror.sql import statement
from counterfoil.mirror.state import State
from counterfoil.mirror.store.records import Held, Row, Stamp
from counterfoil.mirror.tables import Table


def held(table: Table, ids: Sequence[int]) -> dict[int, Held]:
    """The mirrored values of existing rows, by id."""
    columns = table.form.columns
    names = ("id", *columns, "extra", "invalid", "hash", "other_hashes")
    found: dict[int, Held] = {}
    if not ids:
        return found
    for row in table.rows_by_id(ids).values_list(*names):
        values = dict(zip(names, row, strict=True))
        stored = values["hash"]
        found[values.pop("id")] = Held(
            values={name: values[name] for name in columns},
            extra=values["extra"],
            invalid=values["invalid"],
            hash=None if stored is None else bytes(stored),
            other_hashes=values["other_hashes"],
        )
    return found


def payloads(table: Table, ids: Sequence[int]) -> dict[int, bytes]:
    """The stored payloads of existing rows, by id."""
    if not ids:
        return {}
    rows = table.rows_by_id(ids).exclude(raw=None).values_list("id", "raw")
    return {row_id: str(raw).encode() for row_id, raw in rows}


def write_history(entries: Iterable[tuple[int, FieldChange, int | None]], stamp: Stamp) -> int:
    """Write one line of history per changed field: of which row, what, by which reference. Returns how many."""
    found = list(entries)
    if not found:
        return 0
    lines = [
        Change(
            connection_id=stamp.connection_id,
            resource=stamp.resource,
            record_id=record_id,
            field=change.field,
            before=plain(change.before),
            after=plain(change.after),
            at=stamp.at,
            source=stamp.source,
            reference=reference,
            actor_id=stamp.actor_id,
        )
        for record_id, change, reference in found
    ]
    Change.objects.bulk_create(lines, batch_size=500)
    return len(lines)


def plain(value: Any) -> Any:
    """A value as history keeps it: JSON's own types. Amounts as text, which is exact."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if hasattr(value, "isoformat") else value


def row(found: Sequence[Any]) -> Row:
    """A row of the compare statement."""
    external_id, row_id, version, name, state, state_ticket, begun, ended, modified, stored = found
    return Row(
        external_id=external_id,
        id=row_id,
        version=version or 0,
        name=name or "",
        state=State(state) if state else State.PRESENT,
        state_ticket=state_ticket or 0,
        begun=begun or 0,
        ended=ended or 0,
        modified=aware(modified),
        hash=None if stored is None else bytes(stored),
    )


def aware(value: Any) -> datetime | None:
    """A moment as the driver gives it (SQLite: text without zone, meaning UTC)."""
    if value is None:
        return None
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def note_pages(rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows of run_page, in the order of pages.sql."""
    with connection.cursor() as cursor:
        cursor.executemany(statement(connection.vendor, "pages"), rows)
