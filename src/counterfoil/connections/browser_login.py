"""A login at an upstream in the browser (OAuth), stored from its start until the browser returns.

A login is one encrypted row. It belongs to the user and session that started it, is found by the digest of a
random `state`, can be used once, and is deleted then or when it expires.
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
"""How long a user may take at the upstream, and again to choose a tenant."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A browser session: its user, and its key."""

    user: int
    session: str = field(repr=False)

    @property
    def digest(self) -> str:
        """The digest of the key, which is all that is stored."""
        return _digest(self.session)


@dataclass(frozen=True, slots=True)
class Login:
    """What a user wants to connect and, after they have logged in, the token and tenants they received.

    `renews` is the key of the connection that gets the new secrets. The token expires at `token_until`.
    """

    draft: Draft
    redirect_uri: str
    renews: int | None = None
    token: AccessToken | None = None
    token_until: datetime | None = None
    tenants: tuple[Tenant, ...] = ()

    @property
    def flow(self) -> BrowserLogin:
        """The connector's login. Raises InvalidSetting for an upstream without one."""
        flow = CONNECTORS[self.draft.connector].login
        if flow is None:
            raise InvalidSetting(f"{CONNECTORS[self.draft.connector].title} has no browser login.", "")
        return flow


def begin(login: Login, visit: Visit) -> str:
    """Store a login. Returns the address for the browser. Raises InvalidInput for wrong settings."""
    state = secrets.token_urlsafe(32)
    address = login.flow.authorization_url(login.draft.settings, login.redirect_uri, state)
    forget_old()
    _save(login, visit, _digest(state))
    return address


def consume(state: str, visit: Visit) -> Login:
    """Delete the stored login with this `state`, and return it. Raises NotFound where this session has none."""
    return _open_row(_find_row(visit, state=_digest(state)), forget=True)


def exchange(login: Login, answer: Mapping[str, str]) -> Login:
    """Exchange the returned query parameters for secrets, and list the tenants they give access to.

    Raises the connector's error where the upstream refuses.
    """
    kind, flow, draft = CONNECTORS[login.draft.connector], login.flow, login.draft
    given = flow.exchange_code(Settings(draft.settings, draft.secrets), login.redirect_uri, answer)
    until = timezone.now() + timedelta(seconds=given.token.lifetime)
    draft = replace(
        draft, settings={**draft.settings, **given.settings}, secrets={**draft.secrets, **given.secrets}
    )
    tokens = MemoryTokens(kind.title, timezone.now, given.token)
    existing = _connection_to_renew(login)
    budget = factory.shared_budget(existing, Priority.PERSON) if existing else OneCall()
    try:
        tenants = flow.list_tenants(Settings(draft.settings, draft.secrets, tokens), budget)
    finally:
        budget.close()
    return replace(login, draft=draft, token=tokens.current, token_until=until, tenants=tuple(tenants))


def only_tenant(login: Login) -> str | None:
    """Return the tenant that needs no choice: that of the connection to renew, else the only one.

    None where the user has to choose. Raises InvalidInput or NotPossibleNow where there is none to use.
    """
    ids = [tenant.id for tenant in login.tenants]
    title = CONNECTORS[login.draft.connector].title
    existing = _connection_to_renew(login)
    if existing is not None:
        own = str(existing.settings.get(login.flow.tenant_field))
        if own not in ids:
            raise InvalidInput(
                f"{existing.name} connects to {own} in {title}, and this login has no access to it.",
                f"Log in as a user who has, or connect {_list_names(login.tenants)} as a new connection.",
            )
        return own
    if not ids:
        raise NotPossibleNow(f"This login has no access to anything in {title}.", "Log in as a user who has.")
    return ids[0] if len(ids) == 1 else None


def remember_choice(login: Login, visit: Visit) -> int:
    """Store a login until the user has chosen a tenant. Returns its number."""
    return _save(login, visit, None)


def find_choice(number: int, visit: Visit) -> Login:
    """Read a login that waits for the choice. Raises NotFound where this session has no such login."""
    return _open_row(_find_row(visit, pk=number, state=None), forget=False)


def consume_choice(number: int, visit: Visit) -> Login:
    """Delete a login that waits for the choice, and return it. Raises NotFound like `find_choice`."""
    return _open_row(_find_row(visit, pk=number, state=None), forget=True)


def finish(login: Login, tenant: str) -> tuple[Connection, str, bool]:
    """Connect one of the tenants, or renew the connection. Returns and raises like `connect.connect`."""
    if tenant not in {one.id for one in login.tenants}:
        raise InvalidInput("This login has no access to that.", "Log in again and choose from the list.")
    draft = replace(login.draft, settings={**login.draft.settings, login.flow.tenant_field: tenant})
    existing = _connection_to_renew(login)
    if existing is not None:
        draft = replace(draft, name=existing.name, owner=existing.owner_id, country=existing.country)
    elif Connection.objects.filter(owner=draft.owner, name__iexact=draft.name).exists():
        raise InvalidInput(f"There is already a connection called “{draft.name}”.", "Choose another name.")
    return connect.connect(draft, _remaining_token(login))


def forget_old() -> None:
    """Delete expired logins. Costs one read where there are none."""
    over = PendingLogin.objects.filter(until__lte=timezone.now())
    if over.exists():
        over.delete()


def _save(login: Login, visit: Visit, state: str | None) -> int:
    sealed = encryption.seal({"login": msgspec.json.encode(login).decode()})
    until = timezone.now() + TIME
    return PendingLogin.objects.create(
        state=state, session=visit.digest, user_id=visit.user, sealed=sealed, until=until
    ).pk


def _find_row(visit: Visit, **by: object) -> PendingLogin:
    row = PendingLogin.objects.filter(**by, user=visit.user, until__gt=timezone.now()).first()
    if row is None or not hmac.compare_digest(row.session, visit.digest):
        raise _not_found()
    return row


def _open_row(row: PendingLogin, *, forget: bool) -> Login:
    """Decrypt a row. With `forget`, only one of several simultaneous requests gets it."""
    if forget and not PendingLogin.objects.filter(pk=row.pk).delete()[0]:
        raise _not_found()
    return msgspec.json.decode(encryption.unseal(row.sealed)["login"], type=Login)


def _connection_to_renew(login: Login) -> Connection | None:
    if login.renews is None:
        return None
    existing = Connection.objects.filter(pk=login.renews).first()
    if existing is None:
        raise NotFound("The connection no longer exists.", "Connect it as a new one.")
    return existing


def _remaining_token(login: Login) -> AccessToken | None:
    """Return the token with its remaining lifetime, unless it expires soon."""
    if login.token is None or login.token_until is None:
        return None
    left = login.token_until - timezone.now()
    return replace(login.token, lifetime=left.total_seconds()) if left > MARGIN else None


def _list_names(tenants: tuple[Tenant, ...]) -> str:
    return " or ".join(f"{tenant.name} ({tenant.id})" for tenant in tenants) or "another"


def _not_found() -> NotFound:
    return NotFound(
        "This login cannot be completed: it was already used, took longer than ten minutes, or was started by "
        "another user or in another session.",
        "Start again.",
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
