"""What both databases do the same way, through Django."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from counterfoil.connectors.fields import COLUMNS
from counterfoil.mirror.models import Change, Customer, State
from counterfoil.mirror.store.records import FieldChange, Held, Record, Row, Stamp


def held(ids: Sequence[int]) -> dict[int, Held]:
    """The mirrored values of existing rows, by id."""
    names = ("id", *COLUMNS, "extra", "invalid", "hash", "other_hashes")
    found: dict[int, Held] = {}
    for row in Customer.objects.filter(id__in=ids).values_list(*names):
        values = dict(zip(names, row, strict=True))
        stored = values["hash"]
        found[values.pop("id")] = Held(
            values={name: values[name] for name in COLUMNS},
            extra=values["extra"],
            invalid=values["invalid"],
            hash=None if stored is None else bytes(stored),
            other_hashes=values["other_hashes"],
        )
    return found


def write_history(entries: Iterable[tuple[int, FieldChange]], stamp: Stamp) -> int:
    """Write one line of history per changed field. Returns how many."""
    lines = [
        Change(
            connection_id=stamp.connection_id,
            record_id=record_id,
            field=change.field,
            before=plain(change.before),
            after=plain(change.after),
            at=stamp.at,
            source=stamp.source,
            reference=stamp.reference,
            actor_id=stamp.actor_id,
        )
        for record_id, change in entries
    ]
    Change.objects.bulk_create(lines, batch_size=500)
    return len(lines)


def plain(value: Any) -> Any:
    """A value as history keeps it: JSON's own types."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def row(found: Sequence[Any]) -> Row:
    """A row of the compare statement."""
    external_id, row_id, version, name, state, state_ticket, begun, ended, modified, same = found
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
        same=bool(same),
    )


def aware(value: Any) -> datetime | None:
    """A moment as the driver gives it (SQLite: text without zone, meaning UTC)."""
    if value is None:
        return None
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def json_text(value: Mapping[str, Any]) -> str:
    """A JSON column's text."""
    return orjson.dumps(value).decode()


def written(record: Record) -> tuple[Any, ...]:
    """The values of `records.WRITTEN`, in its order, before a database's own spelling."""
    values = record.values
    return (
        *[values[name] for name in COLUMNS],
        json_text(record.extra),
        json_text(record.invalid),
        record.raw.decode("utf-8"),
        record.hash,
        json_text(record.other_hashes),
        record.begun,
        record.ended,
        record.modified,
        record.state.value,
        record.state_ticket,
    )
