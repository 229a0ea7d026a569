"""Whether an upstream has been silent for longer than usual. Pure: moments in, decision out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

ENOUGH = 10
"""Deliveries; fewer say nothing about what is usual."""
LEAST = timedelta(hours=1)
"""Shorter silences are never worth a word."""
OUTAGE = timedelta(minutes=10)
"""So long without a sign of life of ours, and something may have been sent in vain."""


@dataclass(frozen=True, slots=True)
class Silence:
    """`usual` is how long it may last: twice the longest among the last deliveries; None where too few came."""

    since: datetime | None
    usual: timedelta | None

    def is_long(self, now: datetime) -> bool:
        """Whether it lasts longer than that."""
        return self.since is not None and self.usual is not None and now - self.since > self.usual


def silence(latest: Sequence[datetime]) -> Silence:
    """From the moments of the latest deliveries, in any order."""
    moments = sorted(latest)
    if len(moments) < ENOUGH:
        return Silence(moments[-1] if moments else None, None)
    longest = max(after - before for before, after in pairwise(moments))
    return Silence(moments[-1], max(2 * longest, LEAST))


def worth_a_sync(known: Silence, nudged_at: datetime | None, alive_at: datetime | None, now: datetime) -> bool:
    """Whether to look for what was not delivered: once in each long silence, and after an outage of our own."""
    if alive_at is not None and now - alive_at > OUTAGE:
        return True
    return known.is_long(now) and (nudged_at is None or known.since is None or nudged_at < known.since)
