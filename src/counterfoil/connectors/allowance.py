"""What an upstream lets us use up: calls and access tokens, each shared by all processes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to send one request now. `ticket` was drawn before the request is sent."""

    ticket: int


@dataclass(frozen=True, slots=True)
class Quota:
    """What an answer's headers say about the daily allowance. None where it says nothing."""

    remaining: int | None = None
    limit: int | None = None
    reset_in: float | None = None


class Budget(Protocol):
    """One connection's allowance, shared by all processes that work for it. Safe to call from threads."""

    def acquire(self) -> Permit:
        """Wait for a turn. Raises AllowanceSpent when no turn comes soon."""

    def ticket(self) -> int:
        """A ticket for something that costs the upstream nothing, as reading a file."""

    def record_quota(self, quota: Quota) -> None:
        """Take note of what the upstream says is left."""

    def record_throttle(self, quota: Quota, pause: float | None) -> None:
        """429: everybody on this connection pauses. Raises AllowanceSpent when it is the daily limit."""

    def record_block(self, reason: str, pause: float | None = None) -> datetime:
        """The upstream has locked us out for a while: park the connection, for `pause` seconds where it says how
        long. Returns until when."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token as the upstream gave it, where its API is, and for how many seconds it is good."""

    secret: str = field(repr=False)
    api_url: str
    lifetime: float


class TokenStore(Protocol):
    """One connection's access token, shared by all processes that work for it. Safe to call from threads."""

    def token(self, fetch: Callable[[], AccessToken], refused: str | None = None) -> AccessToken:
        """The token in use; where there is none or it soon ends, `fetch` gets another, in one process for all.

        `refused` is the secret of a token that the upstream has just refused: if it is still the one in use, it is
        replaced. The answer is the same token again where another one would not help. Raises what `fetch` raises,
        and AllowanceSpent where no token may be asked for now.
        """


@dataclass(frozen=True, slots=True)
class Limits:
    """The upstream's usual allowance, a little below what it grants. Rate in requests per second, 0 = none."""

    rate: float
    burst: int
    daily_reserve: int
