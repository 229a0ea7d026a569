"""The records of a file, in pages. A listing reads the file to its end; a single read searches it for the id."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, NoReturn

import orjson

from counterfoil.connectors.allowance import Budget
from counterfoil.connectors.file import messages
from counterfoil.connectors.file.layout import Layout
from counterfoil.connectors.file.plain_file import explained
from counterfoil.connectors.file.reading import FileForm, Reading, find_reading
from counterfoil.connectors.file.record import FileReader
from counterfoil.connectors.file.row import FileRow
from counterfoil.connectors.file.row_id import id_of, id_problem, same_for_people, value_at
from counterfoil.connectors.file.rows import read_rows
from counterfoil.connectors.identify import unreadable
from counterfoil.connectors.page import (
    BadItem,
    Evidence,
    Item,
    Listing,
    Page,
    PageRequest,
    Read,
    ReadOutcome,
    Scope,
)
from counterfoil.connectors.port import Capabilities
from counterfoil.connectors.reader_port import Reader
from counterfoil.errors import BadRecord, InvalidInput, NotFound


class Records:
    """The rows of one file, identified by its id columns."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        page_size=500, reads_at_once=2_000, ids_may_be_retyped=True
    )
    reader: ClassVar[Reader] = FileReader()

    def __init__(self, path: Path, id_columns: Sequence[str], layout: Layout, budget: Budget) -> None:
        self._path = path
        self.id_columns = tuple(id_columns)
        self._layout = replace(layout, names=self.id_columns)
        self._budget = budget
        self._pass: _Pass | None = None

    def close(self) -> None:
        """Close the file."""
        self._pass = None

    def check(self) -> str:
        """Read the header and require the id columns. Returns a sentence for people."""
        found = self.reading().names
        ids = " and ".join(map(repr, self.id_columns))
        return f"{self._path.name} can be read: {len(found)} columns, ids in {ids}."

    def reading(self) -> Reading:
        """Find out how to read the file. Raises InvalidInput where it has not the id columns."""
        reading = find_reading(self._path, self._layout)
        for column in self.id_columns:
            if column not in reading.names:
                self._refuse_without_id(column, reading.names)
        return reading

    def fetch(self, request: PageRequest) -> Page:
        """Read the next `size` rows. For any other page than the next, start over and skip."""
        ticket = self._budget.ticket()
        if self._pass is None or self._pass.next_page != request.number or self._pass.size != request.size:
            self._pass = _Pass(self, self.reading(), request.size)
            while self._pass.next_page < request.number:
                self._pass.page()
        items, bad, last = self._pass.page()
        return Page(
            number=request.number,
            ticket=ticket,
            items=items,
            bad=bad,
            last=last,
            next_number=request.number + 1,  # a page of large rows is shorter than the others
            fingerprint=self._pass.fingerprint(),
        )

    def read(self, external_ids: Sequence[str], owners: Mapping[str, str] | None = None) -> Iterator[Read]:
        """Scan the file once for all ids. The first row with an id is the record, as in a listing.

        An id that is not there is UNCLEAR where a row has none that can be read: it may be that row.
        """
        ticket = self._budget.ticket()
        wanted = {same_for_people(external_id) for external_id in external_ids}
        found: dict[str, Item | BadItem] = {}
        unidentified = 0
        for row in read_rows(self.reading()):
            item = self.item(row)
            unidentified += not item.external_id
            if (key := same_for_people(item.external_id)) in wanted:
                found.setdefault(key, item)
        for external_id in external_ids:
            item_or_none = found.get(same_for_people(external_id))
            if item_or_none is not None and item_or_none.external_id != external_id:
                yield Read(external_id, ticket, ReadOutcome.UNCLEAR, reason=messages.LISTED_IN_OTHER_CAPITALS())
            elif item_or_none is None and unidentified:
                reason = messages.MAY_BE_A_ROW_WITHOUT_ID(count=unidentified)
                yield Read(external_id, ticket, ReadOutcome.UNCLEAR, reason=reason)
            elif item_or_none is None:
                yield Read(external_id, ticket, ReadOutcome.GONE)
            elif isinstance(item_or_none, BadItem):
                yield Read(external_id, ticket, ReadOutcome.UNCLEAR, reason=item_or_none.reason)
            else:
                yield Read(external_id, ticket, ReadOutcome.FOUND, item_or_none)

    def absent_columns(self, paths: Sequence[str]) -> list[str]:
        """Return those of these columns that the file does not have; a JSON file is searched to its end."""
        reading = find_reading(self._path, self._layout)
        absent = [path for path in paths if path not in reading.names]
        if reading.form in {FileForm.TABLE, FileForm.WORKBOOK} or not absent:
            return absent
        for row in read_rows(reading):
            absent = [path for path in absent if value_at(row.values, path) is None]
            if not absent:
                break
        return absent

    def values(self, paths: Sequence[str]) -> Iterator[tuple[int, Sequence[object]]]:
        """Return the line of every row that can be read, and its values in these columns."""
        for row in read_rows(find_reading(self._path, self._layout)):
            if not row.problem:
                yield row.line, [value_at(row.values, path) for path in paths]

    def evidence(self, listing: Listing) -> Evidence:
        """Require that the file was read to its end and did not change meanwhile."""
        fingerprints = {page.fingerprint for page in listing.pages}
        if len(fingerprints) != 1 or any(_CHANGED in fingerprint for fingerprint in fingerprints):
            return Evidence(complete=False, reason=messages.FILE_CHANGED())
        if not any(page.last for page in listing.pages):
            return Evidence(complete=False, reason=messages.NOT_READ_TO_END())
        return Evidence(complete=True)

    def scope(self, request: PageRequest) -> Scope:
        """Return all rows."""
        return Scope()

    def identify(self, raw: bytes) -> Item:
        """Identify a stored row again. Raises BadRecord."""
        try:
            values = orjson.loads(raw)
        except orjson.JSONDecodeError:
            raise unreadable(raw) from None
        item = self.item(FileRow(0, values)) if isinstance(values, dict) else None
        if item is None:
            raise unreadable(raw)
        if isinstance(item, BadItem):
            raise BadRecord(item.reason)
        return item

    def item(self, row: FileRow) -> Item | BadItem:
        """Return a row as an identified record, or with the reason why it is none."""
        external_id = id_of(row.values, self.id_columns)
        if row.problem:
            return BadItem(row.text.encode(errors="replace"), row.problem, external_id)
        try:
            raw = orjson.dumps(row.values)
        except orjson.JSONEncodeError:  # it nests deeper than JSON is written
            return BadItem(row.text.encode(errors="replace"), messages.LINE_TOO_DEEP(line=row.line), external_id)
        if not external_id:
            column = ", ".join(self.id_columns)
            return BadItem(raw, messages.ROW_WITHOUT_ID(line=row.line, column=column))
        if problem := id_problem(external_id, self.id_columns, row.line):
            return BadItem(raw, problem)
        return Item(external_id, None, hashlib.sha256(raw).digest(), raw)

    def fingerprint(self) -> str:
        """Return text that changes whenever the file is written or replaced. Raises NotFound."""
        with explained(self._path):
            try:
                stat = self._path.stat()
            except FileNotFoundError:
                raise NotFound(messages.FILE_GONE(path=str(self._path)), messages.PUT_BACK()) from None
        return f"{stat.st_ino}:{stat.st_size}:{stat.st_mtime_ns}"

    def _refuse_without_id(self, column: str, found: Sequence[str]) -> NoReturn:
        raise InvalidInput(
            messages.NO_ID_COLUMN(file=self._path.name, column=column),
            messages.COLUMNS_ARE(columns=", ".join(found)) if found else messages.NO_COLUMNS(),
        )


