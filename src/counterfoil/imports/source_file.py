"""The file that an app's own invoices come in: opened as what it is, told apart by its content."""

import codecs
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import orjson

from counterfoil.connectors.file import rows as reading
from counterfoil.connectors.file.rows import FileRow, Layout
from counterfoil.connectors.page import Item
from counterfoil.errors import InvalidInput, NotFound
from counterfoil.mapping.fields import INVOICE_FIELDS
from counterfoil.normalize.money import money
from counterfoil.normalize.text import fold
from counterfoil.normalize.value import text

_SHORTENED = re.compile(r"\d+([.,]\d+)?e\+?\d+", re.IGNORECASE | re.ASCII)
"""What a spreadsheet makes of an id with many digits: the last ones are gone for good."""


@dataclass(frozen=True, slots=True)
class IncomingRow:
    """A row that can be taken in. An amount is None where the row has none."""

    line: int
    item: Item
    customer: str
    total: Decimal | None
    balance: Decimal | None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot: its last line in the file, the reason in words, and what stands there."""

    line: int
    reason: str
    text: str


def read_source_row(row: FileRow, columns: Mapping[str, str]) -> IncomingRow | RejectedRow:
    """Read a row by `columns` (field -> column). Ids are kept to the digit.

    An id or an amount that cannot be read keeps the row out, since nothing could be proved of it. A date that
    cannot be read does not: as with any upstream it is left empty, with the reason beside it.
    """
    if row.problem:
        return _rejected(row, row.problem.removeprefix(f"line {row.line} "))
    try:
        raw = orjson.dumps(row.values)
    except TypeError:  # half surrogates stand for bytes that could not be decoded
        return _rejected(row, "holds bytes that are no text in the encoding of the file")
    if b"\\u0000" in raw:
        return _rejected(row, "holds a NUL character")
    external_id = text(row.values.get(columns[ID])) or ""
    problem = _wrong_id(row, columns[ID], external_id)
    if problem:
        return _rejected(row, problem)
    total, balance = (money(row.values.get(columns.get(name, ""))) for name in ("total", "balance"))
    for name, amount in (("total", total), ("balance", balance)):
        if amount.reason:
            return _rejected(row, f"has a {name} in column {columns[name]!r} that is {amount.reason}")
    item = Item(external_id, None, hashlib.sha256(raw).digest(), raw)
    customer = text(row.values.get(columns["customer_external_id"])) or ""
    return IncomingRow(row.line, item, customer, total.value, balance.value)


def _wrong_id(row: FileRow, column: str, external_id: str) -> str:
    if not external_id:
        return f"has no invoice id in column {column!r}"
    if isinstance(row.values[column], float) or _SHORTENED.fullmatch(external_id):
        return f"has an id in column {column!r} that a spreadsheet has shortened; its last digits are lost"
    return ""


def _rejected(row: FileRow, reason: str) -> RejectedRow:
    found = row.text or json.dumps(row.values, ensure_ascii=False)
    return RejectedRow(row.line, reason, found.encode(errors="replace").decode().rstrip("\r\n"))


_BLOCK = 1 << 20
_KEEP_BYTES = "surrogateescape"
"""Bytes that are no text become half surrogates, so that they cost their row and not the file."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """`columns`: field -> column. `digest` is the SHA-256 of the content, in hex."""

    path: Path
    layout: Layout
    columns: Mapping[str, str]
    digest: str

    def rows(self) -> Iterator[IncomingRow | RejectedRow]:
        """All rows, one after the other; the file is never held whole."""
        for row in reading.rows(self.path, self.layout):
            yield read_source_row(row, self.columns)


def open_file(path: Path, said: Mapping[str, str], encoding: str = "", delimiter: str = "") -> SourceFile:
    """Look at a file: its encoding, its columns (`said`: field -> column, the rest by their names).

    Raises NotFound, InvalidInput.
    """
    reading.open_text(path, Layout(encoding)).close()
    layout = Layout(encoding or _encoding(path), delimiter, _KEEP_BYTES)
    found = reading.columns(path, layout)
    if not found:
        raise InvalidInput(f"{path.name} holds no rows.", "Give a file with at least one.")
    return SourceFile(path, layout, choose_columns(found, said), _digest(path))


def _encoding(path: Path) -> str:
    """As for any file; but one in UTF-8 with a few broken rows is not taken for cp1252, which any byte fits."""
    found = reading.encoding_of(path)
    if found != "cp1252":
        return found
    decoder = codecs.getincrementaldecoder("utf-8")(_KEEP_BYTES)
    whole = broken = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            text = decoder.decode(block)
            lost = sum("\udc80" <= character <= "\udcff" for character in text) if not text.isascii() else 0
            broken += lost
            whole += sum(not character.isascii() for character in text) - lost if not text.isascii() else 0
    return "utf-8-sig" if whole > broken else found


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


ID = "external_id"
"""The field that tells invoices apart: the upstream's own id, never that of the app which wrote the file."""
FIELDS = (ID, *(field.name for field in INVOICE_FIELDS))
NEEDED = (ID, "customer_external_id")

