"""Open the file of another app's invoices: find its encoding and columns, and read its rows."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import orjson

from counterfoil.connectors.file.column_names import find_columns
from counterfoil.connectors.file.layout import Layout
from counterfoil.connectors.file.plain_file import open_plain
from counterfoil.connectors.file.reading import Reading, find_reading
from counterfoil.connectors.file.record import is_nothing
from counterfoil.connectors.file.row import FileRow
from counterfoil.connectors.file.row_id import value_at
from counterfoil.connectors.file.rows import read_rows
from counterfoil.connectors.identify import LONGEST_ID
from counterfoil.connectors.json_outline import is_deeper
from counterfoil.connectors.page import Item
from counterfoil.errors import InvalidInput, NotFound
from counterfoil.imports.column_forms import NO_CHOICE, FormChoice, decide_forms, survey
from counterfoil.imports.stated_total import StatedTotal, read_total
from counterfoil.mapping import imported_row
from counterfoil.mapping.imported_row import ID
from counterfoil.mapping.invoice import AMOUNTS
from counterfoil.mirror import storable
from counterfoil.normalize.money import Amount, money
from counterfoil.normalize.value import text

_SHORTENED = re.compile(r"\d+([.,]\d+)?e\+?\d+", re.IGNORECASE | re.ASCII)
"""How a spreadsheet writes an id with many digits: the last ones are lost for good."""


_AS_PROGRAMS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class IncomingRow:
    """A row that can be imported. An amount is None where the row has none."""

    line: int
    item: Item
    customer: str
    total: Decimal | None
    balance: Decimal | None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be imported: its last line in the file, the reason, and the row's text."""

    line: int
    reason: str
    text: str


def read_source_row(
    row: FileRow, columns: Mapping[str, str], forms: Mapping[str, str] = _AS_PROGRAMS
) -> IncomingRow | RejectedRow:
    """Read a row by `columns` (field -> column) and `forms` (field -> form). Ids are kept to the digit.

    A row whose id or amount cannot be read is rejected, since nothing could be proved about it. A date that cannot
    be read rejects no row: as with any upstream it is left empty, with the reason beside it.
    """
    if problem := _reading_problem(row):
        return _rejected(row, problem)
    try:
        raw = orjson.dumps(row.values)
    except TypeError:  # half surrogates stand for bytes that could not be decoded
        return _rejected(row, "has bytes that are not valid in the encoding of the file")
    external_id = _text(row, columns[ID])
    problem = _id_problem(row, columns[ID], external_id) or _storing_problem(row, columns)
    if problem:
        return _rejected(row, problem)
    total, balance = (
        _amount(value_at(row.values, columns.get(name, "")), forms.get(name, "")) for name in AMOUNTS
    )
    for name, amount in zip(AMOUNTS, (total, balance), strict=True):
        if amount.reason:
            return _rejected(row, f"has a {name} in column “{columns[name]}” that is {amount.reason}")
    item = Item(external_id, None, hashlib.sha256(raw).digest(), raw)
    customer = _text(row, columns["customer_external_id"])
    return IncomingRow(row.line, item, customer, total.value, balance.value)


def _text(row: FileRow, column: str) -> str:
    value = value_at(row.values, column)
    return "" if is_nothing(value) else text(value) or ""


def _amount(value: object, form: str) -> Amount:
    """Read an amount; an empty cell is none. NaN is no empty cell but a calculation that failed."""
    is_none = is_nothing(value) and str(value).strip().lower() != "nan"
    return money(None if is_none else value, form)


def _reading_problem(row: FileRow) -> str:
    if row.problem:
        return row.problem.removeprefix(f"Line {row.line} ").removesuffix(".")
    if row.missing:
        cells = f"{row.missing} cells" if row.missing > 1 else "1 cell"
        return f"is cut off: it has {cells} fewer than the header"
    if row.text and is_deeper(row.text.encode(errors="replace"), storable.DEEPEST):
        return "has too many lists and objects in one another"
    return ""


