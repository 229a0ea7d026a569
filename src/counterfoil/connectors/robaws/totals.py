"""What the totals that Robaws announces prove of a listing. Pure (DESIGN part 4b, evidence).

Ordinarily every page announces the same total, and as many clients were listed. Some tenants never get there: a
client that no page shows is counted, or clients are created faster than pages can be read. Then the ids decide.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, Self

from counterfoil.connectors.page import Evidence
from counterfoil.connectors.robaws import messages

STEADY = 3
"""So many listings in a row, none of which lacks a client of the one before, are steady whatever the total."""
EXPLAINED = 2
"""So many are enough where the total only grew, and the clients that were added account for it."""

BEYOND = 1000
"""Records after a total at which even a full page ends a list: an upstream may repeat its last page for ever."""


def reaches_total(total: int, page: int, size: int, entries: int) -> bool:
    """Tell whether a page with entries is the last. A full one is not: the total may be too low."""
    end = page * size + entries
    return end >= total and (entries < size or end > total + BEYOND)


class Counted(NamedTuple):
    """One attempt: the lowest and highest total of its pages, and how many clients were listed.

    `new` and `gone` are the clients that the attempt before did not hold, or that only it held. An empty page
    before others is a hole.
    """

    low: int | None
    high: int | None
    listed: int
    new: int = 0
    gone: int = 0
    has_hole: bool = False

    @classmethod
    def gather(
        cls, totals: Iterable[int | None], sizes: Sequence[int | None], listed: int, new: int, gone: int
    ) -> Self:
        """Gather the totals of an attempt's pages; a page without one leaves both unknown."""
        filled = [at for at, size in enumerate(sizes) if size != 0]
        has_hole = bool(filled) and len(filled) <= filled[-1]
        all_of_them = list(totals)
        known = [total for total in all_of_them if total is not None]
        if not known or len(known) < len(all_of_them):
            return cls(None, None, listed, new, gone, has_hole)
        return cls(min(known), max(known), listed, new, gone, has_hole)


def judge_totals(attempts: Sequence[Counted]) -> Evidence:
    """Decide whether the newest attempt, which comes last, is complete by itself or by those before it."""
    evidence = compare_totals(attempts[-1])
    return Evidence(complete=True) if not evidence.complete and is_steady(attempts) else evidence


def is_steady(attempts: Sequence[Counted]) -> bool:
    """Tell whether the last attempts agree, but for what was added meanwhile."""
    steady = [_adds_only(before, after) for before, after in pairwise(attempts)]
    explained = len(attempts) >= EXPLAINED and steady[-1] and _accounts_for_growth(attempts[-1])
    return explained or (len(attempts) >= STEADY and all(steady[1 - STEADY :]))


def compare_totals(counted: Counted) -> Evidence:
    """Return complete if every page announced the same total, and as many distinct clients were listed."""
    low, high = counted.low, counted.high
    if low is None or high is None:
        return Evidence(complete=False, reason=messages.TOTAL_MISSING())
    if low != high:
        return Evidence(complete=False, reason=messages.TOTAL_CHANGED(low=low, high=high))
    if low != counted.listed:
        return Evidence(complete=False, reason=messages.TOTAL_DIFFERS(total=low, listed=counted.listed))
    return Evidence(complete=True)


def _adds_only(before: Counted, after: Counted) -> bool:
    """Tell whether an attempt lacks no client of the one before, and added no more than the total grew by."""
    growth = 0 if before.low is None or after.high is None else after.high - before.low
    return not (after.gone or after.has_hole) and after.new <= max(0, growth)


def _accounts_for_growth(counted: Counted) -> bool:
    """Tell whether an attempt holds as many clients as there were at its start, or some that were added since."""
    low, high = counted.low, counted.high
    return low is not None and high is not None and low <= counted.listed <= high
