"""A record on its way into the table. Knows no database and no Django model: mapping processes build it too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from counterfoil.connectors.fields import COLUMNS
from counterfoil.connectors.mapping import Mapped
from counterfoil.mirror.state import State

WRITTEN = (
    *COLUMNS,
    "extra",
    "invalid",
    "raw",
    "raw_hash",
    "hash",
    "other_hashes",
    "ticket_from",
    "ticket_to",
    "upstream_modified_at",
    "state",
    "state_ticket",
)
"""Columns that every write of a record sets, in the order in which `written` gives them."""

NAME_MARK = "="
"""Before a search word that comes from the name (PostgreSQL), so that name matches can come first."""


class FieldChange(NamedTuple):
    """One line of history."""

    field: str
    before: Any
    after: Any


class Provenance(NamedTuple):
    """What is known of a record besides its content. `begun`, `ended`: the tickets around its observation."""

    raw: bytes
    raw_hash: bytes
    hash: bytes | None
    other_hashes: Mapping[str, str]
    begun: int
    ended: int
    modified: datetime | None
    state: State = State.PRESENT
    state_ticket: int = 0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record as its database takes it: a line for COPY on PostgreSQL, cells for SQLite.

    New where `id` is None, else written only where the row still has `version`. `touch`: nothing that is shown
    changes, only what we know of another shape's body.
    """

    external_id: str
    name: str
    line: bytes = b""
    cells: tuple[Any, ...] = ()
    id: int | None = None
    version: int = 0
    changes: Sequence[FieldChange] = ()
    touch: bool = False


def prepare(
    vendor: str,
    external_id: str,
    mapped: Mapped,
    known: Provenance,
    *,
    id: int | None = None,  # noqa: A002  the column's name
    version: int = 0,
    changes: Sequence[FieldChange] = (),
    touch: bool = False,
) -> Prepared:
    """Bring a mapped record into the form that its database takes."""
    values = written(mapped, known)
    line: bytes = b""
    cells: tuple[Any, ...] = ()
    if vendor == "postgresql":
        line = copy_line((id, version, external_id, *values, _words(mapped)))
    else:
        cells = (*map(_plain, values), mapped.name_words, mapped.other_words)
    return Prepared(external_id, mapped.values["name"], line, cells, id, version, changes, touch)


def written(mapped: Mapped, known: Provenance) -> tuple[Any, ...]:
    """The values of WRITTEN, in its order."""
    return (
        *[mapped.values[name] for name in COLUMNS],
        orjson.dumps(mapped.extra).decode(),
        orjson.dumps(mapped.invalid).decode(),
        known.raw.decode("utf-8"),
        known.raw_hash,
        known.hash,
        orjson.dumps(known.other_hashes).decode(),
        known.begun,
        known.ended,
        known.modified,
        known.state.value,
        known.state_ticket,
    )


def copy_line(values: Sequence[Any]) -> bytes:
    """A line of PostgreSQL's COPY text format."""
    cells = ["\\N" if v is None else v if type(v) is str and "\\" not in v else _cell(v) for v in values]
    line = "\t".join(cells)
    if "\n" in line or "\r" in line or line.count("\t") >= len(cells):
        line = "\t".join(map(_cell, values))
    return (line + "\n").encode()


_SPECIAL = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    if type(value) is str:
        return value.translate(_SPECIAL)
    if type(value) is bytes:
        return f"\\\\x{value.hex()}"
    if isinstance(value, int):
        return ("t" if value else "f") if type(value) is bool else str(value)
    return str(value.isoformat())


def _words(mapped: Mapped) -> str:
    named = " ".join(NAME_MARK + word for word in mapped.name_words.split())
    return f"{named} {mapped.name_words} {mapped.other_words}".strip().replace("  ", " ")


def _plain(value: Any) -> Any:
    """Dates and moments as Django writes them into SQLite: UTC without a zone."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    return value.isoformat() if hasattr(value, "isoformat") else value
