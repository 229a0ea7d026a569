"""Which page and size to request, so that each page repeats the end of the one before it. Pure.

A list of changes moves while it is read: a record that leaves it pulls the next ones forward, over the edge of a
page that has been read already, and one that enters it can hide that from any count. Pages that have a record in
common leave no gap: each holds all that lay between its first and its last record when it was requested, so a
record that was in the list all the time is on one of them. That holds for every order that edits do not change.
"""

from bisect import bisect_left
from collections.abc import Sequence, Set
from itertools import pairwise
from typing import NamedTuple

from counterfoil.connectors.page import PART

REPEATED = 3
"""Records that a page repeats where pages are large: some may have left the list, or have no id."""
MOST_WINDOWS = 20_000
"""Of a list of changes: two million records. An upstream can announce any number."""
LARGE = 20
"""Records per page from which on pages are large."""


class Window(NamedTuple):
    """A request for the records from `page * size` on, `size` of them."""

    page: int
    size: int

    @property
    def end(self) -> int:
        """The position after the last record."""
        return (self.page + 1) * self.size


class Windows:
    """The windows of a listing, by number. Those of a plain one are its pages."""

    def __init__(self, size: int, *, overlapping: bool = False) -> None:
        self.size = size
        self.overlapping = overlapping
        self._made = [Window(0, size)]

    def window(self, number: int) -> Window:
        """Return the window with this number, from 0."""
        if not self.overlapping:
            return Window(number, self.size)
        part, number = divmod(number, PART)
        while len(self._made) <= number:
            self._made.append(_next(self._made[-1].end, self.size))
        page, size = self._made[number]
        return Window(part * PART + page, size)

    def count(self, total: int) -> int:
        """Count the windows that hold `total` records, at least one; of overlapping ones MOST_WINDOWS at most."""
        if not self.overlapping:
            return max(1, -(-total // self.size))
        while self._made[-1].end < total and len(self._made) < MOST_WINDOWS:
            self.window(len(self._made))
        return min(bisect_left(self._made, total, key=lambda window: window.end) + 1, MOST_WINDOWS)


def _next(end: int, size: int) -> Window:
    """Return the window that reaches farthest and begins before `end`. Upstreams count in pages of one size.

    Where very small pages fit nowhere, it begins at `end`.
    """
    sizes = range(size // 2 + 1 if size >= LARGE else 1, size + 1)
    for repeated in range(REPEATED if size >= LARGE else 1, -1, -1):
        start = max(0, end - repeated)
        found = max((Window(start // each, each) for each in sizes), key=lambda window: window.end)
        if found.end > end:
            return found
    return Window(end, 1)


class Held(NamedTuple):
    """What one window held: the ids, and whether it held as many entries as were requested."""

    ids: Set[str]
    full: bool


def share_edges(windows: Sequence[Held]) -> bool:
    """Tell whether each window has a record in common with the one before it, or follows the end of the list."""
    return all(
        not before.ids.isdisjoint(after.ids) or not (before.full or after.ids)
        for before, after in pairwise(windows)
    )