_NAMES: Mapping[str, tuple[str, ...]] = {
    ID: ("zoho invoice id", "upstream invoice id", "external invoice id", "external id", "invoice id"),
    "customer_external_id": (
        "zoho customer id", "zoho contact id", "upstream customer id", "external customer id",
        "customer external id", "customer id", "contact id", "client id",
    ),
    "customer_name": ("customer name", "customer", "client name", "contact name"),
    "number": ("invoice number", "number", "invoice no"),
    "reference": ("reference number", "reference", "po number"),
    "status": ("status", "invoice status"),
    "date": ("invoice date", "date", "issue date", "issued at"),
    "due_date": ("due date", "due"),
    "currency": ("currency code", "currency"),
    "total": ("amount total", "total", "total amount", "invoice total", "amount"),
    "balance": ("amount due", "balance", "balance due", "amount outstanding", "outstanding"),
    "email": ("customer email", "email"),
    "phone": ("customer phone", "phone"),
    "country": ("customer country code", "customer country", "country code", "country"),
}  # fmt: skip


def guess_columns(columns: Sequence[str]) -> dict[str, str]:
    """field -> column, for fields that a column is named after: `zohoInvoiceId`, `invoice_id`, `Invoice ID`."""
    there = {plain_name(column): column for column in reversed(columns)}
    found: dict[str, str] = {}
    for field, names in _NAMES.items():
        column = next((there[plain_name(name)] for name in names if plain_name(name) in there), None)
        if column is not None:
            found[field] = column
    return found


def choose_columns(columns: Sequence[str], said: Mapping[str, str]) -> dict[str, str]:
    """field -> column: what was said, and a guess for the rest. Raises NotFound, InvalidInput."""
    for field, column in said.items():
        if field not in FIELDS:
            raise InvalidInput(f"There is no field {field!r} of an invoice.", f"Fields are: {', '.join(FIELDS)}.")
        if column not in columns:
            raise NotFound(f"The file has no column {column!r}.", f"Columns are: {', '.join(columns)}.")
    taken = set(said.values())
    guessed = {field: column for field, column in guess_columns(columns).items() if column not in taken}
    chosen = {**guessed, **said}
    for field in NEEDED:
        if field not in chosen:
            raise InvalidInput(
                f"It is not clear which column holds the {_WORDS[field]}.",
                f"Say it with --map {field}=COLUMN. Columns are: {', '.join(columns) or 'none'}.",
            )
    return chosen


def plain_name(name: str) -> str:
    """A column's name without capitals, accents, spaces and signs."""
    return re.sub(r"[\W_]+", "", fold(name))


_WORDS = {ID: "upstream's id of the invoice", "customer_external_id": "upstream's id of the customer"}
