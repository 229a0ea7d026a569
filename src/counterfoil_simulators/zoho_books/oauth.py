"""Refresh tokens, access tokens, authorization codes, and their limits (contract section 1)."""

import threading
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import NamedTuple

from counterfoil_simulators.clock import Clock
from counterfoil_simulators.data.dice import Dice
from counterfoil_simulators.switchboard import SwitchBoard
from counterfoil_simulators.zoho_books.switches import ZohoSwitches

HEX = "0123456789abcdef"
ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
READING = ("ZohoBooks.contacts.READ", "ZohoBooks.invoices.READ", "ZohoBooks.settings.READ")
WRITING = ("ZohoBooks.contacts.CREATE", "ZohoBooks.contacts.UPDATE", "ZohoBooks.contacts.DELETE")
FULL_ACCESS = "ZohoBooks.fullaccess.all"
MINUTE = 60.0


class RegisteredClient(NamedTuple):
    """The client as registered in Zoho's API console."""

    client_id: str
    client_secret: str


class GrantError(Exception):
    """The token endpoint refuses, with an error word in a body that mostly comes with HTTP 200."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class TokenThrottled(Exception):
    """Too many access tokens were requested."""


class OAuthAccess(NamedTuple):
    """An access token and its expiry in Unix seconds."""

    token: str
    expires_at: float


@dataclass(slots=True)
class OAuthGrant:
    """A refresh token, its scopes, and the access tokens issued for it."""

    refresh_token: str
    scopes: tuple[str, ...]
    live: list[OAuthAccess] = field(default_factory=list)
    window_began: float | None = None
    issued_in_window: int = 0


class Code(NamedTuple):
    """A one-time code from the consent page."""

    redirect_uri: str
    scopes: tuple[str, ...]
    offline: bool
    expires_at: float


class Tokens:
    """The tokens of the one client, by the simulator's clock."""

    def __init__(
        self, client: RegisteredClient, clock: Clock, switches: SwitchBoard[ZohoSwitches], seed: int
    ) -> None:
        self.client = client
        self.issued = 0
        """Access tokens issued in all."""
        self._clock = clock
        self._switches = switches
        self._dice = Dice(seed, 91)
        self._lock = threading.Lock()
        self._grants: dict[str, OAuthGrant] = {}
        self._codes: dict[str, Code] = {}
        self._granted_at: list[float] = []

    def check_client(self, client_id: str, client_secret: str) -> None:
        """Raise GrantError for an unknown client or a wrong secret."""
        if not compare_digest(client_id.encode(), self.client.client_id.encode()):
            raise GrantError("invalid_client")
        if not compare_digest(client_secret.encode(), self.client.client_secret.encode()):
            raise GrantError("invalid_client_secret")

    def new_code(self, redirect_uri: str, scopes: tuple[str, ...], *, offline: bool) -> str:
        """Make the code that a browser brings back from the consent page."""
        with self._lock:
            code = self._secret()
            expires_at = self._clock.now() + self._switches.now.code_lifetime_seconds
            self._codes[code] = Code(redirect_uri, scopes, offline, expires_at)
            return code

    def exchange(self, code: str, redirect_uri: str) -> tuple[str, OAuthGrant, bool]:
        """Return an access token for a code, its grant, and whether to send the refresh token."""
        with self._lock:
            found = self._codes.pop(code, None)
            if found is None or found.expires_at <= self._clock.now():
                raise GrantError("invalid_code")
            if found.redirect_uri != redirect_uri:
                raise GrantError("invalid_redirect_uri")
            self._check_new_grants()
            grant = self._grant(found.scopes)
            return self._issue(grant), grant, found.offline

    def refresh(self, refresh_token: str) -> tuple[str, OAuthGrant]:
        """Issue an access token for a refresh token."""
        with self._lock:
            grant = self._grants.get(refresh_token)
            if grant is None:
                raise GrantError("invalid_code")
            return self._issue(grant), grant

    def grant(self, scopes: tuple[str, ...] = (*READING, *WRITING)) -> str:
        """Issue a refresh token without consent; the 21st deletes the oldest."""
        with self._lock:
            return self._grant(scopes).refresh_token

    def scopes_of(self, access_token: str) -> tuple[str, ...] | None:
        """Return the scopes of an access token; None when it is unknown, expired or deleted."""
        now = self._clock.now()
        with self._lock:
            for grant in self._grants.values():
                if any(one.token == access_token and now < one.expires_at for one in grant.live):
                    return grant.scopes
        return None

    def revoke(self, token: str) -> bool:
        """Revoke a refresh token with its access tokens, or one access token."""
        with self._lock:
            if self._grants.pop(token, None) is not None:
                return True
            for grant in self._grants.values():
                left = [one for one in grant.live if one.token != token]
                if len(left) < len(grant.live):
                    grant.live = left
                    return True
        return False

    def expire(self) -> None:
        """Expire every access token now."""
        with self._lock:
            for grant in self._grants.values():
                grant.live.clear()

    def forgive(self) -> None:
        """Reset the counts of requested access tokens."""
        with self._lock:
            for grant in self._grants.values():
                grant.window_began, grant.issued_in_window = None, 0

    def refresh_tokens(self) -> list[str]:
        """List the valid refresh tokens, oldest first."""
        with self._lock:
            return list(self._grants)

    def _issue(self, grant: OAuthGrant) -> str:
        switches, now = self._switches.now, self._clock.now()
        began = grant.window_began
        if began is None or not began <= now < began + switches.token_window_seconds:
            grant.window_began, grant.issued_in_window = now, 0
        if switches.tokens_per_window is not None and grant.issued_in_window >= switches.tokens_per_window:
            raise TokenThrottled
        grant.issued_in_window += 1
        self.issued += 1
        access = OAuthAccess(self._secret(), now + switches.token_lifetime_seconds)
        grant.live = [*(one for one in grant.live if now < one.expires_at), access][-switches.live_tokens :]
        return access.token

    def _grant(self, scopes: tuple[str, ...]) -> OAuthGrant:
        grant = OAuthGrant(self._secret(), scopes)
        self._grants[grant.refresh_token] = grant
        while len(self._grants) > self._switches.now.refresh_tokens:
            del self._grants[next(iter(self._grants))]
        return grant

    def _check_new_grants(self) -> None:
        """Limit new refresh tokens to five a minute."""
        now, limit = self._clock.now(), self._switches.now.refresh_tokens_per_minute
        self._granted_at = [at for at in self._granted_at if now - MINUTE < at <= now]
        if limit is not None and len(self._granted_at) >= limit:
            raise TokenThrottled
        self._granted_at.append(now)

    def _secret(self) -> str:
        """Make a token in Zoho's format: `1000.` and twice 32 hex digits."""
        return f"1000.{self._hex()}.{self._hex()}"

    def _hex(self) -> str:
        return "".join(self._dice.pick(HEX) for _ in range(32))


def make_client(seed: int) -> RegisteredClient:
    """Make a client in Zoho's format that depends on the seed only."""
    dice = Dice(seed, 90)
    client_id = "1000." + "".join(dice.pick(ALPHANUMERIC) for _ in range(30))
    return RegisteredClient(client_id, "".join(dice.pick(HEX) for _ in range(42)))