def _id_problem(row: FileRow, column: str, external_id: str) -> str:
    if not external_id:
        return f"has no invoice id in column “{column}”"
    if isinstance(value_at(row.values, column), float) or _SHORTENED.fullmatch(external_id):
        return f"has an id in column “{column}” that a spreadsheet has shortened; its last digits are lost"
    return f"has an id in column “{column}” that is too long" if len(external_id) > LONGEST_ID else ""


def _storing_problem(row: FileRow, columns: Mapping[str, str]) -> str:
    """Say what of a row no database could store or find again."""
    column = storable.key_with_nul(row.values)
    if column is not None:
        return f"has a NUL character in column “{column}”"
    for (field,) in storable.INDEXED_TOGETHER["invoice"]:
        value = text(value_at(row.values, columns.get(field, "")))
        if value and len(value.encode()) > storable.LONGEST_INDEXED:
            return f"has a text in column “{columns[field]}” that is too long"
    return ""


def _rejected(row: FileRow, reason: str) -> RejectedRow:
    content = row.text or json.dumps(row.values, ensure_ascii=False)
    return RejectedRow(row.line, reason, content.encode(errors="replace").decode().rstrip("\r\n"))


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of invoices. `columns`: field -> column; `digest` is the SHA-256 of the content, in hex.

    `forms` are how its amounts and dates are written, by field; `stated` is what its last row says they sum up to.
    """

    reading: Reading
    columns: Mapping[str, str]
    digest: str
    forms: Mapping[str, str] = _AS_PROGRAMS
    stated: StatedTotal | None = None

    def rows(self) -> Iterator[IncomingRow | RejectedRow]:
        """Read the rows one after the other, without a total; the file is never in memory as a whole."""
        for row in read_rows(self.reading):
            if self.stated is None or row.line != self.stated.line:
                yield read_source_row(row, self.columns, self.forms)


def open_file(
    path: Path, chosen: Mapping[str, str], layout: Layout | None = None, choice: FormChoice = NO_CHOICE
) -> SourceFile:
    """Find out how to read a file, its columns and its values, where that is not chosen.

    `chosen` maps fields to columns; other columns are found by their names. Raises NotFound, InvalidInput, and
    FormInDoubt where the values do not tell how they are written.
    """
    reading = find_reading(path, replace(layout or Layout(), names=tuple(chosen.values())))
    if not reading.columns:
        raise InvalidInput(f"{path.name} has no rows.", "Choose a file with at least one row.")
    mapped = choose_columns(reading.names, chosen)
    found = survey(read_rows(reading), mapped)
    forms = decide_forms(found, mapped, choice)
    stated = read_total(found.total, mapped, forms) if found.total else None
    return SourceFile(reading, mapped, digest_of(path), forms, stated)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hex."""
    with open_plain(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


FIELDS = (ID, *imported_row.FIELDS)
NEEDED = (ID, "customer_external_id")


def guess_columns(columns: Sequence[str]) -> dict[str, str]:
    """Map fields to columns by the columns' names, as `zohoInvoiceId`, `invoice_id` or `Invoice ID`."""
    return find_columns(columns, "invoice", FIELDS)


def choose_columns(columns: Sequence[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Map fields to columns: as `chosen`, and guessed for the rest. Raises NotFound, InvalidInput."""
    for field, column in chosen.items():
        if field not in FIELDS:
            raise InvalidInput(f"“{field}” is not a field of an invoice.", f"Fields: {', '.join(FIELDS)}.")
        if column not in columns:
            raise NotFound(f"The file has no column “{column}”.", f"Columns: {', '.join(columns)}.")
    used = set(chosen.values())
    guessed = {field: column for field, column in guess_columns(columns).items() if column not in used}
    mapped = {**guessed, **chosen}
    for field in NEEDED:
        if field not in mapped:
            raise InvalidInput(
                f"It is not clear which column has the {_NEEDED_LABELS[field]}.",
                f"Use --map {field}=COLUMN. Columns: {', '.join(columns) or 'none'}.",
            )
    return mapped


_NEEDED_LABELS = {
    ID: "external id of the invoice",
    "customer_external_id": "external id of the customer",
}
