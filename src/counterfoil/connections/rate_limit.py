"""How a connection's allowance is spent. Pure: state and time in, state and decision out (DESIGN law 7).

Rates are requests per second; a rate of 0 means that the upstream sets none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Self

from counterfoil.connectors.allowance import Quota
from counterfoil.connectors.priority import Priority

type TurnClaims = Mapping[str, Mapping[str, float]]
"""By priority: until when each of those who wait is waited for, in Unix seconds. Plain enough for JSON."""

GRACE = 1.0
"""Seconds that a claim outlives the moment at which its owner means to ask again."""
ORDER = tuple(Priority)
CLAIMING = frozenset({Priority.PERSON, Priority.DELIVERY, Priority.PUSH})
"""Runs leave no claims: what comes after them waits for a full bucket anyway."""


def requests_ahead(claims: TurnClaims, priority: Priority, now: datetime) -> int:
    """How many wait whose turn comes before that of this priority."""
    higher = ORDER[: ORDER.index(priority)]
    return sum(until > now.timestamp() for first in higher for until in claims.get(first, {}).values())


def with_claim(claims: TurnClaims, priority: Priority, waiter: str, wait: float, now: datetime) -> TurnClaims:
    """With the claim of one who asks again in so many seconds."""
    live = _live(claims, now)
    return live | {priority.value: {**live.get(priority, {}), waiter: now.timestamp() + wait + GRACE}}


def without_claim(claims: TurnClaims, priority: Priority, waiter: str, now: datetime) -> TurnClaims:
    """Without the claim of one who has got a turn."""
    live = _live(claims, now)
    rest = {name: until for name, until in live.pop(priority.value, {}).items() if name != waiter}
    return live | ({priority.value: rest} if rest else {})


def _live(claims: TurnClaims, now: datetime) -> dict[str, dict[str, float]]:
    at = now.timestamp()
    live = {priority: {name: end for name, end in each.items() if end > at} for priority, each in claims.items()}
    return {priority: each for priority, each in live.items() if each}


PAUSE = 1.0
"""Seconds everybody pauses after a 429 that names no pause of its own (Robaws contract section 4)."""
LONGEST_WAIT = 60.0
"""Seconds a caller waits for its turn; longer than that, it is told until when and does something else."""
DEFAULT_RESET = timedelta(hours=24)
RESET_MARGIN = timedelta(seconds=1)
"""Upstreams say in whole seconds when their day ends: the new one is believed that much later."""
ROUGHLY = timedelta(minutes=2)
"""What an upstream's midnight may be off by, as reckoned from its seconds to go and the way of the answer."""
PATIENCE = 45.0
"""Seconds that a call waits while others go before it: somewhat less than a run's lease lasts."""
AGAIN = timedelta(seconds=60)
"""After so long it may try again."""
OVERTAKEN = "other work goes first"
FIRST_BLOCK = timedelta(minutes=15)
LONGEST_BLOCK = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class RatePolicy:
    """What we allow ourselves. `reserve` of the daily allowance is kept for people, and for nobody else."""

    rate: float
    burst: int
    reserve: int


@dataclass(frozen=True, slots=True)
class BucketState:
    """The allowance as all processes share it. `daily_*` are None until the upstream has said something; `claims`
    are those of who waits for a turn."""

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
    def of(cls, row: object) -> Self:
        """As something with attributes of these names holds it."""
        return cls(**{name: getattr(row, name) for name in cls.__dataclass_fields__})


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


type Change = Callable[[BucketState, datetime], BucketState]


