"""One way out to an upstream over HTTP: authentication, the shared allowance, retries, and errors in words.

Every attempt, also a repeated one, draws its own permit first, so nothing here can exceed the allowance.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import NamedTuple

import httpx2
import stamina

from counterfoil.connectors.allowance import Budget
from counterfoil.connectors.http.error_rules import (
    Auth,
    Blocked,
    ErrorRules,
    Problem,
    RateLimited,
    RawResponse,
    Unauthorized,
)
from counterfoil.connectors.write_port import Outgoing
from counterfoil.errors import (
    CounterfoilError,
    InvalidResponse,
    OutcomeUnknown,
    QuotaExhausted,
    RetryLater,
    Throttled,
    Unavailable,
    WrongAddress,
)

type Query = Mapping[str, str | int]
type Accept = Callable[[RawResponse], bool]
"""Which answers the caller judges by itself, whatever their status."""

TIMEOUT = httpx2.Timeout(connect=10.0, read=30.0, write=30.0, pool=60.0)
"""Seconds. Robaws needs 20 to 30 on big lists (contract section 7)."""


class Request(NamedTuple):
    """One request: `path` below the base URL, and what goes with it."""

    method: str
    path: str
    query: Query = MappingProxyType({})
    body: bytes | None = None
    headers: Mapping[str, str] = MappingProxyType({})


class Written(NamedTuple):
    """The answer to a write, and the ticket drawn before it."""

    raw: RawResponse
    ticket: int


@dataclass(frozen=True, slots=True)
class Response[T]:
    """A decoded answer. `ticket` was drawn before the request that brought it; `date` is the upstream's clock."""

    status: int
    ticket: int
    value: T
    date: datetime | None
    calls: int
    raw: RawResponse


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and how patiently a failed request is repeated. Seconds."""

    attempts: int = 5
    first_wait: float = 0.5
    longest_wait: float = 20.0
    total: float = 120.0


HURRIED = Retries(attempts=2, first_wait=0.3, total=15.0)
"""Where a person waits for the answer."""


class HttpClient:
    """A pooled HTTP client for one connection; safe to use from several threads."""

    def __init__(
        self,
        base_url: str,
        auth: Auth,
        budget: Budget,
        rules: ErrorRules,
        retries: Retries | None = None,
    ) -> None:
        self._auth = auth
        self._budget = budget
        self._rules = rules
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
        accept: Accept = lambda _: False,
    ) -> Response[T]:
        """GET `path` and decode the body. What `accept` takes is returned decoded, whatever its status.

        Raises the errors of `counterfoil.errors`; those under RetryLater have been repeated already.
        """
        return self.send(Request("GET", path, query), decode, accept=accept, repeat=True)

    def write(self, outgoing: Outgoing, query: Query, headers: Mapping[str, str], *, accept: Accept) -> Written:
        """Send one request of a write, once. Returns the answer, of a status of 200 to 204 or taken by `accept`,
        and its ticket.

        Raises OutcomeUnknown where it may have been carried out or not, and as `get`.
        """
        sent = {"Content-Type": outgoing.kind, **headers}
        request = Request(outgoing.method, outgoing.path, query, outgoing.body.encode(), sent)
        answer = self.send(request, bytes, accept=accept, repeat=False)
        return Written(answer.raw, answer.ticket)

    def send[T](
        self,
        request: Request,
        decode: Callable[[bytes], T],
        *,
        accept: Accept = lambda _: False,
        repeat: bool,
    ) -> Response[T]:
        """Send a request and decode the answer. With `repeat`, errors that pass by themselves are tried again;
        without it, it is sent once, and only where it was certainly not carried out, as with a token that has run
        out, again.

        Raises the errors of `counterfoil.errors`: of a request that is not repeated OutcomeUnknown, where nobody
        can know whether it was carried out.
        """
        calls = 0
        for attempt in self._attempts(repeat=repeat):
            with attempt:
                calls += 1
                done = self._attempt(request, accept, repeat=repeat)
                if isinstance(done.problem, Unauthorized) and self._auth.renew(done.sent):
                    calls += 1
                    done = self._attempt(request, accept, repeat=repeat)
                self._raise_problem(done, repeat=repeat)
                return Response(
                    status=done.raw.status,
                    ticket=done.ticket,
                    value=decode(done.raw.body),
                    date=http_date(done.raw.headers.get("date")),
                    calls=calls,
                    raw=done.raw,
                )
        raise AssertionError("unreachable")  # pragma: no cover

    def _attempts(self, *, repeat: bool) -> Iterable[AbstractContextManager[object]]:
        if not repeat:
            return (nullcontext(),)
        return stamina.retry_context(
            on=_worth_repeating,
            attempts=self._retries.attempts,
            timeout=self._retries.total,
            wait_initial=self._retries.first_wait,
            wait_max=self._retries.longest_wait,
        )

    def _attempt(self, request: Request, accept: Accept, *, repeat: bool) -> "_Attempt":
        sent = self._auth.headers()
        ticket = self._budget.acquire().ticket
        with network_errors(self._host, writing=not repeat):
            answer = self._client.request(
                request.method,
                request.path,
                params=request.query,
                content=request.body,
                headers={**sent, **request.headers},
            )
        raw = RawResponse(answer.status_code, answer.headers, answer.content)
        accepted = accept(raw)
        problem = None if accepted else self._rules.problem(raw)
        if not isinstance(problem, RateLimited | Blocked):
            self._budget.record_quota(self._rules.quota(answer.headers))
        return _Attempt(sent, ticket, raw, accepted, problem)

    def _raise_problem(self, done: "_Attempt", *, repeat: bool) -> None:
        """Raise what is wrong with the answer, if anything is."""
        try:
            self._raise_read_problem(done, _READ if repeat else _WRITTEN)
        except (Unavailable, InvalidResponse) as error:
            if repeat:
                raise
            raise _unknown(error) from error

    def _raise_read_problem(self, done: "_Attempt", success: Container[int]) -> None:
        status, problem = done.raw.status, done.problem
        if isinstance(problem, RateLimited):
            self._budget.record_throttle(problem.quota, problem.seconds)
            raise Throttled(f"{self._host} says: too many requests.", _LATER)
        if isinstance(problem, Blocked):
            until = self._budget.record_block(problem.reason, problem.seconds)
            raise QuotaExhausted(
                f"{self._host} has blocked this integration for a while ({problem.reason}).",
                f"Nothing is sent before {until:%H:%M} UTC; the run then goes on.",
                until=until,
            )
        if isinstance(problem, Unauthorized):
            raise problem.of_write if success is _WRITTEN and problem.of_write is not None else problem.error
        if problem is not None:
            raise problem
        if status in success or done.accepted:
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
    raw: RawResponse
    accepted: bool
    problem: Problem


_LATER = "Try again later; what was read before stays."
_READ = frozenset({httpx2.codes.OK})
_WRITTEN = range(httpx2.codes.OK, httpx2.codes.NO_CONTENT + 1)
"""Statuses of a success."""
_UNSENT = (httpx2.ConnectTimeout, httpx2.ConnectError, httpx2.PoolTimeout)
"""Errors before the first byte of a request has left."""


@contextmanager
def network_errors(host: str, *, writing: bool = False) -> Iterator[None]:
    """Errors of the network, on the way to `host`, as errors of ours. With `writing`, OutcomeUnknown for those
    that leave open whether the request arrived."""
    try:
        with _network_errors(host):
            yield
    except Unavailable as error:
        sent = not isinstance(error.__cause__, _UNSENT)
        raise (_unknown(error) if writing and sent else error) from error.__cause__


@contextmanager
def _network_errors(host: str) -> Iterator[None]:
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


def _unknown(error: CounterfoilError) -> OutcomeUnknown:
    return OutcomeUnknown(error.message, "Whether the write was carried out is looked up before anything else.")


def _worth_repeating(error: Exception) -> bool:
    return isinstance(error, RetryLater) and not isinstance(error, QuotaExhausted)


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


def not_json(host: str) -> InvalidResponse:
    """The error for a successful status whose body is not the JSON that was asked for."""
    return InvalidResponse(f"{host} answered 200, but the body is cut off or is not JSON.", _LATER)
