"""How a connection's allowance is spent. Pure: state and time in, state and decision out (DESIGN law 7).

Rates are requests per second; a rate of 0 means that the upstream sets none.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from counterfoil.connectors.contract import Priority, Quota

PAUSE = 1.0
"""Seconds everybody pauses after a 429 that names no pause of its own (Robaws contract section 4)."""
LONGEST_WAIT = 60.0
"""Seconds a caller waits for its turn; longer than that, it is told until when and does something else."""
DEFAULT_RESET = timedelta(hours=24)
FIRST_BLOCK = timedelta(minutes=15)
LONGEST_BLOCK = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Policy:
    """What we allow ourselves. `reserve` of the daily allowance is kept for people."""

    rate: float
    burst: int
    reserve: int


@dataclass(frozen=True, slots=True)
class State:
    """The allowance as all processes share it. `daily_*` are None until the upstream has said something."""

    tokens: float = 0.0
    refilled_at: datetime | None = None
    daily_limit: int | None = None
    daily_remaining: int | None = None
    daily_reset_at: datetime | None = None
    paused_until: datetime | None = None
    blocked_until: datetime | None = None
    blocked_reason: str = ""
    blocks: int = 0
    incidents: int = 0


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave for one request now (`wait` 0 and no `until`), or how long to wait, or until when there is none."""

    wait: float = 0.0
    until: datetime | None = None
    reason: str = ""

    @property
    def granted(self) -> bool:
        """Whether the request may be sent now."""
        return self.wait == 0.0 and self.until is None


type Change = Callable[[State, datetime], State]


def draw(state: State, policy: Policy, now: datetime, priority: Priority = Priority.RUN) -> tuple[State, Grant]:
    """Take one request from the allowance, or say when to come back. The state changes only when granted."""
    state = _new_day(state, now)
    if state.blocked_until and state.blocked_until > now:
        return state, Grant(until=state.blocked_until, reason=state.blocked_reason)
    kept = _kept(state, policy, priority)
    if state.daily_remaining is not None and state.daily_remaining <= kept:
        until = state.daily_reset_at or now + DEFAULT_RESET
        return state, Grant(until=until, reason=_spent(kept, priority))
    if state.paused_until and state.paused_until > now:
        return state, _later(state.paused_until, now, "the upstream asked for a pause")
    if policy.rate <= 0:
        return _spend(state, state.tokens, now), Grant()
    tokens = _refilled(state, policy, now)
    # A bucket that is full to the brim has not been drawn from by anybody for a while.
    wanted = float(policy.burst) if priority == Priority.BACKGROUND else 1.0
    if tokens < wanted:
        return state, Grant(wait=max((wanted - tokens) / policy.rate, 0.001))
    return _spend(state, tokens - 1.0, now), Grant()


def answered(state: State, quota: Quota, now: datetime) -> State:
    """Take note of the daily counter in an answer's headers. Answers arrive in any order: the lowest counts."""
    if quota.remaining is None and quota.limit is None:
        return state
    reset_at = now + timedelta(seconds=quota.reset_in) if quota.reset_in is not None else state.daily_reset_at
    remaining = quota.remaining if quota.remaining is not None else state.daily_remaining
    same_day = not _later_day(state.daily_reset_at, reset_at)
    if same_day and state.daily_remaining is not None and remaining is not None:
        remaining = min(remaining, state.daily_remaining)
    if same_day and state.daily_reset_at is not None:
        reset_at = state.daily_reset_at
    limit = quota.limit if quota.limit is not None else state.daily_limit
    return replace(state, daily_limit=limit, daily_remaining=remaining, daily_reset_at=reset_at)


def throttled(state: State, quota: Quota, pause: float | None, now: datetime) -> State:
    """A 429: everybody on the connection pauses; with nothing left today it is the daily limit."""
    state = answered(state, quota, now)
    until = now + timedelta(seconds=pause if pause is not None else PAUSE)
    paused = max(until, state.paused_until) if state.paused_until else until
    at = max(now, state.refilled_at) if state.refilled_at else now
    return replace(state, tokens=0.0, refilled_at=at, paused_until=paused, incidents=state.incidents + 1)


def blocked(state: State, reason: str, now: datetime, pause: float | None = None) -> State:
    """Locked out: nothing is sent for `pause` seconds; unsaid, for a quarter of an hour, doubling each time it
    happens again. A block that still holds is never made shorter."""
    usual = min(FIRST_BLOCK * 2**state.blocks, LONGEST_BLOCK)
    until = now + (usual if pause is None else timedelta(seconds=pause))
    if state.blocked_until and state.blocked_until > now and (pause is None or state.blocked_until >= until):
        return state
    return replace(
        state,
        blocked_until=until,
        blocked_reason=reason,
        blocks=state.blocks + 1,
        incidents=state.incidents + 1,
    )


def recovered(state: State, now: datetime) -> State:
    """An answer came through after a block: the next block starts short again. One that comes in while the block
    holds was sent before it, and lifts nothing."""
    if not state.blocks or (state.blocked_until and state.blocked_until > now):
        return state
    return replace(state, blocks=0, blocked_reason="", blocked_until=None)


def _kept(state: State, policy: Policy, priority: Priority) -> int:
    if priority == Priority.PERSON:
        return 0
    half = (state.daily_limit or 0) // 2 if priority == Priority.BACKGROUND else 0
    return max(policy.reserve, half)


def _spent(kept: int, priority: Priority) -> str:
    if not kept:
        return "today's calls are used up"
    whom = "other work" if priority == Priority.BACKGROUND else "people"
    return f"the last {kept:,} calls of today are kept for {whom}"


def _spend(state: State, tokens: float, now: datetime) -> State:
    remaining = None if state.daily_remaining is None else state.daily_remaining - 1
    # Machines' clocks differ: the latest one counts, else two of them would refill the same seconds twice.
    at = max(now, state.refilled_at) if state.refilled_at else now
    return replace(state, tokens=tokens, refilled_at=at, daily_remaining=remaining)


def _refilled(state: State, policy: Policy, now: datetime) -> float:
    if state.refilled_at is None:
        return float(policy.burst)
    passed = max(0.0, (now - state.refilled_at).total_seconds())
    return min(float(policy.burst), state.tokens + passed * policy.rate)


def _new_day(state: State, now: datetime) -> State:
    if state.daily_reset_at and state.daily_reset_at <= now:
        return replace(state, daily_remaining=state.daily_limit, daily_reset_at=None)
    return state


def _later_day(old: datetime | None, new: datetime | None) -> bool:
    return old is not None and new is not None and new - old > timedelta(minutes=5)


def _later(moment: datetime, now: datetime, reason: str) -> Grant:
    wait = (moment - now).total_seconds()
    return Grant(wait=wait, reason=reason) if wait <= LONGEST_WAIT else Grant(until=moment, reason=reason)
