"""One way out to an upstream over HTTP: authentication, the shared allowance, retries, and errors in words.

Every attempt, also a repeated one, draws its own permit first, so nothing here can exceed the allowance.
"""

from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import httpx2
import stamina

from counterfoil.connectors.allowance import Budget
from counterfoil.connectors.http.auth_and_errors import (
    Authority,
    Dialect,
    Lockout,
    Pause,
    Received,
    Unwelcome,
    Verdict,
)
from counterfoil.connectors.write_port import Outgoing
from counterfoil.errors import (
    AllowanceSpent,
    CounterfoilError,
    GarbledBody,
    OutcomeUnknown,
    RetryLater,
    Throttled,
    Unavailable,
    WrongAddress,
)

type Query = Mapping[str, str | int]

TIMEOUT = httpx2.Timeout(connect=10.0, read=30.0, write=30.0, pool=60.0)
"""Seconds. Robaws needs 20 to 30 on big lists (contract section 7)."""


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
        authority: Authority,
        budget: Budget,
        dialect: Dialect,
        retries: Retries | None = None,
    ) -> None:
        self._authority = authority
        self._budget = budget
        self._dialect = dialect
        self._retries = retries or Retries()
        try:
            self._client = httpx2.Client(
                base_url=base_url.rstrip("/") + "/",
                verify=not base_url.lower().startswith("http://"),  # a certificate store takes 40 ms to load
                timeout=TIMEOUT,
                headers={"Accept": "application/json", "User-Agent": "Counterfoil"},
                limits=httpx2.Limits(max_connections=16, max_keepalive_connections=16, keepalive_expiry=30.0),
            )
        except (httpx2.InvalidURL, ValueError) as error:
            raise WrongAddress(
                "The base URL cannot be understood.", "It begins with https:// and a host."
            ) from error

    def close(self) -> None:
        """Close the sockets; requests under way in other threads end with an error."""
        self._client.close()

    def get[T](
        self,
        path: str,
        query: Query,
        decode: Callable[[bytes], T],
        *,
        answers: Callable[[Received], bool] = lambda _: False,
    ) -> Response[T]:
        """GET `path` and decode the body. What `answers` accepts is returned decoded, whatever its status.

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
                attempted = self._attempt("GET", path, query, answers)
                if isinstance(attempted.verdict, Unwelcome) and self._authority.renew(attempted.sent):
                    calls += 1
                    attempted = self._attempt("GET", path, query, answers)
                self._heed(attempted)
                return Response(
                    status=attempted.received.status,
                    ticket=attempted.ticket,
                    value=decode(attempted.received.body),
                    date=http_date(attempted.received.headers.get("date")),
                    calls=calls,
                )
        raise AssertionError("unreachable")  # pragma: no cover

    def post[T](self, path: str, body: bytes, decode: Callable[[bytes], T]) -> T:
        """POST JSON once: whether it was carried out is not known after most errors, so nothing is repeated.

        200 and 201 are decoded. Raises as `get`.
        """
        attempted = self._attempt("POST", path, {}, _is_done, body)
        self._heed(attempted)
        return decode(attempted.received.body)

    def send(
        self,
        outgoing: Outgoing,
        query: Query,
        headers: Mapping[str, str],
        *,
        answers: Callable[[Received], bool] = lambda _: False,
    ) -> tuple[Received, int]:
        """Send one request of a write, once: only where it was certainly not carried out, as with a token that has
        run out, again. Returns the answer, of a status of 200 to 204 or accepted by `answers`, and its ticket.

        Raises OutcomeUnknown where it may have been carried out or not, and as `get`.
        """
        request = (outgoing.method, outgoing.path, query, answers, outgoing.body.encode())
        headers = {"Content-Type": outgoing.kind, **headers}
        attempted = self._attempt(*request, headers)
        if isinstance(attempted.verdict, Unwelcome) and self._authority.renew(attempted.sent):
            attempted = self._attempt(*request, headers)
        if isinstance(attempted.verdict, Unwelcome) and attempted.verdict.of_write is not None:
            raise attempted.verdict.of_write
        try:
            self._heed(attempted, done=_WRITTEN)
        except (Unavailable, GarbledBody) as error:
            raise _unknown(error) from error
        return attempted.received, attempted.ticket

    def _attempt(
        self,
        method: str,
        path: str,
        query: Query,
        answers: Callable[[Received], bool],
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> "_Attempt":
        sent = self._authority.headers()
        ticket = self._budget.draw().ticket
        with reaching(self._host, writing=headers is not None):
            kind = headers or ({} if body is None else {"Content-Type": "application/json"})
            answer = self._client.request(method, path, params=query, content=body, headers={**sent, **kind})
        received = Received(answer.status_code, answer.headers, answer.content)
        accepted = answers(received)
        verdict = None if accepted else self._dialect.judge(received)
        if not isinstance(verdict, Pause | Lockout):
            self._budget.answered(self._dialect.quota(answer.headers))
        return _Attempt(sent, ticket, received, accepted, verdict)

    def _heed(self, attempted: "_Attempt", *, done: Container[int] = frozenset({httpx2.codes.OK})) -> None:
        """Raise what is wrong with the answer, if anything is. `done` are the statuses of a success."""
        status, verdict = attempted.received.status, attempted.verdict
        if isinstance(verdict, Pause):
            self._budget.throttled(verdict.quota, verdict.seconds)
            raise Throttled(f"{self._host} says: too many requests.", _LATER)
        if isinstance(verdict, Lockout):
            until = self._budget.blocked(verdict.reason, verdict.seconds)
            raise AllowanceSpent(
                f"{self._host} has blocked this integration for a while ({verdict.reason}).",
                f"Nothing is sent before {until:%H:%M} UTC; the run then goes on.",
                until=until,
            )
        if verdict is not None:
            raise verdict.error if isinstance(verdict, Unwelcome) else verdict
        if status in done or attempted.accepted:
            return
        if status >= httpx2.codes.INTERNAL_SERVER_ERROR or status == httpx2.codes.REQUEST_TIMEOUT:
            raise Unavailable(f"{self._host} answered with status {status}.", _LATER)
        raise WrongAddress(
            f"{self._host} answered with status {status}, which its API does not give for this request.",
            "Check the base URL.",
        )

    @property
    def _host(self) -> str:
        return self._client.base_url.host or "The upstream"


class _Attempt(NamedTuple):
    sent: Mapping[str, str]
    ticket: int
    received: Received
    accepted: bool
    verdict: Verdict


_LATER = "Try again later; what was read before stays."
_WRITTEN = range(httpx2.codes.OK, httpx2.codes.NO_CONTENT + 1)
_UNSENT = (httpx2.ConnectTimeout, httpx2.ConnectError, httpx2.PoolTimeout)
"""Errors before the first byte of a request has left."""


@contextmanager
def reaching(host: str, *, writing: bool = False) -> Iterator[None]:
    """Errors of the network, on the way to `host`, as errors of ours. With `writing`, OutcomeUnknown for those
    that leave open whether the request arrived."""
    try:
        with _reaching(host):
            yield
    except Unavailable as error:
        sent = not isinstance(error.__cause__, _UNSENT)
        raise (_unknown(error) if writing and sent else error) from error.__cause__


@contextmanager
def _reaching(host: str) -> Iterator[None]:
    try:
        yield
    except httpx2.ConnectTimeout as error:
        raise Unavailable(f"{host} did not accept a connection in time.", _LATER) from error
    except httpx2.TimeoutException as error:
        raise Unavailable(f"{host} did not answer in time.", _LATER) from error
    except httpx2.ConnectError as error:
        raise Unavailable(
            f"{host} cannot be reached ({_cause(error)}).", "Check the base URL and the network."
        ) from error
    except httpx2.UnsupportedProtocol as error:
        raise WrongAddress("The base URL does not start with http:// or https://.", "Correct it.") from error
    except (httpx2.TransportError, httpx2.DecodingError) as error:
        raise Unavailable(f"The connection to {host} broke off.", _LATER) from error
    except RuntimeError as error:  # the client was closed by another thread
        raise Unavailable("The request was called off.", "") from error


def _is_done(received: Received) -> bool:
    return received.status in {httpx2.codes.OK, httpx2.codes.CREATED}


def _unknown(error: CounterfoilError) -> OutcomeUnknown:
    return OutcomeUnknown(error.message, "Whether the write was carried out is looked up before anything else.")


def _worth_repeating(error: Exception) -> bool:
    return isinstance(error, RetryLater) and not isinstance(error, AllowanceSpent)


def _cause(error: BaseException) -> str:
    text = str(error).lower()
    if "certificate" in text or "ssl" in text:
        return "its certificate is not accepted"
    if "name or service" in text or "getaddrinfo" in text or "nodename" in text or "resolution" in text:
        return "no such host"
    return "connection refused" if "refused" in text else "no connection"


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
