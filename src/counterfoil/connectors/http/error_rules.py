"""What differs between upstreams on the wire: how they let requests in, how they count, how they refuse."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from counterfoil.connectors.allowance import Quota
from counterfoil.errors import CounterfoilError


class RawResponse(NamedTuple):
    """An answer as it came. Headers are looked up case-insensitively."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class RateLimited:
    """Too many requests: everybody on the connection waits, `seconds` long where the upstream says how long."""

    quota: Quota
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Blocked:
    """The upstream lets nobody in for a while, and says why."""

    reason: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Unauthorized:
    """What was sent to be let in does not count. `error` is for when nothing else does either; `of_write` in its
    place for a write, where what is missing may be the right to write alone."""

    error: CounterfoilError
    of_write: CounterfoilError | None = None


class StatusProblem(NamedTuple):
    """What a status of one upstream means: an entry of its table. `{code}` in the message is filled in."""

    kind: type[CounterfoilError]
    message: str
    advice: str

    def error(self, code: int) -> CounterfoilError:
        """Build the error of an answer with this status, or code of the API."""
        return self.kind(self.message.format(code=code), self.advice)


type Problem = RateLimited | Blocked | Unauthorized | CounterfoilError | None


class ErrorRules(Protocol):
    """What differs between upstreams in how they refuse and count."""

    def quota(self, headers: Mapping[str, str]) -> Quota:
        """Read the daily allowance from response headers."""

    def problem(self, raw: RawResponse) -> Problem:
        """What is wrong with an answer; None where its status says all there is to say."""


class Auth(Protocol):
    """What lets requests in. Asked before every attempt, because it may change between two of them."""

    def headers(self) -> Mapping[str, str]:
        """What to send. Raises what keeps us from having anything to send."""

    def renew(self, refused: Mapping[str, str]) -> bool:
        """The upstream found these unwelcome: whether there is something else to send now."""


class KeyAndSecret:
    """HTTP Basic: the same for every request."""

    def __init__(self, key: str, secret: str) -> None:
        self._headers = {"Authorization": f"Basic {b64encode(f'{key}:{secret}'.encode()).decode()}"}

    def headers(self) -> Mapping[str, str]:
        """The one header."""
        return self._headers

    def renew(self, refused: Mapping[str, str]) -> bool:
        """A key does not renew itself."""
        return False


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds; a date is read against nothing here, so it counts as unsaid."""
    text = headers.get("retry-after")
    try:
        return max(0.0, float(text)) if text else None
    except ValueError:
        return None
