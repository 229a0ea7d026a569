"""The token bucket of a connection's allowance. Pure: state and time in, state and decision out (DESIGN law 7).

Rates are requests per second; 0 means that the upstream sets none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Self

from counterfoil import messages
from counterfoil.connectors.allowance import Quota
from counterfoil.connectors.priority import Priority

type TurnClaims = Mapping[str, Mapping[str, float]]
"""By priority and waiting call: until when the claim to the next token holds, in Unix seconds. JSON types only."""

GRACE = 1.0
"""Seconds that a claim holds after the time at which its call is due to try again."""
ORDER = tuple(Priority)
CLAIMING = frozenset({Priority.PERSON, Priority.DELIVERY, Priority.PUSH})
"""Priorities whose calls leave claims. Runs need none: what comes after them waits for a full bucket anyway."""


def requests_ahead(claims: TurnClaims, priority: Priority, now: datetime) -> int:
    """Count the claims of higher priorities."""
    higher = ORDER[: ORDER.index(priority)]
    return sum(until > now.timestamp() for first in higher for until in claims.get(first, {}).values())


def with_claim(claims: TurnClaims, priority: Priority, waiter: str, wait: float, now: datetime) -> TurnClaims:
    """Add the claim of a call that tries again in `wait` seconds."""
    live = _live(claims, now)
    return live | {priority.value: {**live.get(priority, {}), waiter: now.timestamp() + wait + GRACE}}


def without_claim(claims: TurnClaims, priority: Priority, waiter: str, now: datetime) -> TurnClaims:
    """Remove the claim of a call that has its token."""
    live = _live(claims, now)
    rest = {name: until for name, until in live.pop(priority.value, {}).items() if name != waiter}
    return live | ({priority.value: rest} if rest else {})


def _live(claims: TurnClaims, now: datetime) -> dict[str, dict[str, float]]:
    at = now.timestamp()
    live = {priority: {name: end for name, end in each.items() if end > at} for priority, each in claims.items()}
    return {priority: each for priority, each in live.items() if each}


PAUSE = 1.0
"""Seconds for which all calls pause after a 429 that names no pause (Robaws contract section 4)."""
LONGEST_WAIT = 60.0
"""Seconds that a call waits at most; for a longer wait it ends, with the time at which calls are possible."""
DEFAULT_RESET = timedelta(hours=24)
LONGEST_PAUSE = timedelta(hours=24)
"""Of a pause, a block and a day, whatever an upstream says: 99999999999 seconds are three thousand years."""
MOST_CALLS = 2**31 - 1
"""Of a day: what a column holds."""
RESET_MARGIN = timedelta(seconds=1)
"""Upstreams give the end of their day in whole seconds, so the new day starts that much later here."""
ROUGHLY = timedelta(minutes=2)
"""Error of an upstream's midnight, which is computed from its remaining seconds and the response's arrival."""
PATIENCE = 45.0
"""Seconds that a call waits while others go first."""
AGAIN = timedelta(seconds=60)
"""How long after that it may try again."""
OVERTAKEN = messages.connections.OTHER_WORK_FIRST()
FIRST_BLOCK = timedelta(minutes=15)
LONGEST_BLOCK = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class RatePolicy:
    """Our own limits: calls per second, calls at once, and the calls of a day that only people may use."""

    rate: float
    burst: int
    reserve: int


@dataclass(frozen=True, slots=True)
class BucketState:
    """The allowance that all processes share. `daily_*` are None until the upstream has sent its counter."""

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
    claims: TurnClaims = field(default_factory=dict)

    @classmethod
    def from_row(cls, row: object) -> Self:
        """Read an object with attributes of these names."""
        return cls(**{name: getattr(row, name) for name in cls.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class BucketDecision:
    """Whether one request may be sent: now, after `wait` seconds, or not before `until`, because of `reason`."""

    wait: float = 0.0
    until: datetime | None = None
    reason: str = ""

    @property
    def granted(self) -> bool:
        """Whether the request has its token and may be sent now."""
        return self.wait == 0.0 and self.until is None


type Change = Callable[[BucketState, datetime], BucketState]


def acquire(
    state: BucketState, policy: RatePolicy, now: datetime, priority: Priority = Priority.RUN, waiter: str = ""
) -> tuple[BucketState, BucketDecision]:
    """Take one token, or decide when to try again.

    `waiter` identifies one call through all its tries. Where its priority leaves claims, lower ones wait for it.
    """
    state = _new_day(state, now)
    if state.blocked_until and state.blocked_until > now:
        return state, BucketDecision(until=state.blocked_until, reason=state.blocked_reason)
    kept = _kept(state, policy, priority)
    if state.daily_remaining is not None and state.daily_remaining <= kept:
        return state, _tomorrow(state, now, _spent(kept, priority))
    if state.paused_until and state.paused_until > now:
        decision = _later(state.paused_until, now, messages.connections.PAUSE_REQUESTED())
        return _waiting(state, decision, now, priority, waiter), decision
    if policy.rate <= 0:
        return _spend(state, state.tokens, now), BucketDecision()
    tokens = _refilled(state, policy, now)
    # A full bucket means that nothing else has made calls for a while.
    wanted = float(policy.burst) if priority == Priority.BACKGROUND else 1.0
    ahead = requests_ahead(state.claims, priority, _clock(state, now))
    if tokens < wanted or ahead:
        short = max(wanted + ahead - tokens, 1.0 if ahead else 0.0)
        decision = BucketDecision(wait=max(short / policy.rate, 0.001), reason=OVERTAKEN if ahead else "")
        return _waiting(state, decision, now, priority, waiter), decision
    claims = without_claim(state.claims, priority, waiter, _clock(state, now))
    return _spend(replace(state, claims=claims), tokens - 1.0, now), BucketDecision()


def record_quota(state: BucketState, quota: Quota, now: datetime) -> BucketState:
    """Record the daily counter of a response. Responses arrive in any order, so the lowest value counts."""
    if quota.remaining is None and quota.limit is None:
        return state
    reset_at = now + _length(quota.reset_in) if quota.reset_in is not None else state.daily_reset_at
    remaining = _calls(quota.remaining) if quota.remaining is not None else state.daily_remaining
    same_day = not _later_day(state.daily_reset_at, reset_at)
    if same_day and state.daily_remaining is not None and remaining is not None:
        remaining = min(remaining, state.daily_remaining)
    if same_day and state.daily_reset_at is not None:
        reset_at = state.daily_reset_at
    limit = _calls(quota.limit) if quota.limit is not None and quota.limit > 0 else state.daily_limit
    return replace(state, daily_limit=limit, daily_remaining=remaining, daily_reset_at=reset_at)


def record_throttle(state: BucketState, quota: Quota, pause: float | None, now: datetime) -> BucketState:
    """Pause all calls of the connection after a 429, for `pause` seconds where the upstream gives them."""
    state = record_quota(state, quota, now)
    until = now + _length(PAUSE if pause is None else pause)
    paused = max(until, state.paused_until) if state.paused_until else until
    at = _clock(state, now)
    return replace(state, tokens=0.0, refilled_at=at, paused_until=paused, incidents=state.incidents + 1)


def record_block(state: BucketState, reason: str, now: datetime, pause: float | None = None) -> BucketState:
    """Stop all calls for `pause` seconds; without one, for FIRST_BLOCK, doubled with every further block.

    A block in force is never shortened.
    """
    usual = min(FIRST_BLOCK * 2**state.blocks, LONGEST_BLOCK)
    until = now + (usual if pause is None else _length(pause))
    if state.blocked_until and state.blocked_until > now and (pause is None or state.blocked_until >= until):
        return state
    return replace(
        state,
        blocked_until=until,
        blocked_reason=reason,
        blocks=state.blocks + 1,
        incidents=state.incidents + 1,
    )


def shorten_pauses(state: BucketState, now: datetime) -> BucketState:
    """End what an older version stored for longer than LONGEST_PAUSE by then; the reason of a block is kept."""
    latest = now + LONGEST_PAUSE
    return replace(
        state,
        paused_until=state.paused_until and min(state.paused_until, latest),
        blocked_until=state.blocked_until and min(state.blocked_until, latest),
        daily_reset_at=state.daily_reset_at and min(state.daily_reset_at, latest),
    )


def lift(state: BucketState) -> BucketState:
    """Let calls be made again before a pause or a block ends, or although none is left today.

    The next response says what is left. If the upstream still refuses, the next block lasts longer.
    """
    state = replace(state, paused_until=None, blocked_until=None, blocked_reason="")
    if state.daily_remaining is not None and state.daily_remaining <= 0:
        state = replace(state, daily_remaining=None, daily_reset_at=None)
    return state


def record_success(state: BucketState, now: datetime) -> BucketState:
    """Forget past blocks after a response, so that the next one starts short again.

    A response that arrives during a block answers a request from before it, and changes nothing.
    """
    if not state.blocks or (state.blocked_until and state.blocked_until > now):
        return state
    return replace(state, blocks=0, blocked_reason="", blocked_until=None)


def day(state: BucketState, now: datetime, zone: tzinfo) -> date:
    """Return the day to which a call made now counts.

    It is the upstream's day where its end is known, by the date in `zone` on which it began; else the zone's own.
    """
    state = _new_day(state, now)
    if state.daily_reset_at is None:
        return now.astimezone(zone).date()
    ends = state.daily_reset_at + ROUGHLY
    return ends.astimezone(zone).date() - timedelta(days=1)


def _length(seconds: float) -> timedelta:
    """Return a duration that the upstream has named, between none and LONGEST_PAUSE; "not a number" is none."""
    return timedelta(seconds=min(seconds, LONGEST_PAUSE.total_seconds())) if seconds > 0 else timedelta()


def _calls(count: int) -> int:
    return min(max(0, count), MOST_CALLS)


def _kept(state: BucketState, policy: RatePolicy, priority: Priority) -> int:
    if priority == Priority.PERSON:
        return 0
    half = (state.daily_limit or 0) // 2 if priority == Priority.BACKGROUND else 0
    return max(policy.reserve, half)


def _spent(kept: int, priority: Priority) -> str:
    if not kept:
        return messages.connections.DAY_USED_UP()
    if priority == Priority.BACKGROUND:
        return messages.connections.KEPT_FOR_OTHER_WORK(count=kept)
    return messages.connections.KEPT_FOR_PEOPLE(count=kept)


def _tomorrow(state: BucketState, now: datetime, reason: str) -> BucketDecision:
    until = state.daily_reset_at or now + DEFAULT_RESET
    if until <= now:
        return BucketDecision(wait=(until + RESET_MARGIN - now).total_seconds(), reason=reason)
    return BucketDecision(until=until, reason=reason)


def _waiting(
    state: BucketState, decision: BucketDecision, now: datetime, priority: Priority, waiter: str
) -> BucketState:
    if not waiter or not decision.wait or priority not in CLAIMING:
        return state
    claims = with_claim(state.claims, priority, waiter, decision.wait, _clock(state, now))
    return replace(state, claims=claims)


def _spend(state: BucketState, tokens: float, now: datetime) -> BucketState:
    remaining = None if state.daily_remaining is None else state.daily_remaining - 1
    return replace(state, tokens=tokens, refilled_at=_clock(state, now), daily_remaining=remaining)


def _clock(state: BucketState, now: datetime) -> datetime:
    """Return the latest time known: machines' clocks differ, and two would refill the same seconds twice."""
    return max(now, state.refilled_at) if state.refilled_at else now


def _refilled(state: BucketState, policy: RatePolicy, now: datetime) -> float:
    if state.refilled_at is None:
        return float(policy.burst)
    passed = max(0.0, (now - state.refilled_at).total_seconds())
    return min(float(policy.burst), state.tokens + passed * policy.rate)


def _new_day(state: BucketState, now: datetime) -> BucketState:
    if state.daily_reset_at and state.daily_reset_at + RESET_MARGIN <= now:
        return replace(state, daily_remaining=state.daily_limit, daily_reset_at=None)
    return state


def _later_day(old: datetime | None, new: datetime | None) -> bool:
    return old is not None and new is not None and new - old > timedelta(minutes=5)


def _later(moment: datetime, now: datetime, reason: str) -> BucketDecision:
    wait = (moment - now).total_seconds()
    return (
        BucketDecision(wait=wait, reason=reason)
        if wait <= LONGEST_WAIT
        else BucketDecision(until=moment, reason=reason)
    )
