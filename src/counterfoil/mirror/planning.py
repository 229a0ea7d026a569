"""Which pages of a listing to ask for next. Pure bookkeeping, no I/O (law 8: only the pages not yet had)."""

from collections.abc import Iterable


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
