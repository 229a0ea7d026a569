"""How many lines of the log one place in the code may write. Pure, with the clock passed in.

Strangers can make a server say the same thing a thousand times a second, and so can a database that is away: what
is said again is counted, and the count is said.
"""

from collections.abc import Iterator
from dataclasses import dataclass

SPAN = 60.0
"""Seconds for which lines are counted."""
MOST_PLACES = 1_000
"""Places that are counted at the same time; the code has fewer."""


@dataclass(slots=True)
class _Count:
    since: float
    written: int = 0
    again: int = 0


class Repeats:
    """Counts what is said again, by the place that says it."""

    def __init__(self) -> None:
        self._counts: dict[str, _Count] = {}

    def admit(self, place: str, most: int, now: float) -> bool:
        """Tell whether a line may be written: `most` of them in SPAN seconds; others are counted."""
        if place not in self._counts and len(self._counts) >= MOST_PLACES:
            return False
        count = self._counts.setdefault(place, _Count(now))
        if count.written < most:
            count.written += 1
            return True
        count.again += 1
        return False

    def finished(self, now: float, *, all_of_them: bool = False) -> Iterator[tuple[str, int]]:
        """Yield places whose time is over and how often each said the same again; they are counted anew."""
        over = [place for place, count in self._counts.items() if all_of_them or now - count.since >= SPAN]
        for place in over:
            again = self._counts.pop(place).again
            if again:
                yield place, again
