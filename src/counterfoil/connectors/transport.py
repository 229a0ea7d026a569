"""One way out to an upstream over HTTP: authentication, the shared allowance, retries, and errors in words.

Every attempt, also a repeated one, draws its own permit first, so nothing here can exceed the allowance.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import NoReturn, Protocol

import httpx2
import stamina

from counterfoil.connectors.contract import Budget, Quota
from counterfoil.errors import (
    AllowanceSpent,
    CounterfoilError,
    GarbledBody,
    RetryLater,
    Throttled,
    Unavailable,
    WrongAddress,
)

type Query = Mapping[str, str | int]

TIMEOUT = httpx2.Timeout(connect=10.0, read=30.0, write=30.0, pool=60.0)
"""Seconds. Robaws needs 20 to 30 on big lists (contract section 7)."""


class Dialect(Protocol):
    """What differs between upstreams in how they refuse and count."""

    def quota(self, headers: Mapping[str, str]) -> Quota:
        """Read the daily allowance from response headers (looked up case-insensitively)."""

    def block(self, status: int, headers: Mapping[str, str]) -> str | None:
        """Say why we are locked out for a while, if that is what this answer means."""

    def refusal(self, status: int) -> CounterfoilError | None:
        """The error that this status stands for when nothing else explains it."""


@dataclass(frozen=True, slots=True)
class Response[T]:
    """A decoded answer. `ticket` was drawn before the request that brought it; `date` is the upstream's clock."""

    status: int
    ticket: int
    value: T
    date: datetime | None
    calls: int


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and how patiently a failed request is repeated. Seconds."""

    attempts: int = 5
    first_wait: float = 0.5
    longest_wait: float = 20.0
    total: float = 120.0


HURRIED = Retries(attempts=2, first_wait=0.3, total=15.0)
"""Where a person waits for the answer."""


class Transport:
    """A pooled HTTP client for one connection; safe to use from several threads."""

    def __init__(
        self,
        base_url: str,
        auth: tuple[str, str] | None,
        budget: Budget,
        dialect: Dialect,
        retries: Retries | None = None,
    ) -> None:
        self._budget = budget
        self._dialect = dialect
        self._retries = retries or Retries()
        try:
            self._client = httpx2.Client(
                base_url=base_url.rstrip("/") + "/",
                auth=auth,
                verify=not base_url.lower().startswith("http://"),  # a certificate store takes 40 ms to load
                timeout=TIMEOUT,
                headers={"Accept": "application/json", "User-Agent": "Counterfoil"},
                limits=httpx2.Limits(max_connections=16, max_keepalive_connections=16, keepalive_expiry=30.0),
            )
        except (httpx2.InvalidURL, ValueError) as error:
            raise WrongAddress(
                "The base URL cannot be understood.", "It looks like https://app.robaws.com/api/v2."
            ) from error

    def close(self) -> None:
        """Close the sockets; requests under way in other threads end with an error."""
        self._client.close()

    def get[T](
        self, path: str, query: Query, decode: Callable[[bytes], T], *, answers: frozenset[int] = frozenset()
    ) -> Response[T]:
        """GET `path` and decode the body. Statuses in `answers` are returned decoded like a 200.

        Raises the errors of `counterfoil.errors`; those under RetryLater have been repeated already.
        """
        calls = 0
        for attempt in stamina.retry_context(
            on=_worth_repeating,
            attempts=self._retries.attempts,
            timeout=self._retries.total,
            wait_initial=self._retries.first_wait,
            wait_max=self._retries.longest_wait,
        ):
            with attempt:
                calls += 1
                ticket = self._budget.draw().ticket
                answer = self._send(path, query)
                self._count(answer)
                if answer.status_code != httpx2.codes.OK and answer.status_code not in answers:
                    self._refuse(answer)
                return Response(
                    status=answer.status_code,
                    ticket=ticket,
                    value=decode(answer.content),
                    date=http_date(answer.headers.get("date")),
                    calls=calls,
                )
        raise AssertionError("unreachable")  # pragma: no cover

    def _send(self, path: str, query: Query) -> httpx2.Response:
        try:
            return self._client.get(path, params=query)
        except httpx2.ConnectTimeout as error:
            raise Unavailable(f"{self._host} did not accept a connection in time.", _LATER) from error
        except httpx2.TimeoutException as error:
            raise Unavailable(f"{self._host} did not answer in time.", _LATER) from error
        except httpx2.ConnectError as error:
            raise Unavailable(
                f"{self._host} cannot be reached ({_cause(error)}).", "Check the base URL and the network."
            ) from error
        except httpx2.UnsupportedProtocol as error:
            raise WrongAddress("The base URL does not start with http:// or https://.", "Correct it.") from error
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise Unavailable(f"The connection to {self._host} broke off.", _LATER) from error
        except RuntimeError as error:  # the client was closed by another thread
            raise Unavailable("The request was called off.", "") from error

    def _count(self, answer: httpx2.Response) -> None:
        quota = self._dialect.quota(answer.headers)
        if answer.status_code == httpx2.codes.TOO_MANY_REQUESTS:
            self._budget.throttled(quota, _seconds(answer.headers.get("retry-after")))
            raise Throttled(f"{self._host} says: too many requests.", _LATER)
        self._budget.answered(quota)

    def _refuse(self, answer: httpx2.Response) -> NoReturn:
        status = answer.status_code
        blocked = self._dialect.block(status, answer.headers)
        if blocked:
            until = self._budget.blocked(blocked)
            raise AllowanceSpent(
                f"{self._host} has blocked this integration for a while ({blocked}).",
                f"Nothing is sent before {until:%H:%M} UTC; the run then goes on.",
                until=until,
            )
        if status >= httpx2.codes.INTERNAL_SERVER_ERROR or status == httpx2.codes.REQUEST_TIMEOUT:
            raise Unavailable(f"{self._host} answered with status {status}.", _LATER)
        raise self._dialect.refusal(status) or WrongAddress(
            f"{self._host} answered with status {status}, which its API does not give for this request.",
            "Check the base URL.",
        )

    @property
    def _host(self) -> str:
        return self._client.base_url.host or "The upstream"


_LATER = "Try again later; what was read before stays."


def _worth_repeating(error: Exception) -> bool:
    return isinstance(error, RetryLater) and not isinstance(error, AllowanceSpent)


def _cause(error: BaseException) -> str:
    text = str(error).lower()
    if "certificate" in text or "ssl" in text:
        return "its certificate is not accepted"
    if "name or service" in text or "getaddrinfo" in text or "nodename" in text or "resolution" in text:
        return "no such host"
    return "connection refused" if "refused" in text else "no connection"


def _seconds(text: str | None) -> float | None:
    """Retry-After as seconds; a date is read against nothing here, so it counts as unsaid."""
    try:
        return max(0.0, float(text)) if text else None
    except ValueError:
        return None


def http_date(text: str | None) -> datetime | None:
    """Parse an HTTP Date header; None when it is missing or unreadable."""
    if not text:
        return None
    try:
        parsed = parsedate_to_datetime(text)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else None


def not_json(host: str) -> GarbledBody:
    """The error for a successful status whose body is not the JSON that was asked for."""
    return GarbledBody(f"{host} answered 200, but the body is cut off or is not JSON.", _LATER)
