"""What both databases do the same way, through Django."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from counterfoil.mirror.enums import State
from counterfoil.mirror.models import Change, Source
from counterfoil.mirror.resources import Table
from counterfoil.mirror.row import FieldChange
from counterfoil.mirror.store import current_dialect


class StoredRow(NamedTuple):
    """A row, as the compare statement returns it for one observation.

    `id` is None where there is no row yet. `hash` is the stored canonical hash, `seen` the observation's.
    """

    external_id: str
    id: int | None
    version: int
    name: str
    state: State
    state_ticket: int
    requested: int
    answered: int
    modified: datetime | None
    hash: bytes | None
    seen: bytes | None = None


def new_row(external_id: str) -> StoredRow:
    """Return the row of a record that is not stored yet."""
    return StoredRow(external_id, None, 0, "", State.PRESENT, 0, 0, 0, None, None)


class Sighting(NamedTuple):
    """The newest pages that listed a record: see `models.RunPage`."""

    requested: int
    answered: int


class SearchedRow(NamedTuple):
    """The search words of a row at a version: those of its name, and all others, each divided by spaces."""

    id: int
    version: int
    name_words: str
    other_words: str


@dataclass(frozen=True, slots=True)
class StoredValues:
    """The mirrored values of a row, for the history and for comparison across shapes."""

    values: Mapping[str, Any]
    extra: Mapping[str, Any]
    invalid: Mapping[str, str]
    hash: bytes | None
    other_hashes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ChangeSource:
    """What the history names as the source of every value written in a batch.

    `references`, by external id, are those of records with a reference of their own (deliveries).
    """

    connection_id: int
    resource: str
    source: str
    reference: int | None
    at: datetime
    actor_id: int | None = None
    references: Mapping[str, int] = field(default_factory=dict)

    @property
    def observed_at(self) -> datetime | None:
        """When the upstream's records were seen; None where what is written is not what was just seen there."""
        return None if self.source in (Source.EDIT, Source.MAPPING, Source.IMPORT) else self.at

    def reference_of(self, external_id: str) -> int | None:
        """Return the reference for what is written of a record."""
        return self.references.get(external_id, self.reference)


def stored_values(table: Table, ids: Sequence[int]) -> dict[int, StoredValues]:
    """Read the mirrored values of rows, by id."""
    columns = table.form.columns
    names = ("id", *columns, "extra", "invalid", "hash", "other_hashes")
    found: dict[int, StoredValues] = {}
    if not ids:
        return found
    for row in table.rows_by_id(ids).values_list(*names):
        values = dict(zip(names, row, strict=True))
        stored = values["hash"]
        found[values.pop("id")] = StoredValues(
            values={name: values[name] for name in columns},
            extra=values["extra"],
            invalid=values["invalid"],
            hash=None if stored is None else bytes(stored),
            other_hashes=values["other_hashes"],
        )
    return found


def payloads(table: Table, ids: Sequence[int]) -> dict[int, bytes]:
    """Read the stored payloads of rows, by id."""
    if not ids:
        return {}
    rows = table.rows_by_id(ids).exclude(raw=None).values_list("id", "raw")
    return {row_id: str(raw).encode() for row_id, raw in rows}


def write_history(entries: Iterable[tuple[int, FieldChange, int | None]], source: ChangeSource) -> int:
    """Write one history line per changed field of (row id, change, reference). Returns how many."""
    found = list(entries)
    if not found:
        return 0
    lines = [
        Change(
            connection_id=source.connection_id,
            resource=source.resource,
            record_id=record_id,
            field=change.field,
            before=to_json(change.before),
            after=to_json(change.after),
            at=source.at,
            source=source.source,
            reference=reference,
            actor_id=source.actor_id,
        )
        for record_id, change, reference in found
    ]
    Change.objects.bulk_create(lines, batch_size=500)
    return len(lines)


def to_json(value: Any) -> Any:
    """Convert a value to JSON's own types, as the history stores it. Amounts become text, which is exact."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if hasattr(value, "isoformat") else value


def field_value(row: Any, name: str) -> Any:
    """Read a field of a row in the form that edits store; empty text counts as no value."""
    value = to_json(getattr(row, name))
    return None if value == "" else value


def read_row(found: Sequence[Any]) -> StoredRow:
    """Convert a result of the compare statement."""
    external_id, row_id, version, name, state, state_ticket, requested, answered, modified, stored = found
    return StoredRow(
        external_id=external_id,
        id=row_id,
        version=version or 0,
        name=name or "",
        state=State(state) if state else State.PRESENT,
        state_ticket=state_ticket or 0,
        requested=requested or 0,
        answered=answered or 0,
        modified=as_utc(modified),
        hash=None if stored is None else bytes(stored),
    )


def as_utc(value: Any) -> datetime | None:
    """Convert a time from the driver (SQLite: text without a zone, in UTC)."""
    if value is None:
        return None
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def note_pages(rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows of run_page, in the order of pages.sql."""
    with connection.cursor() as cursor:
        cursor.executemany(current_dialect().statement("pages"), rows)
