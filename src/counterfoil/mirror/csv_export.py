"""Export customers as CSV (RFC 4180), in UTF-8 with a byte order mark, by which Excel recognises it.

The keys are read once, eight bytes each, then rows in batches: memory stays flat, and no transaction stays open
for a slow reader.

Spreadsheet programs run a cell that begins with = + - @ as a formula, also after blanks, a tab or a line break,
and in full-width forms. Such a cell gets an apostrophe in front. A phone number in E.164 is left as it is: a plus
and digits run nothing, and with an apostrophe no other program would accept the number.

Characters that a terminal obeys or nobody sees stand there by their codes: what is exported is shown to people,
and a value that looks like another one is a false one. The JSON of the command line has them escaped.
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
from counterfoil.normalize.hidden_characters import json_escaped, visible

BATCH = 2_000
BYTE_ORDER_MARK = "\ufeff"
_OTHER_LABELS = {
    "external_id": "Id",
    "best_phone": "Best phone number",
    "best_email": "Best e-mail",
    "state": "State",
    "upstream_modified_at": "Changed upstream",
    "first_seen_at": "First seen",
    "updated_at": "Changed here",
    "invalid": "Invalid values",
    "extra": "Extra fields",
}
_NAMES = ("external_id", *COLUMNS, *list(_OTHER_LABELS)[1:])
HEADINGS = ("Connection", *(LABELS.get(name) or _OTHER_LABELS[name] for name in _NAMES))
_OF_PERSONS = ("best_phone", "best_email")
"""Columns that may hold a contact person's number and address."""

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_FORMULAS = frozenset("=+-@\u2212")
_BREAKS = frozenset("\t\r\n\v\f")


def csv_chunks(
    rows: Rows, counted: Callable[[int], None] = lambda _: None, *, with_persons: bool = True
) -> Iterator[bytes]:
    """Yield the file in chunks, ordered by key. Calls `counted` with the number of customers so far.

    Not `with_persons` leaves out what may be of a contact person.
    """
    shown = [
        (name, heading)
        for name, heading in zip(_NAMES, HEADINGS[1:], strict=True)
        if with_persons or name not in _OF_PERSONS
    ]
    names = [name for name, _ in shown]
    connections = dict(Connection.objects.values_list("pk", "name"))
    buffer = _Buffer()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BYTE_ORDER_MARK)
    writer.writerow([HEADINGS[0], *(heading for _, heading in shown)])
    done = 0
    keys = array("q", rows.order_by("pk").values_list("pk", flat=True).iterator())
    for at in range(0, len(keys), BATCH):
        found = Customer.objects.filter(pk__in=keys[at : at + BATCH]).order_by("pk")
        for connection, *values in found.values_list("connection_id", *names):
            writer.writerow([cell(connections.get(connection, "")), *map(cell, values)])
            done += 1
        counted(done)
        yield buffer.flush()
    yield buffer.flush()


def cell(value: Any) -> str:
    """Convert a value to text that no program runs as a formula."""
    if value is None or value == {}:
        return ""
    if isinstance(value, str):
        return harmless(_shown(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return json_escaped(orjson.dumps(value).decode())


def _shown(text: str) -> str:
    return "\r\n".join(map(visible, text.split("\r\n")))


def harmless(text: str) -> str:
    """Put an apostrophe before a text that a program could run as a formula."""
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
    """The file that a CSV writer writes to, emptied chunk by chunk."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def write(self, text: str) -> None:
        self._parts.append(text)

    def flush(self) -> bytes:
        """Return what was written since the last call."""
        text, self._parts = "".join(self._parts), []
        return text.encode("utf-8", "replace")