def acquire(
    state: BucketState, policy: RatePolicy, now: datetime, priority: Priority = Priority.RUN, waiter: str = ""
) -> tuple[BucketState, Grant]:
    """Take one request from the allowance, or say when to come back.

    `waiter` names one call from its first try to its turn: where it goes before others, it is waited for.
    """
    state = _new_day(state, now)
    if state.blocked_until and state.blocked_until > now:
        return state, Grant(until=state.blocked_until, reason=state.blocked_reason)
    kept = _kept(state, policy, priority)
    if state.daily_remaining is not None and state.daily_remaining <= kept:
        return state, _tomorrow(state, now, _spent(kept, priority))
    if state.paused_until and state.paused_until > now:
        grant = _later(state.paused_until, now, "the upstream asked for a pause")
        return _waiting(state, grant, now, priority, waiter), grant
    if policy.rate <= 0:
        return _spend(state, state.tokens, now), Grant()
    tokens = _refilled(state, policy, now)
    # A bucket that is full to the brim has not been drawn from by anybody for a while.
    wanted = float(policy.burst) if priority == Priority.BACKGROUND else 1.0
    ahead = requests_ahead(state.claims, priority, _clock(state, now))
    if tokens < wanted or ahead:
        short = max(wanted + ahead - tokens, 1.0 if ahead else 0.0)
        grant = Grant(wait=max(short / policy.rate, 0.001), reason=OVERTAKEN if ahead else "")
        return _waiting(state, grant, now, priority, waiter), grant
    claims = without_claim(state.claims, priority, waiter, _clock(state, now))
    return _spend(replace(state, claims=claims), tokens - 1.0, now), Grant()


def record_quota(state: BucketState, quota: Quota, now: datetime) -> BucketState:
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


def record_throttle(state: BucketState, quota: Quota, pause: float | None, now: datetime) -> BucketState:
    """A 429: everybody on the connection pauses; with nothing left today it is the daily limit."""
    state = record_quota(state, quota, now)
    until = now + timedelta(seconds=pause if pause is not None else PAUSE)
    paused = max(until, state.paused_until) if state.paused_until else until
    at = _clock(state, now)
    return replace(state, tokens=0.0, refilled_at=at, paused_until=paused, incidents=state.incidents + 1)


def record_block(state: BucketState, reason: str, now: datetime, pause: float | None = None) -> BucketState:
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


def record_success(state: BucketState, now: datetime) -> BucketState:
    """An answer came through after a block: the next block starts short again. One that comes in while the block
    holds was sent before it, and lifts nothing."""
    if not state.blocks or (state.blocked_until and state.blocked_until > now):
        return state
    return replace(state, blocks=0, blocked_reason="", blocked_until=None)


def day(state: BucketState, now: datetime, zone: tzinfo) -> date:
    """To which day a call of now counts: to the upstream's, by the date on which it began in `zone`, where the
    upstream says when it ends; else to the zone's own."""
    state = _new_day(state, now)
    if state.daily_reset_at is None:
        return now.astimezone(zone).date()
    ends = state.daily_reset_at + ROUGHLY
    return ends.astimezone(zone).date() - timedelta(days=1)


def _kept(state: BucketState, policy: RatePolicy, priority: Priority) -> int:
    if priority == Priority.PERSON:
        return 0
    half = (state.daily_limit or 0) // 2 if priority == Priority.BACKGROUND else 0
    return max(policy.reserve, half)


def _spent(kept: int, priority: Priority) -> str:
    if not kept:
        return "today's calls are used up"
    whom = "other work" if priority == Priority.BACKGROUND else "people"
    return f"the last {kept:,} calls of today are kept for {whom}"


def _tomorrow(state: BucketState, now: datetime, reason: str) -> Grant:
    until = state.daily_reset_at or now + DEFAULT_RESET
    if until <= now:
        return Grant(wait=(until + RESET_MARGIN - now).total_seconds(), reason=reason)
    return Grant(until=until, reason=reason)


def _waiting(state: BucketState, grant: Grant, now: datetime, priority: Priority, waiter: str) -> BucketState:
    if not waiter or not grant.wait or priority not in CLAIMING:
        return state
    claims = with_claim(state.claims, priority, waiter, grant.wait, _clock(state, now))
    return replace(state, claims=claims)


def _spend(state: BucketState, tokens: float, now: datetime) -> BucketState:
    remaining = None if state.daily_remaining is None else state.daily_remaining - 1
    return replace(state, tokens=tokens, refilled_at=_clock(state, now), daily_remaining=remaining)


def _clock(state: BucketState, now: datetime) -> datetime:
    """Machines' clocks differ: the latest one counts, else two of them would refill the same seconds twice."""
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


def _later(moment: datetime, now: datetime, reason: str) -> Grant:
    wait = (moment - now).total_seconds()
    return Grant(wait=wait, reason=reason) if wait <= LONGEST_WAIT else Grant(until=moment, reason=reason)
