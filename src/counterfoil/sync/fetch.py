"""Pages ahead and in parallel, a bounded number of them, so that memory stays flat whatever the total."""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from counterfoil.connectors.page import Page, PageRequest
from counterfoil.connectors.port import Collection


class PagePlan:
    """Pages are numbered from 0. Where the upstream announces a total, pages may be had in any order; where it
    does not, they come one after the other until one says that it is the last, or holds nothing: each tells which
    number follows it, and after an interruption the highest one had is followed by the next. `most` is how many
    pages are wanted at all."""

    def __init__(
        self, size: int, had: Iterable[int] = (), total: int | None = None, most: int | None = None
    ) -> None:
        self.size = size
        self.total = total
        self._most = most
        self._had = set(had)
        self._asked: set[int] = set()
        self._ended = False
        self._lowest = 0
        self._following = max(self._had, default=-1) + 1

    @property
    def had(self) -> int:
        """How many pages have been had."""
        return len(self._had)

    @property
    def pages(self) -> int | None:
        """How many pages the announced total makes; at least one. None while nothing is announced."""
        return None if self.total is None else max(1, -(-self.total // self.size))

    @property
    def done(self) -> bool:
        """Whether every page has been had."""
        if self._asked:
            return False
        return self._ended or (self.pages is not None and len(self._had) >= self.pages)

    def next(self) -> int | None:
        """A page to ask for now, or None: none is left, or an answer has to come first."""
        if self._ended or (self._most is not None and len(self._had) + len(self._asked) >= self._most):
            return None
        if self.pages is None:
            return self._following if not self._asked else None
        while self._lowest in self._had or self._lowest in self._asked:
            self._lowest += 1
        return self._lowest if self._lowest < self.pages else None

    def asked(self, number: int) -> None:
        """The page is under way."""
        self._asked.add(number)

    def arrived(
        self, number: int, entries: int, total: int | None, *, last: bool | None, following: int | None = None
    ) -> None:
        """The page is here. A total that grows adds pages; one that shrinks takes none away that were had."""
        self._asked.discard(number)
        self._had.add(number)
        self._following = number + 1 if following is None else following
        if total is not None:
            self.total = total
        elif last or (last is None and entries == 0):
            self._ended = True


AHEAD = 2
"""Pages per fetching thread that may be fetched and not yet worked on."""
LINGER_SECONDS = 0.01
"""How long a batch that has begun waits for one more page (fewer, bigger transactions where pages come fast), and
how long anybody waits before one more thread is started: an upstream that answers fast keeps one busy."""
HEARTBEAT_SECONDS = 5.0
"""While no page arrives, the caller's heartbeat is called this often."""


class Fetcher:
    """Iterates over the pages of one listing in the order of their arrival. `asked` is what every page is asked
    for with, but for its number.

    The first page comes alone: it tells the total, and whether the upstream honoured the filter. After an
    error nothing more is asked for; it is raised when the pages under way have been handed out.
    """

    def __init__(
        self,
        collection: Collection,
        plan: PagePlan,
        *,
        asked: PageRequest,
        parallel: int = 1,
        gap: float = 0.0,
        heartbeat: Callable[[], None] = lambda: None,
    ) -> None:
        self._collection = collection
        self._plan = plan
        self._asked = asked
        self._gap = gap
        self._threads = 1 if gap else max(1, parallel)
        self._heartbeat = heartbeat
        self._orders: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[Page | BaseException] = queue.SimpleQueue()
        self._started = 0
        self._under_way = 0
        self._ordered_at = 0.0
        self._failure: BaseException | None = None

    def batches(self, pages: int) -> Iterator[list[Page]]:
        """Pages as they come, up to `pages` of them at once where so many are waiting."""
        try:
            self._start_thread()
            while True:
                self._order()
                if self._under_way and (found := self._collect(pages)):
                    yield found
                elif self._failure is not None:
                    raise self._failure
                elif not self._under_way:
                    return
        finally:
            for _ in range(self._started):
                self._orders.put(None)

    def list_everything(self) -> None:
        """Ask without the filter from here on: the upstream ignores it anyway."""
        self._asked = replace(self._asked, since=None)

    def _order(self) -> None:
        window = 1 if self._gap or self._plan.pages is None else self._threads * AHEAD
        while self._failure is None and self._under_way < window and (number := self._plan.next()) is not None:
            if self._gap and self._ordered_at:
                time.sleep(max(0.0, self._gap - (time.monotonic() - self._ordered_at)))
            self._ordered_at = time.monotonic()
            self._plan.asked(number)
            self._orders.put(number)
            self._under_way += 1

    def _collect(self, pages: int) -> list[Page]:
        found: list[Page] = []
        while self._under_way and len(found) < pages:
            result = self._next() if not found else self._next_soon()
            if result is None:
                break
            self._under_way -= 1
            if isinstance(result, BaseException):
                self._fail(result)
                continue
            entries = len(result.items) + len(result.bad)
            self._plan.arrived(result.number, entries, result.total, last=result.last, following=result.following)
            found.append(result)
            if not self._gap:
                self._order()
        return found

    def _fail(self, error: BaseException) -> None:
        """Remember the first error, and take back the orders that no thread has taken up."""
        self._failure = self._failure or error
        while True:
            try:
                self._orders.get_nowait()
            except queue.Empty:
                return
            self._under_way -= 1

    def _next(self) -> Page | BaseException:
        """The next answer, waited for."""
        while (result := self._next_soon()) is None:
            if self._orders.empty() or self._started == self._threads:
                try:
                    return self._results.get(timeout=HEARTBEAT_SECONDS)
                except queue.Empty:
                    self._heartbeat()
        return result

    def _next_soon(self) -> Page | BaseException | None:
        """The next answer, if it comes in a moment; otherwise one more thread is set to work."""
        try:
            return self._results.get(timeout=LINGER_SECONDS)
        except queue.Empty:
            if self._started < self._threads and not self._orders.empty():
                self._start_thread()
            return None

    def _start_thread(self) -> None:
        threading.Thread(target=self._context, daemon=True).start()
        self._started += 1

    def _context(self) -> None:
        while (number := self._orders.get()) is not None:
            try:
                request = replace(self._asked, number=number)
                self._results.put(self._collection.fetch(request))
            except BaseException as error:
                self._results.put(error)
                return
