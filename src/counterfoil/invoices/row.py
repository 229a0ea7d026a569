"""A row of the file as an invoice that can be taken in, or the reason why it cannot. Pure."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import orjson

from counterfoil.connectors.contract import Item
from counterfoil.connectors.file.rows import Row
from counterfoil.invoices.columns import ID
from counterfoil.normalize.money import money
from counterfoil.normalize.value import text

_SHORTENED = re.compile(r"\d+([.,]\d+)?e\+?\d+", re.IGNORECASE | re.ASCII)
"""What a spreadsheet makes of an id with many digits: the last ones are gone for good."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A row that can be taken in. An amount is None where the row has none."""

    line: int
    item: Item
    customer: str
    total: Decimal | None
    balance: Decimal | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot: its last line in the file, the reason in words, and what stands there."""

    line: int
    reason: str
    text: str


def read(row: Row, columns: Mapping[str, str]) -> Incoming | Rejected:
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
    return Incoming(row.line, item, customer, total.value, balance.value)


def _wrong_id(row: Row, column: str, external_id: str) -> str:
    if not external_id:
        return f"has no invoice id in column {column!r}"
    if isinstance(row.values[column], float) or _SHORTENED.fullmatch(external_id):
        return f"has an id in column {column!r} that a spreadsheet has shortened; its last digits are lost"
    return ""


def _rejected(row: Row, reason: str) -> Rejected:
    found = row.text or json.dumps(row.values, ensure_ascii=False)
    return Rejected(row.line, reason, found.encode(errors="replace").decode().rstrip("\r\n"))
