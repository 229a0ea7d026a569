"""A record on its way into the table. Knows no database and no Django model: mapping processes build it too."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, auto
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

from counterfoil.mapping.fields import COLUMNS_OF, TITLE_OF
from counterfoil.mapping.mapper import Mapped
from counterfoil.mirror.enums import State

KEPT = (
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
"""Columns that every write of a record sets after the mapped ones, in the order in which `written` gives them."""

NAME_MARK = "="
"""Before a search word that comes from the name (PostgreSQL), so that name matches can come first."""
_NEXT_NAME = f" {NAME_MARK}"


class FieldChange(NamedTuple):
    """One line of history."""

    field: str
    before: Any
    after: Any


class RowMeta(NamedTuple):
    """What is known of a record besides its content. `begun`, `ended`: the tickets around its observation."""

    raw: bytes
    raw_hash: bytes | None
    other_hashes: Mapping[str, str]
    requested: int
    answered: int
    modified: datetime | None
    state: State = State.PRESENT
    state_ticket: int = 0


class RowFormat(Enum):
    """In what format a database takes rows."""

    COPY_LINE = auto()
    """A line of PostgreSQL's COPY."""
    CELLS = auto()
    """Parameters of a statement."""


class Form:
    """How the records of one resource are written by one kind of database."""

    def __init__(self, row_format: RowFormat, resource: str) -> None:
        self.row_format = row_format
        self.resource = resource
        self.columns = COLUMNS_OF[resource]
        self.written = (*self.columns, *KEPT)
        self.title = TITLE_OF[resource]
        self.searched = resource == "customer"
        """Whether its search words are kept."""
        self.values = itemgetter(*self.columns)


class Prepared(NamedTuple):
    """A record as its database takes it: external id, the written columns and, where its resource is searched, its
    words, as the beginning of a COPY line on PostgreSQL, as cells on SQLite. `name` is what people call it.

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


def prepare_record(
    form: Form,
    external_id: str,
    mapped: Mapped,
    known: RowMeta,
    hash: bytes | None,  # noqa: A002  the column's name
    *,
    id: int | None = None,  # noqa: A002  the column's name
    version: int = 0,
    changes: Sequence[FieldChange] = (),
    touch: bool = False,
) -> Prepared:
    """Bring a mapped record into the form that its database takes. `hash` is its canonical one."""
    values = column_values(form, mapped, known, hash)
    line: bytes = b""
    cells: tuple[Any, ...] = ()
    if form.row_format is RowFormat.COPY_LINE:
        line = copy_line((external_id, *values, _words(mapped)) if form.searched else (external_id, *values))
    else:
        words = (mapped.name_words, mapped.other_words) if form.searched else ()
        cells = (*map(_plain, values), *words)
    name = mapped.values[form.title] or ""
    return Prepared(external_id, name, line, cells, id, version, changes, touch)


def column_values(form: Form, mapped: Mapped, known: RowMeta, hash: bytes | None) -> tuple[Any, ...]:  # noqa: A002
    """The values of the form's written columns, in their order."""
    return (
        *form.values(mapped.values),
        orjson.dumps(mapped.extra).decode() if mapped.extra else "{}",
        orjson.dumps(mapped.invalid).decode() if mapped.invalid else "{}",
        known.raw.decode("utf-8"),
        known.raw_hash,
        hash,
        orjson.dumps(known.other_hashes).decode() if known.other_hashes else "{}",
        known.requested,
        known.answered,
        known.modified,
        known.state.value,
        known.state_ticket,
    )


def copy_line(values: Sequence[Any]) -> bytes:
    """A line of PostgreSQL's COPY text format, without its end."""
    cells = ["\\N" if v is None else v if type(v) is str and "\\" not in v else _CELL[type(v)](v) for v in values]
    line = "\t".join(cells)
    if "\n" in line or "\r" in line or line.count("\t") >= len(cells):
        line = "\t".join([_CELL[type(v)](v) for v in values])
    return line.encode()


_SPECIAL = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_CELL: Mapping[type, Callable[[Any], str]] = {
    type(None): lambda _: "\\N",
    str: lambda value: value.translate(_SPECIAL),
    bytes: lambda value: f"\\\\x{value.hex()}",
    bool: {True: "t", False: "f"}.__getitem__,
    int: str,
    Decimal: str,
    date: date.isoformat,
    datetime: datetime.isoformat,
}


def _words(mapped: Mapped) -> str:
    """A word of the name stands marked only: a row costs the index as many entries as it has words."""
    if not mapped.name_words:
        return mapped.other_words
    return f"{NAME_MARK}{mapped.name_words.replace(' ', _NEXT_NAME)} {mapped.other_words}".rstrip()


def _plain(value: Any) -> Any:
    """Dates and moments as Django writes them into SQLite: UTC without a zone."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
