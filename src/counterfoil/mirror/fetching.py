"""Pages ahead and in parallel, a bounded number of them, so that memory stays flat whatever the total."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime

from counterfoil.connectors.contract import Collection, Page, PageRequest
from counterfoil.mirror.planning import PagePlan

AHEAD = 2
"""Pages per fetching thread that may be fetched and not yet worked on."""
LINGER_SECONDS = 0.01
"""How long a batch that has begun waits for one more page (fewer, bigger transactions where pages come fast), and
how long anybody waits before one more thread is started: an upstream that answers fast keeps one busy."""
HEARTBEAT_SECONDS = 5.0
"""While no page arrives, the caller's heartbeat is called this often."""


class Fetcher:
    """Iterates over the pages of one listing in the order of their arrival.

    The first page comes alone: it tells the total, and whether the upstream honoured the filter. After an
    error nothing more is asked for; it is raised when the pages under way have been handed out.
    """

    def __init__(
        self,
        collection: Collection,
        plan: PagePlan,
        *,
        since: datetime | None = None,
        parallel: int = 1,
        gap: float = 0.0,
        heartbeat: Callable[[], None] = lambda: None,
    ) -> None:
        self._collection = collection
        self._plan = plan
        self._since = since
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
        self._since = None

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
        threading.Thread(target=self._work, daemon=True).start()
        self._started += 1

    def _work(self) -> None:
        while (number := self._orders.get()) is not None:
            try:
                request = PageRequest(number=number, size=self._plan.size, since=self._since)
                self._results.put(self._collection.fetch(request))
            except BaseException as error:
                self._results.put(error)
                return
