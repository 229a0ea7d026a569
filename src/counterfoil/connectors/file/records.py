"""The records of a file, in pages. Listing it means reading it to its end; a single read looks for the id."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import orjson

from counterfoil.connectors.allowance import Budget
from counterfoil.connectors.file.record import FileReader
from counterfoil.connectors.file.rows import FileRow, Layout, columns, rows
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
    """One file; its id column tells records apart."""

    capabilities: ClassVar[Capabilities] = Capabilities(page_size=500)
    reader: ClassVar[Reader] = FileReader()

    def __init__(self, path: Path, id_column: str, layout: Layout, budget: Budget) -> None:
        self._path = path
        self._id_column = id_column
        self._layout = layout
        self._budget = budget
        self._pass: _Pass | None = None

    def close(self) -> None:
        """Let go of the file."""
        self._pass = None

    def check(self) -> str:
        """Read the header and see that the id column is there."""
        found = columns(self._path, self._layout)
        self._require_id(found)
        return f"{self._path.name} can be read: {len(found)} columns, ids in {self._id_column!r}."

    def fetch(self, request: PageRequest) -> Page:
        """The next `size` rows. Asked for another page than the next, it starts over and skips."""
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
            fingerprint=self._pass.fingerprint(),
        )

    def read(self, external_ids: Sequence[str], owners: Mapping[str, str] | None = None) -> Iterator[Read]:
        """One scan of the file for all ids. The first row with an id is the record, as in a listing."""
        ticket = self._budget.ticket()
        self.check()
        wanted = set(external_ids)
        found: dict[str, Item] = {}
        for row in rows(self._path, self._layout):
            item = self.item(row)
            if isinstance(item, Item) and item.external_id in wanted:
                found.setdefault(item.external_id, item)
        for external_id in external_ids:
            item_or_none = found.get(external_id)
            if item_or_none is None:
                yield Read(external_id, ticket, ReadOutcome.GONE)
            else:
                yield Read(external_id, ticket, ReadOutcome.FOUND, item_or_none)

    def evidence(self, listing: Listing) -> Evidence:
        """Read to its end, and the file the same all the while."""
        fingerprints = {page.fingerprint for page in listing.pages}
        if len(fingerprints) != 1 or any(_CHANGED in fingerprint for fingerprint in fingerprints):
            return Evidence(complete=False, reason="the file changed while it was read")
        if not any(page.last for page in listing.pages):
            return Evidence(complete=False, reason="the file was not read to its end")
        return Evidence(complete=True)

    def scope(self, request: PageRequest) -> Scope:
        """All rows."""
        return Scope()

    def identify(self, raw: bytes) -> Item:
        """Identify a stored row again. Raises BadRecord."""
        item = self.item(FileRow(0, orjson.loads(raw)))
        if isinstance(item, BadItem):
            raise BadRecord(item.reason)
        return item

    def item(self, row: FileRow) -> Item | BadItem:
        """A row as an identified record, or the reason why it is not one."""
        if row.problem:
            return BadItem(row.text.encode(), row.problem)
        raw = orjson.dumps(row.values)
        value = row.values.get(self._id_column)
        external_id = "" if value is None or isinstance(value, dict | list) else str(value).strip()
        if not external_id:
            return BadItem(raw, f"line {row.line} has no id in column {self._id_column!r}")
        return Item(external_id, None, hashlib.sha256(raw).digest(), raw)

    def rows(self) -> Iterator[FileRow]:
        """All rows of the file."""
        return rows(self._path, self._layout)

    def stamp(self) -> str:
        """Changes whenever the file is written or replaced."""
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            raise NotFound(f"There is no file {self._path} any more.", "Put it back, then sync.") from None
        return f"{stat.st_ino}:{stat.st_size}:{stat.st_mtime_ns}"

    def _require_id(self, found: Sequence[str]) -> None:
        if self._id_column not in found:
            raise InvalidInput(
                f"{self._path.name} has no column {self._id_column!r}.",
                f"Its columns are: {', '.join(found) or 'none'}.",
            )


_CHANGED = " then "


class _Pass:
    """One reading of the file from start to end, page by page. Remembers ids as 8-byte hashes, so that a
    second row with the same id is set aside instead of overwriting the first on every pass."""

    def __init__(self, file: Records, size: int) -> None:
        self.size = size
        self.next_page = 0
        self._file = file
        self._stamp = file.stamp()
        self._rows = file.rows()
        self._ahead = next(self._rows, None)
        self._seen: set[int] = set()

    def page(self) -> tuple[list[Item], list[BadItem], bool]:
        """Up to `size` rows, the bad ones apart, and whether the file is at its end."""
        items: list[Item] = []
        bad: list[BadItem] = []
        while self._ahead is not None and len(items) + len(bad) < self.size:
            item = self._file.item(self._ahead)
            if isinstance(item, Item) and not self._first(item.external_id):
                reason = f"line {self._ahead.line} repeats an id of an earlier line"
                bad.append(BadItem(item.raw, reason))
            elif isinstance(item, Item):
                items.append(item)
            else:
                bad.append(item)
            self._ahead = next(self._rows, None)
        self.next_page += 1
        return items, bad, self._ahead is None

    def fingerprint(self) -> str:
        """The file's stamp; two of them where it changed since it was opened."""
        now = self._file.stamp()
        return now if now == self._stamp else f"{self._stamp}{_CHANGED}{now}"

    def _first(self, external_id: str) -> bool:
        key = int.from_bytes(hashlib.blake2b(external_id.encode(), digest_size=8).digest())
        known = key in self._seen
        self._seen.add(key)
        return not known
