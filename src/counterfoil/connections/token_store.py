"""The access token of one connection, held encrypted in the database and shared by every process.

The decisions are in `connectors.http.oauth_tokens`; this is the edge: read the row under a lock, decide, write it
back. The lock is let go before anything is asked of the upstream; what keeps two processes from asking at once is
the claim in the row. All times are the database's: machines' clocks differ.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

from django.db import connections, transaction
from django.db.models.functions import Now

from counterfoil.connections import encryption
from counterfoil.connectors.allowance import AccessToken
from counterfoil.connectors.http import oauth_tokens
from counterfoil.connectors.http.oauth_tokens import TokenDecision, TokenState, TokenStep
from counterfoil.errors import Throttled
from counterfoil.mirror import claims, models
from counterfoil.mirror.claims import Claims

CLAIMS = Claims(oauth_tokens.CLAIM)
POLL_SECONDS = 0.2
"""How often is looked whether another process has got the token that it went for."""


class _Held(NamedTuple):
    """What the row held when it was decided. `fresh` is for how many seconds it need not be looked up again."""

    decision: TokenDecision
    token: AccessToken | None
    fresh: float


class SharedTokens:
    """Implements `connectors.allowance.TokenStore`. Safe to use from several threads; holds nothing open."""

    def __init__(self, connection_id: int, title: str, wait: Callable[[float], None] = time.sleep) -> None:
        """`wait` lets so many seconds pass."""
        self._connection_id = connection_id
        self._title = title
        self._wait = wait
        self._lock = threading.Lock()
        self._known: AccessToken | None = None
        self._known_until = 0.0

    def token(self, fetch: Callable[[], AccessToken], refused: str | None = None) -> AccessToken:
        """See `allowance.TokenStore`. Waits while another process gets the token, at most as long as a claim."""
        with self._lock:
            known = self._known
            if known is not None and known.secret != refused and time.monotonic() < self._known_until:
                return known
            return self._shared(fetch, refused)

    def _shared(self, fetch: Callable[[], AccessToken], refused: str | None) -> AccessToken:
        claim = claims.new_claim()
        while True:
            held = _apart(self._decide, claim, refused)
            if held.decision.until is not None:
                raise oauth_tokens.resting_error(self._title, held.decision.until)
            if held.decision.step == TokenStep.USE and held.token is not None:
                self._known, self._known_until = held.token, time.monotonic() + held.fresh
                return held.token
            if held.decision.step == TokenStep.RENEW:
                self._renew(fetch, claim)
                refused = None  # whatever the row holds now, it is another one
            else:
                self._wait(POLL_SECONDS)

    def _renew(self, fetch: Callable[[], AccessToken], claim: str) -> None:
        try:
            token = fetch()
        except Throttled as error:
            until = _apart(self._give_up, claim, throttled=True)
            raise oauth_tokens.resting_error(self._title, until) from error
        except BaseException:
            _apart(self._give_up, claim, throttled=False)
            raise
        _apart(self._keep, claim, token)

    def _decide(self, claim: str, refused: str | None) -> _Held:
        CLAIMS.release_gone(models.Token.objects.filter(connection_id=self._connection_id))
        with transaction.atomic():
            row, now = _locked(self._connection_id)
            token = _opened(row)
            before = _state(row)
            is_refused = token is not None and token.secret == refused
            state, decision = oauth_tokens.decide(before, claim, now, refused=is_refused)
            if state != before:
                _write(row, state)
        fresh = (state.renew_at - now).total_seconds() if state.renew_at else 0.0
        return _Held(decision, token, fresh)

    def _keep(self, claim: str, token: AccessToken) -> None:
        """Where the claim had run out, another process has gone for a token: that one is used instead."""
        with transaction.atomic():
            row, now = _locked(self._connection_id)
            state = oauth_tokens.keep(_state(row), claim, token.lifetime, now)
            if state is not None:
                _write(row, state, token)

    def _give_up(self, claim: str, *, throttled: bool) -> datetime:
        with transaction.atomic():
            row, now = _locked(self._connection_id)
            _write(row, oauth_tokens.fail(_state(row), claim, now, throttled=throttled))
        return now + oauth_tokens.REST


def adopt(connection_id: int, token: AccessToken) -> None:
    """Take over a token that was got while the connection was checked, in place of any other."""
    with transaction.atomic():
        row, now = _locked(connection_id)
        _write(row, oauth_tokens.adopt(_state(row), token.lifetime, now), token)


def _locked(connection_id: int) -> tuple[models.Token, datetime]:
    """The row, for this transaction alone, and the database's time."""
    models.Token.objects.get_or_create(connection_id=connection_id)
    row = models.Token.objects.select_for_update().annotate(now=Now()).get(connection_id=connection_id)
    return row, row.now


def _state(row: models.Token) -> TokenState:
    values = {name: getattr(row, name) for name in TokenState.__dataclass_fields__}
    values["asked_at"] = tuple(datetime.fromisoformat(moment) for moment in row.asked_at)
    return TokenState(**values)


def _write(row: models.Token, state: TokenState, token: AccessToken | None = None) -> None:
    values = asdict(state)
    values["asked_at"] = [moment.isoformat() for moment in state.asked_at]
    if token is not None:
        values |= {"sealed": encryption.seal({"access_token": token.secret}), "api_url": token.api_url}
    models.Token.objects.filter(connection_id=row.connection_id).update(**values)


def _opened(row: models.Token) -> AccessToken | None:
    secret = encryption.unseal(row.sealed).get("access_token")
    return AccessToken(secret, row.api_url, 0.0) if secret else None


def _apart[**P, T](work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Database work in a thread of its own, so that the threads that fetch need no connection."""

    def body() -> T:
        try:
            return work(*args, **kwargs)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1, thread_name_prefix="token") as thread:
        return thread.submit(body).result()
