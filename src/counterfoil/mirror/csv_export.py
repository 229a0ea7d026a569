"""Customers as a spreadsheet: CSV after RFC 4180, UTF-8 with a byte order mark so that Excel reads it as such.

The keys are looked up once, eight bytes each, then rows come in batches: memory stays flat, and no transaction
stays open while a slow reader takes its time.

Programs that open such a file take a cell that begins with = + - @ for a formula, also behind blanks, a tab or a
line break, and also in full-width forms; what a customer's name may hold would then be carried out. Such a cell
gets an apostrophe in front. One kind is left as it is: a phone number in E.164, which is a plus and digits and
nothing else. It cannot call anything, and with an apostrophe no telephone and no other program would take it.
"""

import csv
import re
import unicodedata
from array import array
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import orjson

from counterfoil.mapping.fields import COLUMNS, LABELS
from counterfoil.mirror.models import Connection, Customer
from counterfoil.mirror.selection import Rows

BATCH = 2_000
BYTE_ORDER_MARK = "\ufeff"
_ALSO = {
    "external_id": "Id",
    "state": "State",
    "upstream_modified_at": "Changed upstream",
    "first_seen_at": "First seen",
    "updated_at": "Changed here",
    "invalid": "Invalid values",
    "extra": "Extra fields",
}
_NAMES = ("external_id", *COLUMNS, *list(_ALSO)[1:])
HEADINGS = ("Connection", *(LABELS.get(name) or _ALSO[name] for name in _NAMES))

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_FORMULAS = frozenset("=+-@\u2212")
_BREAKS = frozenset("\t\r\n\v\f")


def csv_chunks(rows: Rows, counted: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
    """The file in pieces, in the order of keys. `counted` is told how many customers there were so far."""
    connections = dict(Connection.objects.values_list("pk", "name"))
    buffer = _Buffer()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BYTE_ORDER_MARK)
    writer.writerow(HEADINGS)
    done = 0
    keys = array("q", rows.order_by("pk").values_list("pk", flat=True).iterator())
    for at in range(0, len(keys), BATCH):
        found = Customer.objects.filter(pk__in=keys[at : at + BATCH]).order_by("pk")
        for connection, *values in found.values_list("connection_id", *_NAMES):
            writer.writerow([cell(connections.get(connection, "")), *map(cell, values)])
            done += 1
        counted(done)
        yield buffer.taken()
    yield buffer.taken()


def cell(value: Any) -> str:
    """A value as text that no program takes for a formula."""
    if value is None or value == {}:
        return ""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return orjson.dumps(value).decode()


def harmless(text: str) -> str:
    """The text itself, behind an apostrophe where a program could carry it out."""
    if not text or text[0].isalnum() or _E164.fullmatch(text):
        return text
    for character in text:
        if character in _BREAKS:
            return f"'{text}"
        if unicodedata.category(character)[0] not in "ZC":
            shown = unicodedata.normalize("NFKC", character)
            return f"'{text}" if shown[:1] in _FORMULAS else text
    return text


class _Buffer:
    """What a CSV writer has written since it was last taken."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def write(self, text: str) -> None:
        """Add a line."""
        self._parts.append(text)

    def taken(self) -> bytes:
        """All of it, once."""
        text, self._parts = "".join(self._parts), []
        return text.encode("utf-8", "replace")
