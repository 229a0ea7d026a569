"""What an upstream lets us use up, calls and access tokens; all processes share each of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Permit:
    """Permission to send one request now. `ticket` is drawn before the request is sent."""

    ticket: int


@dataclass(frozen=True, slots=True)
class Quota:
    """What response headers say about the daily allowance, in calls. None for what they do not say."""

    remaining: int | None = None
    limit: int | None = None
    reset_in: float | None = None
    """Seconds."""


class Budget(Protocol):
    """One connection's allowance, shared by all processes that work for it. Safe to call from threads."""

    def acquire(self) -> Permit:
        """Wait for permission to send one request. Raises QuotaExhausted if it does not come soon."""

    def ticket(self) -> int:
        """Draw a ticket for something that costs no call, as reading a file."""

    def record_quota(self, quota: Quota) -> None:
        """Record what the upstream says is left."""

    def record_throttle(self, quota: Quota, pause: float | None) -> None:
        """Pause all calls of the connection after a 429, for `pause` seconds if the upstream says how long.

        Raises QuotaExhausted if the daily limit is reached.
        """

    def record_block(self, reason: str, pause: float | None = None) -> datetime:
        """Stop all calls of the connection because the upstream has blocked it; return until when.

        `reason` is stored: make it of `messages` templates. `pause` is in seconds, if the upstream says how long.
        """


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token, the address of the API it is for, and its lifetime in seconds.

    `scopes` are those that the user has consented to; None if the upstream does not say.
    """

    secret: str = field(repr=False)
    api_url: str
    lifetime: float
    scopes: tuple[str, ...] | None = None


class TokenStore(Protocol):
    """One connection's access token, shared by all processes that work for it. Safe to call from threads."""

    def token(self, fetch: Callable[[], AccessToken], refused: str | None = None) -> AccessToken:
        """Return the current token. If there is none or it soon expires, `fetch` gets a new one for all processes.

        `refused` is the secret of a token that the upstream has just rejected: it is replaced if it is still the
        current one. Returns the same token again if a new one would not help. Raises what `fetch` raises, and
        QuotaExhausted if no token may be requested now.
        """

    def record_refusal(self, scope: str) -> None:
        """Remember that the upstream refused a request that needs this scope, until the next login."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The upstream's usual allowance, a little below what it grants."""

    rate: float
    """Requests per second; 0 is unlimited."""
    burst: int
    daily_reserve: int
    """Calls of a day that only people may use."""
