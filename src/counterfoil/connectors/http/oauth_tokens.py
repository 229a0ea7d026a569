"""When an access token is used, renewed, waited for or left alone. Pure: state and time in, decision out.

An upstream gives only so many tokens in a while, so one process renews it for all of them. While it does, it holds
a *claim*; a claim runs out, so that a process that dies keeps nobody waiting.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from counterfoil.connectors.allowance import AccessToken
from counterfoil.errors import CounterfoilError, QuotaExhausted, Throttled

MARGIN = timedelta(minutes=5)
"""A token is renewed so long before it ends; one that is good for less than 20 minutes, in its last quarter."""
CLAIM = timedelta(seconds=90)
"""How long the others leave the renewing to the one that has begun; it needs 40 seconds at most."""
SPAN = timedelta(minutes=10)
MOST = 8
"""Tokens asked for in a SPAN. Zoho gives 10 for one refresh token, then none for a while (contract section 1)."""
REST = timedelta(minutes=30)
"""Nothing is asked for so long where the upstream says "too many": it forgets by inactivity alone."""
SETTLED = timedelta(minutes=10)
"""A token that took the place of a refused one is not replaced before: if it is refused as well, the fault lies
elsewhere (a scope, a revoked right)."""


@dataclass(frozen=True, slots=True)
class TokenState:
    """All that the decisions need to know of a token, without the token. `asked_at` are the last SPAN's renewals;
    `replacing` says that the claim is to replace a refused token, `replaced` that the token in use did."""

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
    """What to do now."""

    USE = "use"
    RENEW = "renew"
    WAIT = "wait"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class TokenDecision:
    """`until` only with REST: nothing may be asked for before."""

    step: TokenStep
    until: datetime | None = None


def decide(state: TokenState, claim: str, now: datetime, *, refused: bool) -> tuple[TokenState, TokenDecision]:
    """What to do for a token now; with RENEW the claim is taken. `refused`: the upstream refuses that in use."""
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
    """The claim has brought a token, good for `lifetime` seconds. None where it had run out and is another's."""
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
    """A token that was got elsewhere takes the place of any other; it was asked for like all of them."""
    asked_at = tuple(moment for moment in state.asked_at if now - moment < SPAN)
    taken = replace(state, claim="adopted", replacing=False, asked_at=(*asked_at, now), rests_until=None)
    return keep(taken, "adopted", lifetime, now) or taken


def fail(state: TokenState, claim: str, now: datetime, *, throttled: bool) -> TokenState:
    """The claim has brought nothing; `throttled` where the upstream says that too many tokens were asked for."""
    if throttled:
        state = replace(state, rests_until=now + REST)
    return state if state.claim != claim else replace(state, claim="", claimed_until=None, replacing=False)


def resting_error(title: str, until: datetime) -> QuotaExhausted:
    """The error for REST."""
    return QuotaExhausted(
        f"No access token may be asked of {title} now: it gives only so many in ten minutes.",
        f"It goes on at {until:%H:%M} UTC.",
        until=until,
    )


def _another_would_not_help(state: TokenState, now: datetime) -> bool:
    return state.replaced and state.got_at is not None and now - state.got_at < SETTLED


def _none_before(state: TokenState, asked_at: tuple[datetime, ...], now: datetime) -> datetime | None:
    moments = [state.rests_until] if state.rests_until is not None and now < state.rests_until else []
    if len(asked_at) >= MOST:
        moments.append(asked_at[-MOST] + SPAN)
    return max(moments, default=None)


class MemoryTokens:
    """The token of a connection that is not stored yet: kept as long as this object, shared with nobody.

    `held` is one that was got just before, as by logging in; it is used first.
    """

    def __init__(self, title: str, now: Callable[[], datetime], held: AccessToken | None = None) -> None:
        self.held = held
        self._title = title
        self._now = now
        self._state = TokenState() if held is None else adopt(TokenState(), held.lifetime, now())
        self._lock = threading.Lock()

    def token(self, fetch: Callable[[], AccessToken], refused: str | None = None) -> AccessToken:
        """See `allowance.TokenStore`."""
        with self._lock:
            is_refused = self.held is not None and self.held.secret == refused
            self._state, decision = decide(self._state, "me", self._now(), refused=is_refused)
            if decision.until is not None:
                raise resting_error(self._title, decision.until)
            if decision.step == TokenStep.USE and self.held is not None:
                return self.held
            try:
                token = fetch()
            except CounterfoilError as error:
                throttled = isinstance(error, Throttled)
                self._state = fail(self._state, "me", self._now(), throttled=throttled)
                if throttled:
                    raise resting_error(self._title, self._now() + REST) from error
                raise
            self._state = keep(self._state, "me", token.lifetime, self._now()) or self._state
            self.held = token
            return token
