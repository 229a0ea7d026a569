"""The access token of one connection, stored encrypted in the database and shared by every process.

The decisions are in `connectors.http.oauth_tokens`; this module reads the row under a lock, decides, and writes it
back. The lock is released before a token is requested; what keeps two processes from requesting one at once is the
claim in the row. All times are the database's, because machines' clocks differ.
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
from counterfoil.mirror import claims, models, sharing
from counterfoil.mirror.claims import Claims

CLAIMS = Claims(oauth_tokens.CLAIM)
POLL_SECONDS = 0.2
"""How often to look whether another process has renewed the token."""


class _Lookup(NamedTuple):
    """The token in the row, and what to do about it. `fresh` is for how many seconds it can be cached."""

    decision: TokenDecision
    token: AccessToken | None
    fresh: float


class SharedTokens:
    """Implements `connectors.allowance.TokenStore`. Safe to use from several threads; keeps nothing open."""

    def __init__(
        self,
        connection_id: int,
        title: str,
        wait: Callable[[float], None] = time.sleep,
        *,
        used_by: int | None = None,
    ) -> None:
        """`title` is the upstream's name for error messages; `wait` sleeps for so many seconds.

        `connection_id` has the token, and `used_by` uses it, where several connections share one.
        """
        self._connection_id = connection_id
        self._used_by = connection_id if used_by is None else used_by
        self._title = title
        self._wait = wait
        self._lock = threading.Lock()
        self._cached: AccessToken | None = None
        self._cached_until = 0.0

    def token(self, fetch: Callable[[], AccessToken], refused: str | None = None) -> AccessToken:
        """Return the token, as `allowance.TokenStore` says.

        Waits while another process renews it, at most for the term of a claim.
        """
        with self._lock:
            cached = self._cached
            if cached is not None and cached.secret != refused and time.monotonic() < self._cached_until:
                return cached
            return self._shared_token(fetch, refused)

    def record_refusal(self, scope: str) -> None:
        """Remember a scope that is missing, as `allowance.TokenStore` says."""
        _in_own_thread(_record_refusal, self._connection_id, scope)

    def _shared_token(self, fetch: Callable[[], AccessToken], refused: str | None) -> AccessToken:
        claim = claims.new_claim()
        while True:
            decision, token, fresh = _in_own_thread(self._look_up, claim, refused)
            if decision.until is not None:
                raise oauth_tokens.resting_error(self._title, decision.until)
            if decision.step == TokenStep.USE and token is not None:
                self._cached, self._cached_until = token, time.monotonic() + fresh
                return token
            if decision.step == TokenStep.RENEW:
                self._renew(fetch, claim)
                refused = None  # whatever is in the row now, it is another token
            else:
                self._wait(POLL_SECONDS)

    def _renew(self, fetch: Callable[[], AccessToken], claim: str) -> None:
        try:
            token = fetch()
        except Throttled as error:
            until = _in_own_thread(self._record_failure, claim, throttled=True)
            raise oauth_tokens.resting_error(self._title, until) from error
        except BaseException:
            _in_own_thread(self._record_failure, claim, throttled=False)
            raise
        _in_own_thread(self._store, claim, token)

    def _look_up(self, claim: str, refused: str | None) -> _Lookup:
        if not CLAIMS.release_gone(models.Token.objects.filter(connection_id=self._connection_id)):
            self._follow()
        with transaction.atomic():
            row, now = _lock_row(self._connection_id)
            token = _decrypt(row)
            before = _state(row)
            is_refused = token is not None and token.secret == refused
            state, decision = oauth_tokens.decide(before, claim, now, refused=is_refused)
            if state != before:
                _write(row, state)
        fresh = (state.renew_at - now).total_seconds() if state.renew_at else 0.0
        return _Lookup(decision, token, fresh)

    def _follow(self) -> None:
        """Follow the token where it was handed on because its connection was removed."""
        if not models.Token.objects.filter(connection_id=self._connection_id).exists():
            self._connection_id = sharing.tokens_owner(self._used_by)

    def _store(self, claim: str, token: AccessToken) -> None:
        """Store the token, unless the claim expired and another process renews it: then that token is used."""
        with transaction.atomic():
            row, now = _lock_row(self._connection_id)
            state = oauth_tokens.keep(_state(row), claim, token.lifetime, now)
            if state is not None:
                _write(row, state, token)

    def _record_failure(self, claim: str, *, throttled: bool) -> datetime:
        """Release the claim. Returns until when no token may be requested where `throttled`."""
        with transaction.atomic():
            row, now = _lock_row(self._connection_id)
            _write(row, oauth_tokens.fail(_state(row), claim, now, throttled=throttled))
        return now + oauth_tokens.REST


def adopt(connection_id: int, token: AccessToken) -> None:
    """Store a token that was issued while the connection was being checked, in place of any other."""
    with transaction.atomic():
        row, now = _lock_row(connection_id)
        _write(row, oauth_tokens.adopt(_state(row), token.lifetime, now), token)
        scopes = None if token.scopes is None else list(token.scopes)
        models.Token.objects.filter(connection_id=connection_id).update(scopes=scopes, refused=[])


def _record_refusal(connection_id: int, scope: str) -> None:
    with transaction.atomic():
        row, _ = _lock_row(connection_id)
        if scope not in row.refused:
            models.Token.objects.filter(connection_id=connection_id).update(refused=[*row.refused, scope])


def _lock_row(connection_id: int) -> tuple[models.Token, datetime]:
    """Lock the row until the transaction ends. Returns it with the database's time."""
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
        if token.scopes is not None:
            values["scopes"] = list(token.scopes)
    models.Token.objects.filter(connection_id=row.connection_id).update(**values)


def _decrypt(row: models.Token) -> AccessToken | None:
    found = encryption.unseal_if_possible(row.sealed)  # without the key another token is requested
    secret = found.get("access_token") if found else None
    return AccessToken(secret, row.api_url, 0.0) if secret else None


def _in_own_thread[**P, T](work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do database work in a thread of its own, so that the threads that fetch need no database connection."""

    def body() -> T:
        try:
            return work(*args, **kwargs)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1, thread_name_prefix="token") as thread:
        return thread.submit(body).result()
