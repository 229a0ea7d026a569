"""Decide how often passwords may be tried. Pure: takes counts and the clock.

Each count leaks: after the first few wrong passwords one more may be tried every few minutes. So guessing stays
slow for ever, and nobody is locked out for longer than that.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class CountedBy(StrEnum):
    """What tries are counted by. A browser that somebody has logged in with is counted apart from all others.

    Whoever guesses from elsewhere then never keeps that person waiting.
    """

    PAIR = "pair"
    NAME = "name"
    ADDRESS = "address"
    BROWSER = "browser"


@dataclass(frozen=True, slots=True)
class Brake:
    """After `free` wrong passwords in a row, one more may be tried per `pause`."""

    free: int
    pause: timedelta

    def level(self, count: float, at: datetime, now: datetime) -> float:
        """Return how full the count is that was stored at a time. A clock that goes back takes nothing off."""
        return max(0.0, count - max(timedelta(), now - at) / self.pause)

    def wait(self, level: float) -> timedelta:
        """Return how long no password is checked yet; zero for a free try."""
        return max(0.0, level + 1 - self.free) * self.pause


BRAKES = {
    CountedBy.PAIR: Brake(5, timedelta(minutes=3)),
    CountedBy.BROWSER: Brake(10, timedelta(minutes=3)),
    CountedBy.NAME: Brake(20, timedelta(minutes=6)),
    CountedBy.ADDRESS: Brake(50, timedelta(minutes=1)),
}
"""A name at one address; a known browser of a user; a name, wherever from; an address, whatever the name."""
EMPTY_AFTER = max(brake.free * brake.pause for brake in BRAKES.values())
"""A count that was not touched for this long says nothing any more."""
