"""Decide when to use an access token, renew it, or wait for another process. Pure: takes state and time.

Upstreams limit how many tokens they grant, so one process renews the token for all. It holds a *claim* meanwhile;
claims expire, so that a process that dies does not keep the others waiting.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from counterfoil import messages
from counterfoil.connectors.allowance import AccessToken
from counterfoil.errors import CounterfoilError, QuotaExhausted, Throttled

MARGIN = timedelta(minutes=5)
"""A token is renewed this long before it expires; one with a lifetime below 20 minutes, in its last quarter."""
CLAIM = timedelta(seconds=90)
"""How long other processes wait for the one that renews; it needs 40 seconds at most."""
SPAN = timedelta(minutes=10)
MOST = 8
"""Token requests in a SPAN. Zoho grants 10 for one refresh token, then none for a while (contract section 1)."""
REST = timedelta(minutes=30)
"""No token is requested for this long after "too many requests": only inactivity ends that state."""
SETTLED = timedelta(minutes=10)
"""A token that replaced a refused one is kept at least this long: if it is refused too, the cause is another one
(a missing scope, a revoked right)."""


@dataclass(frozen=True, slots=True)
class TokenState:
    """What the decisions need to know about a token, without the token itself.

    `asked_at` are the renewals of the last SPAN. `replacing` says that the claim replaces a refused token,
    `replaced` that the current token did. No token is requested before `rests_until`.
    """

    got_at: datetime | None = None
    renew_at: datetime | None = None
    ends_at: datetime | None = None
    replaced: bool = False
    claim: str = ""
    claimed_until: datetime | None = None
    replacing: bool = False
    asked_at: tuple[datetime, ...] = ()
    rests_until: datetime | None = None


class TokenStep(StrEnum):
    """What to do now. REST: no token may be requested yet."""

    USE = "use"
    RENEW = "renew"
    WAIT = "wait"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class TokenDecision:
    """A step, and with REST the time until which no token may be requested."""

    step: TokenStep
    until: datetime | None = None


def decide(state: TokenState, claim: str, now: datetime, *, refused: bool) -> tuple[TokenState, TokenDecision]:
    """Decide what to do about the token now; with RENEW, the new state holds the claim.

    `refused` says that the upstream rejected the current token.
    """
    usable = not refused and state.ends_at is not None and now < state.ends_at
    fresh = usable and state.renew_at is not None and now < state.renew_at
    if fresh or (refused and _another_would_not_help(state, now)):
        return state, TokenDecision(TokenStep.USE)
    if state.claimed_until is not None and now < state.claimed_until:
        return state, TokenDecision(TokenStep.USE if usable else TokenStep.WAIT)
    asked_at = tuple(moment for moment in state.asked_at if now - moment < SPAN)
    until = _none_before(state, asked_at, now)
    if until is not None:
        return state, TokenDecision(TokenStep.USE) if usable else TokenDecision(TokenStep.REST, until)
    claimed = replace(
        state,
        claim=claim,
        claimed_until=now + CLAIM,
        replacing=refused,
        asked_at=(*asked_at, now),
        rests_until=None,
    )
    return claimed, TokenDecision(TokenStep.RENEW)


def keep(state: TokenState, claim: str, lifetime: float, now: datetime) -> TokenState | None:
    """Record the token that the claim obtained, with its lifetime in seconds.

    Returns None if the claim has expired and another process holds one.
    """
    if state.claim != claim:
        return None
    length = timedelta(seconds=lifetime)
    return replace(
        state,
        got_at=now,
        renew_at=now + length - min(MARGIN, length / 4),
        ends_at=now + length,
        replaced=state.replacing,
        claim="",
        claimed_until=None,
        replacing=False,
    )


def adopt(state: TokenState, lifetime: float, now: datetime) -> TokenState:
    """Record a token that was obtained elsewhere, as by a login. It counts as one request."""
    asked_at = tuple(moment for moment in state.asked_at if now - moment < SPAN)
    taken = replace(state, claim="adopted", replacing=False, asked_at=(*asked_at, now), rests_until=None)
    return keep(taken, "adopted", lifetime, now) or taken


def fail(state: TokenState, claim: str, now: datetime, *, throttled: bool) -> TokenState:
    """Record that the claim obtained no token. `throttled`: the upstream reported too many token requests."""
    if throttled:
        state = replace(state, rests_until=now + REST)
    return state if state.claim != claim else replace(state, claim="", claimed_until=None, replacing=False)


def resting_error(title: str, until: datetime) -> QuotaExhausted:
    """Build the error for REST."""
    return QuotaExhausted(
        messages.connectors.TOKEN_LIMIT(system=title), messages.connectors.CALLS_RESUME(until=until), until=until
    )


def _another_would_not_help(state: TokenState, now: datetime) -> bool:
    return state.replaced and state.got_at is not None and now - state.got_at < SETTLED


def _none_before(state: TokenState, asked_at: tuple[datetime, ...], now: datetime) -> datetime | None:
    moments = [state.rests_until] if state.rests_until is not None and now < state.rests_until else []
    if len(asked_at) >= MOST:
        moments.append(asked_at[-MOST] + SPAN)
    return max(moments, default=None)


class MemoryTokens:
    """A token store in memory, for a connection that is not stored yet.

    `current` is a token that was just obtained, as by a login; it is used first.
    """

    def __init__(self, title: str, now: Callable[[], datetime], current: AccessToken | None = None) -> None:
        self.current = current
        self._title = title
        self._now = now
        self._state = TokenState() if current is None else adopt(TokenState(), current.lifetime, now())
        self._lock = threading.Lock()

    def record_refusal(self, scope: str) -> None:
        """Do nothing: a connection that is not stored yet is not written to."""

    def token(self, fetch: Callable[[], AccessToken], refused: str | None = None) -> AccessToken:
        """Return the token, as `allowance.TokenStore` says."""
        with self._lock:
            is_refused = self.current is not None and self.current.secret == refused
            self._state, decision = decide(self._state, "me", self._now(), refused=is_refused)
            if decision.until is not None:
                raise resting_error(self._title, decision.until)
            if decision.step == TokenStep.USE and self.current is not None:
                return self.current
            try:
                token = fetch()
            except CounterfoilError as error:
                throttled = isinstance(error, Throttled)
                self._state = fail(self._state, "me", self._now(), throttled=throttled)
                if throttled:
                    raise resting_error(self._title, self._now() + REST) from error
                raise
            self._state = keep(self._state, "me", token.lifetime, self._now()) or self._state
            self.current = token
            return token
