"""What differs between upstreams over HTTP: authentication, call quotas, and what their error responses mean."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from counterfoil.connectors.allowance import Quota
from counterfoil.errors import CounterfoilError
from counterfoil.messages import Template


class RawResponse(NamedTuple):
    """A response, not decoded. Headers are looked up case-insensitively."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class RateLimited:
    """Too many requests: all calls of the connection wait, for `seconds` if the upstream says how long."""

    quota: Quota
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Blocked:
    """The upstream rejects all calls for a while.

    `reason` is stored and stands after a colon: a template such as "it has blocked this integration". `seconds` is
    set if the upstream says how long.
    """

    reason: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Unauthorized:
    """The credentials were rejected.

    `error` is raised if renewing them does not help; `of_write`, if given, is raised in its place for a write,
    where only the right to write may be missing.
    """

    error: CounterfoilError
    of_write: CounterfoilError | None = None


class StatusProblem(NamedTuple):
    """What a status, or an error code, of one upstream means: an entry of its table."""

    kind: type[CounterfoilError]
    message: Template
    """May use the value `code`."""
    advice: Template

    def error(self, code: int) -> CounterfoilError:
        """Build the error for a response with this status or code."""
        return self.kind(self.message(code=code), self.advice())


type Problem = RateLimited | Blocked | Unauthorized | CounterfoilError | None


class ErrorRules(Protocol):
    """How one upstream reports quotas and errors."""

    def quota(self, headers: Mapping[str, str]) -> Quota:
        """Read the daily allowance from response headers."""

    def problem(self, raw: RawResponse) -> Problem:
        """Return what is wrong with a response; None to let the HTTP client judge by its status alone."""


class Auth(Protocol):
    """The credentials of requests, looked up before every attempt because they may change between two."""

    def headers(self) -> Mapping[str, str]:
        """Return the headers to send. Raises the error that explains why there are none."""

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Replace the rejected headers `refused`. Returns whether there are other ones to send now."""


class KeyAndSecret:
    """HTTP Basic authentication."""

    def __init__(self, key: str, secret: str) -> None:
        self._headers = {"Authorization": f"Basic {b64encode(f'{key}:{secret}'.encode()).decode()}"}

    def headers(self) -> Mapping[str, str]:
        return self._headers

    def renew(self, refused: Mapping[str, str]) -> bool:
        return False