_CHANGED = " then "
LARGEST_PAGE = 8 * 2**20
"""Bytes of rows after which a page ends: memory stays flat, whatever rows there are."""


class _Pass:
    """One reading of the file from start to end, page by page.

    It remembers ids as 8-byte hashes, so that a second row with the same id is quarantined instead of overwriting
    the first one in every pass.
    """

    def __init__(self, file: Records, reading: Reading, size: int) -> None:
        self.size = size
        self.next_page = 0
        self._file = file
        self._fingerprint = file.fingerprint()
        self._rows = read_rows(reading)
        self._ahead = next(self._rows, None)
        self._seen: set[int] = set()

    def page(self) -> tuple[list[Item], list[BadItem], bool]:
        """Read up to `size` rows, fewer of large ones.

        Returns the records, the bad rows, and whether the file is at its end.
        """
        items: list[Item] = []
        bad: list[BadItem] = []
        length = 0
        while self._ahead is not None and len(items) + len(bad) < self.size and length < LARGEST_PAGE:
            item = self._file.item(self._ahead)
            if item.external_id and not self._first(item.external_id):
                reason = self._reason_repeated(item.external_id, self._ahead.line)
                bad.append(BadItem(item.raw, reason, repeated=True))
            elif isinstance(item, Item):
                items.append(item)
            else:
                bad.append(item)
            length += len(item.raw)
            self._ahead = next(self._rows, None)
        self.next_page += 1
        return items, bad, self._ahead is None

    def fingerprint(self) -> str:
        """Return the file's fingerprint; two of them if it has changed since it was opened."""
        now = self._file.fingerprint()
        return now if now == self._fingerprint else f"{self._fingerprint}{_CHANGED}{now}"

    def _first(self, external_id: str) -> bool:
        if "@" not in external_id:
            return self._note(external_id)
        first = self._note(same_for_people(external_id))
        if first:
            self._note(f"={external_id}")
        return first

    def _reason_repeated(self, external_id: str, line: int) -> str:
        written_so = "@" not in external_id or not self._note(f"={external_id}")
        return messages.REPEATED_ID(line=line) if written_so else messages.OTHER_CAPITALS(line=line)

    def _note(self, text: str) -> bool:
        """Remember a text, and tell whether it is a new one."""
        key = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new
