"""Fetch pages ahead and in parallel, a bounded number of them, so that memory stays flat whatever the total."""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from counterfoil.connectors.page import PART, Page, PageRequest
from counterfoil.connectors.port import Collection
from counterfoil.sync.windows import Windows

EMPTY_PAGES = 2
"""So many empty pages in a row end a listing without a total, even if they promise more."""
EMPTY_PAGES_OF_TOTAL = 10
"""The same where a total promises more; between others, pages may be empty."""
GROWTH = 1000
"""Records by which a total may grow during a listing, or by half of the first one; some grow for ever."""
LARGEST_LISTING = 20_000_000
"""Records; more than any tenant has."""


class PagePlan:
    """Which pages of a listing are still to be fetched. Page numbers start at 0.

    Where the upstream announces a total, pages may come in any order; a last page that is full is followed by one
    more, because the total may be too low. Where it announces none, they come one after the
    other until one says that it is the last, or some are empty: each page says which number follows it, and after
    an interruption the highest one fetched is followed by the next number. `fetched` are the pages of before an
    interruption, and `max_pages` limits how many are fetched at all. An upstream whose first page holds fewer
    entries than requested, and that has more, is asked for as many as it gives; `first_entries` is that number
    where the first page was fetched before the interruption.
    """

    def __init__(
        self,
        size: int,
        fetched: Iterable[int] = (),
        total: int | None = None,
        max_pages: int | None = None,
        *,
        overlapping: bool = False,
        first_entries: int | None = None,
    ) -> None:
        self.windows = Windows(size, overlapping=overlapping)
        self.total: int | None = None
        self._max_pages = max_pages
        self._fetched = set(fetched)
        self._requested: set[int] = set()
        self._ended = False
        self._empty = 0
        self._most = LARGEST_LISTING
        self._least = 0
        """Records that there are by the full pages, whatever the total says."""
        if total is not None:
            self._use_total(total)
        if first_entries is not None and total is not None:
            self._learn_size(first_entries, more=total > first_entries)
        self._lowest = 0
        self._following = max(self._fetched, default=-1) + 1

    @property
    def fetched_count(self) -> int:
        """How many pages have been fetched."""
        return len(self._fetched)

    @property
    def page_count(self) -> int | None:
        """How many pages to fetch by the announced total, at least one; None while no total is announced."""
        if self.total is None:
            return None
        records = max(self.total, self._least)
        return self.windows.count(min(records + 1, self._most) if self._fills_a_page(records) else records)

    @property
    def done(self) -> bool:
        """Whether every page has been fetched."""
        if self._requested:
            return False
        return self._ended or (self.page_count is not None and len(self._fetched) >= self.page_count)

    def is_beyond_total(self, number: int) -> bool:
        """Tell whether the page lies behind those that the announced total makes."""
        return self.total is not None and number >= self.windows.count(self.total)

    def next_page(self) -> int | None:
        """Return a page to request now, or None where none is left or an answer has to come first."""
        known_pages = len(self._fetched) + len(self._requested)
        if self._ended or (self._max_pages is not None and known_pages >= self._max_pages):
            return None
        if self.page_count is None:
            return self._following if not self._requested else None
        while self._lowest in self._fetched or self._lowest in self._requested:
            self._lowest += 1
        return self._lowest if self._lowest < self.page_count else None

    def mark_requested(self, number: int) -> None:
        """Record that a request for the page is in flight."""
        self._requested.add(number)

    def mark_fetched(
        self,
        number: int,
        entries: int,
        total: int | None,
        *,
        last: bool | None,
        following: int | None = None,
        rows: int | None = None,
    ) -> None:
        """Record that the page has arrived. A total that grows adds pages, up to GROWTH; one that shrinks none.

        `entries` are its records, `rows` all that it lists, such as customers with their records.
        """
        self._requested.discard(number)
        self._fetched.add(number)
        self._following = number + 1 if following is None else following
        self._empty = self._empty + 1 if rows == 0 else 0
        if rows is not None and not number % PART:
            more = last is False and following is None if total is None else total > rows
            self._learn_size(rows, more=more)
        if total is not None:
            self._use_total(total)
            window = self.windows.window(number)
            if rows is not None and rows >= window.size:
                self._least = max(self._least, min(window.end, self._most))
            self._ended = self._empty >= EMPTY_PAGES_OF_TOTAL
        elif last or (not entries and (last is None or self._empty >= EMPTY_PAGES)):
            self._ended = True

    def list_everything(self) -> None:
        """Request plain pages from now on, because the list turned out not to be one of changes."""
        self.windows = Windows(self.windows.size)

    def end(self) -> None:
        """Request no more pages, because those that come repeat one another."""
        self._ended = True

    def _use_total(self, total: int) -> None:
        if self.total is None:
            self._most = min(total + max(GROWTH, total // 2), LARGEST_LISTING)
        self.total = min(max(total, self.total or 0), self._most)

    def _fills_a_page(self, records: int) -> bool:
        return records > 0 and self.windows.window(self.windows.count(records) - 1).end == records

    def _learn_size(self, entries: int, *, more: bool) -> None:
        if more and 0 < entries < self.windows.size:
            self.windows = Windows(entries, overlapping=self.windows.overlapping)


PAGES_AHEAD = 2
"""Pages per fetching thread that may be requested and not yet processed."""
BYTES_AHEAD = 32 * 2**20
"""Bytes that these pages may have together, by the largest page so far; one page is always requested."""
BATCH_BYTES = 8 * 2**20
"""Bytes of pages after which a batch is handed out: comparing and writing it takes some ten times its size."""
LINGER_SECONDS = 0.01
"""How long a started batch waits for one more page (fewer, bigger transactions where pages come fast), and how
long to wait for an answer before another thread is started: an upstream that answers fast needs only one."""
WAITING_SECONDS = 5.0
"""While no page arrives, `while_waiting` is called this often."""


class Fetcher:
    """Yields the pages of one listing in the order of their arrival. `request` is what all page requests share.

    The first page is requested alone: it tells the total, and whether the upstream applied the filter. After an
    error nothing more is requested; the error is raised when the pages in flight have been handed out. `gap` is
    the least time in seconds between two requests, which are then made one at a time.
    """

    def __init__(
        self,
        collection: Collection,
        plan: PagePlan,
        *,
        request: PageRequest,
        parallel: int = 1,
        gap: float = 0.0,
        while_waiting: Callable[[], None] = lambda: None,
    ) -> None:
        self._collection = collection
        self._plan = plan
        self._request = request
        self._gap = gap
        self._max_threads = 1 if gap else max(1, parallel)
        self._while_waiting = while_waiting
        self._requests: queue.SimpleQueue[tuple[int, PageRequest] | None] = queue.SimpleQueue()
        """Numbers in the plan and what to fetch for them; None ends a thread."""
        self._results: queue.SimpleQueue[Page | BaseException] = queue.SimpleQueue()
        self._threads = 0
        self._in_flight = 0
        self._largest = 0
        self._ids: list[str] = []
        """Of the last page; where a total is announced, of the one with the highest number so far."""
        self._highest = 0
        self._requested_at = 0.0
        self._failure: BaseException | None = None

    def batches(self, pages: int) -> Iterator[list[Page]]:
        """Yield pages as they arrive, up to `pages` or BATCH_BYTES at once where that many are waiting."""
        try:
            self._start_thread()
            while True:
                self._request_pages()
                if self._in_flight and (batch := self._collect(pages)):
                    yield batch
                elif self._failure is not None:
                    raise self._failure
                elif not self._in_flight:
                    return
        finally:
            for _ in range(self._threads):
                self._requests.put(None)

    def list_everything(self) -> None:
        """Drop the filter for changes from the requests to come, for an upstream that ignores it."""
        self._request = replace(self._request, since=None)
        self._plan.list_everything()

    def _request_pages(self) -> None:
        window = self._window()
        while (
            self._failure is None and self._in_flight < window and (number := self._plan.next_page()) is not None
        ):
            if self._gap and self._requested_at:
                time.sleep(max(0.0, self._gap - (time.monotonic() - self._requested_at)))
            self._requested_at = time.monotonic()
            self._plan.mark_requested(number)
            page, size = self._plan.windows.window(number)
            self._requests.put((number, replace(self._request, number=page, size=size)))
            self._in_flight += 1

    def _window(self) -> int:
        if self._gap or self._plan.page_count is None:
            return 1
        return max(1, min(self._max_threads * PAGES_AHEAD, BYTES_AHEAD // max(1, self._largest)))

    def _collect(self, pages: int) -> list[Page]:
        batch: list[Page] = []
        length = 0
        while self._in_flight and len(batch) < pages and length < BATCH_BYTES:
            result = self._wait_for_result() if not batch else self._result_soon()
            if result is None:
                break
            self._in_flight -= 1
            if isinstance(result, BaseException):
                self._fail(result)
                continue
            self._plan.mark_fetched(
                result.number,
                len(result.items) + len(result.bad),
                result.total,
                last=result.last,
                following=result.next_number,
                rows=result.entries,
            )
            self._end_if_repeated(result)
            batch.append(result)
            length += result.length
            self._largest = max(self._largest, result.length)
            if self._request.since is not None and not result.number:
                break  # the first page may show that the list is not one of changes
            if not self._gap:
                self._request_pages()
        return batch

    def _end_if_repeated(self, page: Page) -> None:
        """End a listing whose next page is the same again, where no total says which is the last."""
        ids = [item.external_id for item in page.items]
        open_ended = not page.last if page.total is None else self._plan.is_beyond_total(page.number)
        if open_ended and ids and ids == self._ids:
            self._plan.end()
        if page.total is None or page.number >= self._highest:
            self._ids, self._highest = ids, page.number

    def _fail(self, error: BaseException) -> None:
        """Keep the first error, and withdraw the requests that no thread has started."""
        self._failure = self._failure or error
        while True:
            try:
                self._requests.get_nowait()
            except queue.Empty:
                return
            self._in_flight -= 1

    def _wait_for_result(self) -> Page | BaseException:
        while (result := self._result_soon()) is None:
            if self._requests.empty() or self._threads == self._max_threads:
                try:
                    return self._results.get(timeout=WAITING_SECONDS)
                except queue.Empty:
                    self._while_waiting()
        return result

    def _result_soon(self) -> Page | BaseException | None:
        """Return the next answer if it comes in a moment; otherwise start one more thread."""
        try:
            return self._results.get(timeout=LINGER_SECONDS)
        except queue.Empty:
            if self._threads < self._max_threads and not self._requests.empty():
                self._start_thread()
            return None

    def _start_thread(self) -> None:
        threading.Thread(target=self._fetch_pages, daemon=True).start()
        self._threads += 1

    def _fetch_pages(self) -> None:
        while (found := self._requests.get()) is not None:
            number, request = found
            try:
                page = self._collection.fetch(request)
                total = page.total and min(page.total, LARGEST_LISTING)
                self._results.put(replace(page, number=number, total=total))
            except BaseException as error:
                self._results.put(error)
                return
