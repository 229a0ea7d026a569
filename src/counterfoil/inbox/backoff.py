"""When a failed delivery is tried again, and when it is given up. Pure."""

from datetime import datetime, timedelta

FIRST = timedelta(seconds=15)
LONGEST = timedelta(hours=1)
MOST_TRIES = 10
"""After these, which take some four hours, a delivery is dead: a person may replay it."""


def next_try(tries: int, now: datetime) -> datetime | None:
    """After so many tries, the last of which has just failed; None: it is given up."""
    if tries >= MOST_TRIES:
        return None
    return now + min(FIRST * (1 << (tries - 1)), LONGEST)
