"""The records of a file, in pages. A listing reads the file to its end; a single read searches it for the id."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import orjson

from counterfoil.connectors.allowance import Budget
from counterfoil.connectors.file import messages
from counterfoil.connectors.file.plain_file import explained
from counterfoil.connectors.file.record import FileReader
from counterfoil.connectors.file.rows import FileRow, Layout, columns, rows
from counterfoil.connectors.identify import clean_id, unreadable
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
    """The rows of one file, identified by its id column."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        page_size=500, reads_at_once=2_000, ids_may_be_retyped=True
    )
    reader: ClassVar[Reader] = FileReader()

    def __init__(self, path: Path, id_column: str, layout: Layout, budget: Budget) -> None:
        self._path = path
        self._id_column = id_column
        self._layout = layout
        self._budget = budget
        self._pass: _Pass | None = None

    def close(self) -> None:
        """Close the file."""
        self._pass = None

    def check(self) -> str:
        """Read the header and require the id column. Returns a sentence for people."""
        found = columns(self._path, self._layout)
        self._require_id(found)
        return f"{self._path.name} can be read: {len(found)} columns, ids in {self._id_column!r}."

    def fetch(self, request: PageRequest) -> Page:
        """Read the next `size` rows. For any other page than the next, start over and skip."""
        ticket = self._budget.ticket()
        if self._pass is None or self._pass.next_page != request.number or self._pass.size != request.size:
            self.check()
            self._pass = _Pass(self, request.size)
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
        self.check()
        wanted = set(external_ids)
        found: dict[str, Item | BadItem] = {}
        unidentified = 0
        for row in rows(self._path, self._layout):
            item = self.item(row)
            unidentified += not item.external_id
            if item.external_id in wanted:
                found.setdefault(item.external_id, item)
        for external_id in external_ids:
            item_or_none = found.get(external_id)
            if item_or_none is None and unidentified:
                reason = messages.MAY_BE_A_ROW_WITHOUT_ID(count=unidentified)
                yield Read(external_id, ticket, ReadOutcome.UNCLEAR, reason=reason)
            elif item_or_none is None:
                yield Read(external_id, ticket, ReadOutcome.GONE)
            elif isinstance(item_or_none, BadItem):
                yield Read(external_id, ticket, ReadOutcome.UNCLEAR, reason=item_or_none.reason)
            else:
                yield Read(external_id, ticket, ReadOutcome.FOUND, item_or_none)

    def absent_columns(self, paths: Sequence[str]) -> list[str]:
        """Return those of these columns that the file does not have."""
        found = columns(self._path, self._layout)
        return [path for path in paths if path not in found]

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
        value = row.values.get(self._id_column)
        external_id = "" if isinstance(value, dict | list) else clean_id(value)
        if row.problem:
            return BadItem(row.text.encode(), row.problem, external_id)
        try:
            raw = orjson.dumps(row.values)
        except orjson.JSONEncodeError:  # it nests deeper than JSON is written
            return BadItem(row.text.encode(), messages.LINE_TOO_DEEP(line=row.line), external_id)
        if not external_id:
            return BadItem(raw, messages.ROW_WITHOUT_ID(line=row.line, column=self._id_column))
        return Item(external_id, None, hashlib.sha256(raw).digest(), raw)

    def rows(self) -> Iterator[FileRow]:
        """Read all rows of the file."""
        return rows(self._path, self._layout)

    def fingerprint(self) -> str:
        """Return text that changes whenever the file is written or replaced. Raises NotFound."""
        with explained(self._path):
            try:
                stat = self._path.stat()
            except FileNotFoundError:
                raise NotFound(messages.FILE_GONE(path=str(self._path)), messages.PUT_BACK()) from None
        return f"{stat.st_ino}:{stat.st_size}:{stat.st_mtime_ns}"

    def _require_id(self, found: Sequence[str]) -> None:
        if self._id_column not in found:
            raise InvalidInput(
                messages.NO_ID_COLUMN(file=self._path.name, column=self._id_column),
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

    def __init__(self, file: Records, size: int) -> None:
        self.size = size
        self.next_page = 0
        self._file = file
        self._fingerprint = file.fingerprint()
        self._rows = file.rows()
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
                reason = messages.REPEATED_ID(line=self._ahead.line)
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
        key = int.from_bytes(hashlib.blake2b(external_id.encode(), digest_size=8).digest())
        repeated = key in self._seen
        self._seen.add(key)
        return not repeated
