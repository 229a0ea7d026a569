"""What reading customers one by one will take. Pure: numbers and time in, numbers out."""

from dataclasses import dataclass
from datetime import datetime

from counterfoil.mirror.budget import Policy, State

USUAL_PACE = 10.0
"""Reads a second where the upstream sets no rate and nothing was measured yet."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """`calls_left` is what background work may still use today, None where the upstream has said nothing."""

    customers: int
    seconds: float
    calls_left: int | None = None
    reserve: int = 0
    again_at: datetime | None = None

    @property
    def fits(self) -> bool:
        """Whether today's calls are enough, as far as is known."""
        return self.calls_left is None or self.customers <= self.calls_left


def forecast(customers: int, policy: Policy, state: State, pace: float | None, now: datetime) -> Forecast:
    """How long, and out of how many calls. `pace` is the reads per second of the last such runs, if any."""
    limit = policy.rate if policy.rate > 0 else None
    reads = min(pace or USUAL_PACE if limit is None else pace or limit, limit or float("inf"))
    left, again_at = state.daily_remaining, state.daily_reset_at
    if again_at is not None and again_at <= now:
        left, again_at = state.daily_limit, None
    usable = None if left is None else max(0, left - policy.reserve)
    return Forecast(customers, customers / reads, usable, policy.reserve, again_at)
