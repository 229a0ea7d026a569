"""Logging in at an upstream in a browser: what is remembered until whoever began it comes back, and for how long.

A login is one row, encrypted as a whole. It belongs to the user and the session in which it was begun, is found by
the digest of a `state` that nobody can guess, is taken once, and is gone then or when its time is over.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import msgspec
from django.utils import timezone

from counterfoil.connections import connect, encryption, factory
from counterfoil.connections.connect import Draft, OneCall
from counterfoil.connectors.allowance import AccessToken
from counterfoil.connectors.http.oauth_tokens import MARGIN, MemoryTokens
from counterfoil.connectors.login import BrowserLogin, Settings, Tenant
from counterfoil.connectors.priority import Priority
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.errors import InvalidInput, InvalidSetting, NotFound, NotPossibleNow
from counterfoil.mirror.models import Connection, PendingLogin

TIME = timedelta(minutes=10)
"""How long somebody may take at the upstream, and once more to choose a tenant."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody's session: the user, and its key."""

    user: int
    session: str = field(repr=False)

    @property
    def digest(self) -> str:
        """What is kept of it."""
        return _digest(self.session)


@dataclass(frozen=True, slots=True)
class Login:
    """What somebody wants to connect, and once they have logged in what they were given for it.

    `renews` is the key of the connection that gets the new secrets. The token is good until `token_until`.
    """

    draft: Draft
    redirect_uri: str
    renews: int | None = None
    token: AccessToken | None = None
    token_until: datetime | None = None
    tenants: tuple[Tenant, ...] = ()

    @property
    def way(self) -> BrowserLogin:
        """How it is done. Raises InvalidInput for an upstream where nobody logs in so."""
        way = CONNECTORS[self.draft.connector].login
        if way is None:
            raise InvalidSetting(f"{CONNECTORS[self.draft.connector].title} has no login for browsers.", "")
        return way


def begin(login: Login, visit: Visit) -> str:
    """Remember a login; returns where to send the browser. Raises what is wrong with its settings."""
    state = secrets.token_urlsafe(32)
    address = login.way.authorization_url(login.draft.settings, login.redirect_uri, state)
    forget_old()
    _remember(login, visit, _digest(state))
    return address


def consume(state: str, visit: Visit) -> Login:
    """The login that the browser has come back for, which is forgotten. Raises NotFound where this session has
    none that waits for this `state`."""
    return _opened(_found(visit, state=_digest(state)), forget=True)


def exchange(login: Login, answer: Mapping[str, str]) -> Login:
    """Turn what came back with the browser into secrets, and ask what they open. Raises what is wrong."""
    kind, way, draft = CONNECTORS[login.draft.connector], login.way, login.draft
    given = way.exchange_code(Settings(draft.settings, draft.secrets), login.redirect_uri, answer)
    until = timezone.now() + timedelta(seconds=given.token.lifetime)
    draft = replace(
        draft, settings={**draft.settings, **given.settings}, secrets={**draft.secrets, **given.secrets}
    )
    tokens = MemoryTokens(kind.title, timezone.now, given.token)
    existing = _renewed(login)
    budget = factory.shared_budget(existing, Priority.PERSON) if existing else OneCall()
    try:
        tenants = way.list_tenants(Settings(draft.settings, draft.secrets, tokens), budget)
    finally:
        budget.close()
    return replace(login, draft=draft, token=tokens.current, token_until=until, tenants=tuple(tenants))


def only_tenant(login: Login) -> str | None:
    """The tenant that is taken without asking: of a connection that is renewed its own, else the only one. None
    where somebody has to choose. Raises InvalidInput where there is none to take."""
    ids = [tenant.id for tenant in login.tenants]
    title = CONNECTORS[login.draft.connector].title
    existing = _renewed(login)
    if existing is not None:
        own = str(existing.settings.get(login.way.tenant_field))
        if own not in ids:
            raise InvalidInput(
                f"{existing.name} is a connection to {own} in {title}, which this login does not open.",
                f"Log in as somebody who belongs to it, or connect {_named(login.tenants)} as a new connection.",
            )
        return own
    if not ids:
        raise NotPossibleNow(f"This login opens nothing in {title}.", "Log in as somebody who belongs to it.")
    return ids[0] if len(ids) == 1 else None


def remember_choice(login: Login, visit: Visit) -> int:
    """Remember a login until somebody has chosen a tenant; returns its number."""
    return _remember(login, visit, None)


def find_choice(number: int, visit: Visit) -> Login:
    """One that is being kept, and stays so. Raises NotFound where this session has no such login."""
    return _opened(_found(visit, pk=number, state=None), forget=False)


def consume_choice(number: int, visit: Visit) -> Login:
    """The same, forgotten."""
    return _opened(_found(visit, pk=number, state=None), forget=True)


def finish(login: Login, tenant: str) -> tuple[Connection, str, bool]:
    """Connect one of the tenants, or renew the connection. Returns and raises as `connections.connect`."""
    if tenant not in {one.id for one in login.tenants}:
        raise InvalidInput("That is none of those that this login opens.", "Log in again and choose one of them.")
    draft = replace(login.draft, settings={**login.draft.settings, login.way.tenant_field: tenant})
    existing = _renewed(login)
    if existing is not None:
        draft = replace(draft, name=existing.name, owner=existing.owner_id, country=existing.country)
    elif Connection.objects.filter(owner=draft.owner, name__iexact=draft.name).exists():
        raise InvalidInput(f"There is a connection called “{draft.name}” by now.", "Choose another name.")
    return connect.connect(draft, _still_good(login))


def forget_old() -> None:
    """Forget those whose time is over. Costs a read where there are none."""
    over = PendingLogin.objects.filter(until__lte=timezone.now())
    if over.exists():
        over.delete()


def _remember(login: Login, visit: Visit, state: str | None) -> int:
    sealed = encryption.seal({"login": msgspec.json.encode(login).decode()})
    until = timezone.now() + TIME
    return PendingLogin.objects.create(
        state=state, session=visit.digest, user_id=visit.user, sealed=sealed, until=until
    ).pk


def _found(visit: Visit, **by: object) -> PendingLogin:
    row = PendingLogin.objects.filter(**by, user=visit.user, until__gt=timezone.now()).first()
    if row is None or not hmac.compare_digest(row.session, visit.digest):
        raise _unknown()
    return row


def _opened(row: PendingLogin, *, forget: bool) -> Login:
    """Of several that come at once for the same row, one gets it."""
    if forget and not PendingLogin.objects.filter(pk=row.pk).delete()[0]:
        raise _unknown()
    return msgspec.json.decode(encryption.unseal(row.sealed)["login"], type=Login)


def _renewed(login: Login) -> Connection | None:
    if login.renews is None:
        return None
    existing = Connection.objects.filter(pk=login.renews).first()
    if existing is None:
        raise NotFound("The connection is not there any more.", "Connect it as a new one.")
    return existing


def _still_good(login: Login) -> AccessToken | None:
    """The token with the time that it has left, where that is worth it."""
    if login.token is None or login.token_until is None:
        return None
    left = login.token_until - timezone.now()
    return replace(login.token, lifetime=left.total_seconds()) if left > MARGIN else None


def _named(tenants: tuple[Tenant, ...]) -> str:
    return " or ".join(f"{tenant.name} ({tenant.id})" for tenant in tenants) or "another"


def _unknown() -> NotFound:
    return NotFound(
        "This login cannot be finished: it was used already, took longer than ten minutes, or was begun by "
        "somebody else or before you last logged in here.",
        "Begin it again.",
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
