"""Prepare records for writing. Free of Django, because mapping processes do it too."""

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
"""Columns that every write of a record sets after the mapped ones, in the order of `Form.written`."""

NAME_MARK = "="
"""Prefix of a search word from the name (PostgreSQL), so that name matches can come first."""
_NEXT_NAME = f" {NAME_MARK}"
PERSON_MARK = "@"
"""Prefix of a search word that a customer has from a contact person (PostgreSQL), so that it can be replaced."""


class FieldChange(NamedTuple):
    """One changed field, for the history."""

    field: str
    before: Any
    after: Any


class RowMeta(NamedTuple):
    """What a record has besides its content. `requested`, `answered`: the tickets around its observation."""

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
    """How one kind of database takes the records of one resource."""

    def __init__(self, row_format: RowFormat, resource: str) -> None:
        self.row_format = row_format
        self.resource = resource
        self.columns = COLUMNS_OF[resource]
        self.written = (*self.columns, *KEPT)
        self.title = TITLE_OF[resource]
        self.searched = resource == "customer"
        """Whether its search words are stored."""
        self.values = itemgetter(*self.columns)


class Prepared(NamedTuple):
    """A record in its database's format.

    It holds the external id, the written columns and, where its resource is searched, its words: in `line`, the
    beginning of a COPY line, or in `cells`. It is new where `id` is None, else written only where the row still
    has `version`. `touch`: nothing visible changes, only what is stored of another shape's body. `spelled`: words
    for the connection's vocabulary.
    """

    external_id: str
    name: str
    line: bytes = b""
    cells: tuple[Any, ...] = ()
    id: int | None = None
    version: int = 0
    changes: Sequence[FieldChange] = ()
    touch: bool = False
    spelled: Sequence[str] = ()


def prepare_record(
    form: Form,
    external_id: str,
    mapped: Mapped,
    meta: RowMeta,
    hash: bytes | None,  # noqa: A002  the column's name
    *,
    id: int | None = None,  # noqa: A002  the column's name
    version: int = 0,
    changes: Sequence[FieldChange] = (),
    touch: bool = False,
    spelled: Sequence[str] = (),
) -> Prepared:
    """Convert a mapped record into its database's format. `hash` is the canonical one."""
    values = column_values(form, mapped, meta, hash)
    line: bytes = b""
    cells: tuple[Any, ...] = ()
    if form.row_format is RowFormat.COPY_LINE:
        line = copy_line(
            (external_id, *values, marked_words(mapped.name_words, mapped.other_words))
            if form.searched
            else (external_id, *values)
        )
    else:
        words = (mapped.name_words, mapped.other_words) if form.searched else ()
        cells = (*map(_plain, values), *words)
    name = mapped.values[form.title] or ""
    return Prepared(external_id, name, line, cells, id, version, changes, touch, spelled)


def column_values(form: Form, mapped: Mapped, meta: RowMeta, hash: bytes | None) -> tuple[Any, ...]:  # noqa: A002
    """Return the values of the form's written columns, in their order."""
    return (
        *form.values(mapped.values),
        orjson.dumps(mapped.extra).decode() if mapped.extra else "{}",
        orjson.dumps(mapped.invalid).decode() if mapped.invalid else "{}",
        meta.raw.decode("utf-8"),
        meta.raw_hash,
        hash,
        orjson.dumps(meta.other_hashes).decode() if meta.other_hashes else "{}",
        meta.requested,
        meta.answered,
        meta.modified,
        meta.state.value,
        meta.state_ticket,
    )


def copy_line(values: Sequence[Any]) -> bytes:
    """Build a line of PostgreSQL's COPY text format, without its end."""
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


def marked_words(name_words: str, other_words: str) -> str:
    """Join the words, those of the name with their mark only: every word costs an index entry."""
    if not name_words:
        return other_words
    return f"{NAME_MARK}{name_words.replace(' ', _NEXT_NAME)} {other_words}".rstrip()


def _plain(value: Any) -> Any:
    """Convert dates and times as Django writes them into SQLite: UTC without a zone."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
