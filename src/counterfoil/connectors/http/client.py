"""The HTTP client of all connectors: authentication, the shared allowance, retries, and errors as sentences.

Every attempt, also a repeated one, acquires its own permit first, so that nothing here can exceed the allowance.
What differs between upstreams is in their `ErrorRules`.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

import httpx2
import stamina

from counterfoil import messages
from counterfoil.connectors.allowance import Budget
from counterfoil.connectors.http.bounded_client import (
    LARGEST_BODY,
    MOST_VALUES,
    BodyTooLarge,
    BoundedClient,
    RequestLimits,
    TooManyValues,
)
from counterfoil.connectors.http.error_rules import (
    Auth,
    Blocked,
    ErrorRules,
    Problem,
    RateLimited,
    RawResponse,
    Unauthorized,
)
from counterfoil.connectors.http.headers import parse_http_date
from counterfoil.connectors.http.plain_http import require_https
from counterfoil.connectors.http.tls_errors import tls_error
from counterfoil.connectors.write_port import WriteRequest
from counterfoil.errors import (
    CounterfoilError,
    InvalidResponse,
    NotTrusted,
    OutcomeUnknown,
    QuotaExhausted,
    ResponseTooLarge,
    RetryLater,
    Throttled,
    Unavailable,
    Unreachable,
    WrongAddress,
)

type Query = Mapping[str, str | int]
type Accept = Callable[[RawResponse], bool]
"""Returns True for responses that the caller handles itself, whatever their status."""

TIMEOUT = httpx2.Timeout(connect=10.0, read=30.0, write=30.0, pool=60.0)
"""Seconds. Robaws needs 20 to 30 on big lists (contract section 7)."""


class Request(NamedTuple):
    """One request. `path` is below the base URL."""

    method: str
    path: str
    query: Query = MappingProxyType({})
    body: bytes | None = None
    headers: Mapping[str, str] = MappingProxyType({})


class Written(NamedTuple):
    """The response to a write, and the ticket drawn before it was sent."""

    raw: RawResponse
    ticket: int


@dataclass(frozen=True, slots=True)
class Response[T]:
    """A decoded response.

    `ticket` was drawn before the request was sent; `date` is the upstream's clock; `calls` counts all attempts.
    """

    status: int
    ticket: int
    value: T
    date: datetime | None
    calls: int
    raw: RawResponse


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a failed request is repeated, and how long to wait between attempts, in seconds.

    After `total` none is repeated any more. `longest_request` is for one of them, all of its steps together.
    """

    attempts: int = 5
    first_wait: float = 0.5
    longest_wait: float = 20.0
    total: float = 120.0
    longest_request: float = 120.0


HURRIED = Retries(attempts=2, first_wait=0.3, total=15.0, longest_request=45.0)
"""For requests that a person waits for."""
DISCOURAGED = 2
"""Attempts at a request after another one has failed in all of its attempts, until one is answered again."""


class HttpClient:
    """A pooled HTTP client for one connection; safe to use from several threads."""

    def __init__(
        self,
        base_url: str,
        auth: Auth,
        budget: Budget,
        rules: ErrorRules,
        retries: Retries | None = None,
        *,
        plain_http: bool = False,
    ) -> None:
        """Raise WrongAddress for an address that cannot be used.

        `plain_http` allows http:// to another machine, where the key travels unencrypted.
        """
        require_https(base_url, plain_http=plain_http)
        self._auth = auth
        self._budget = budget
        self._rules = rules
        self._retries = retries or Retries()
        self._answering = True
        """False after a request that failed in all of its attempts, until another one is answered."""
        try:
            self._client = BoundedClient(
                base_url,
                RequestLimits(TIMEOUT, self._retries.longest_request),
                {"Accept": "application/json", "User-Agent": "Counterfoil"},
            )
        except (httpx2.InvalidURL, ValueError) as error:
            raise WrongAddress(messages.connectors.BAD_BASE_URL(), messages.connectors.BASE_URL_FORM()) from error

    def close(self) -> None:
        """Close the sockets. Requests running in other threads fail."""
        self._client.close()

    def get[T](
        self,
        path: str,
        query: Query,
        decode: Callable[[bytes], T],
        *,
        accept: Accept = lambda _: False,
    ) -> Response[T]:
        """GET `path` and decode the body. Responses that `accept` takes are returned whatever their status.

        Raises the errors of `counterfoil.errors`; before a RetryLater, the request has been repeated.
        """
        return self.send(Request("GET", path, query), decode, accept=accept, repeat=True)

    def write(
        self, outgoing: WriteRequest, query: Query, headers: Mapping[str, str], *, accept: Accept
    ) -> Written:
        """Send one write request, once. Returns responses of status 200 to 204 and those that `accept` takes.

        Raises OutcomeUnknown if it may or may not have been carried out, and otherwise what `get` raises.
        """
        sent = {"Content-Type": outgoing.content_type, **headers} if outgoing.body else headers
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
        """Send a request and decode the response.

        With `repeat`, temporary errors are tried again. Without it, the request is sent once, and a second time
        only if the first was certainly not carried out, as with an expired token.

        Raises the errors of `counterfoil.errors`; without `repeat`, OutcomeUnknown if the request may or may not
        have been carried out.
        """
        try:
            response = self._send(request, decode, accept, repeat=repeat)
        except (Unavailable, InvalidResponse):
            self._answering = False
            raise
        self._answering = True
        return response

    def _send[T](
        self, request: Request, decode: Callable[[bytes], T], accept: Accept, *, repeat: bool
    ) -> Response[T]:
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
                    date=parse_http_date(done.raw.headers.get("date")),
                    calls=calls,
                    raw=done.raw,
                )
        raise AssertionError("unreachable")  # pragma: no cover

    def _attempts(self, *, repeat: bool) -> Iterable[AbstractContextManager[object]]:
        if not repeat:
            return (nullcontext(),)
        attempts = self._retries.attempts
        return stamina.retry_context(
            on=_worth_repeating,
            attempts=attempts if self._answering else min(DISCOURAGED, attempts),
            timeout=self._retries.total,
            wait_initial=self._retries.first_wait,
            wait_max=self._retries.longest_wait,
        )

    def _attempt(self, request: Request, accept: Accept, *, repeat: bool) -> "_Attempt":
        sent = self._auth.headers()
        ticket = self._budget.acquire().ticket
        with translate_network_errors(self._host, writing=not repeat):
            raw = self._client.send(
                request.method,
                request.path,
                query=request.query,
                body=request.body,
                headers={**sent, **request.headers},
            )
        accepted = accept(raw)
        problem = None if accepted else self._rules.problem(raw)
        if not isinstance(problem, RateLimited | Blocked):
            self._budget.record_quota(self._rules.quota(raw.headers))
        return _Attempt(sent, ticket, raw, accepted, problem)

    def _raise_problem(self, done: "_Attempt", *, repeat: bool) -> None:
        try:
            self._raise_read_problem(done, _READ if repeat else _WRITTEN)
        except (Unavailable, InvalidResponse) as error:
            if repeat:
                raise
            raise _unknown(error, may_land=done.raw.status in _TIMED_OUT) from error

    def _raise_read_problem(self, done: "_Attempt", success: Container[int]) -> None:
        status, problem = done.raw.status, done.problem
        if isinstance(problem, RateLimited):
            self._budget.record_throttle(problem.quota, problem.seconds)
            raise Throttled(
                messages.connectors.RATE_LIMITED(host=self._host), messages.connectors.KEPT_TRY_LATER()
            )
        if isinstance(problem, Blocked):
            until = self._budget.record_block(problem.reason, problem.seconds)
            raise QuotaExhausted(
                messages.connectors.BLOCKED(host=self._host, reason=problem.reason),
                messages.connectors.CALLS_RESUME(until=until),
                until=until,
            )
        if isinstance(problem, Unauthorized):
            raise problem.of_write if success is _WRITTEN and problem.of_write is not None else problem.error
        if problem is not None:
            raise problem
        if status in success or done.accepted:
            return
        if status >= httpx2.codes.INTERNAL_SERVER_ERROR or status == httpx2.codes.REQUEST_TIMEOUT:
            raise Unavailable(
                messages.connectors.BAD_STATUS(host=self._host, status=status),
                messages.connectors.KEPT_TRY_LATER(),
            )
        raise WrongAddress(
            messages.connectors.UNEXPECTED_STATUS(host=self._host, status=status),
            messages.connectors.CHECK_BASE_URL(),
        )

    @property
    def _host(self) -> str:
        return self._client.host or "The upstream"


class _Attempt(NamedTuple):
    sent: Mapping[str, str]
    ticket: int
    raw: RawResponse
    accepted: bool
    problem: Problem


_READ = frozenset({httpx2.codes.OK})
_WRITTEN = range(httpx2.codes.OK, httpx2.codes.NO_CONTENT + 1)
"""Successful statuses."""
_TIMED_OUT = frozenset({httpx2.codes.REQUEST_TIMEOUT, httpx2.codes.GATEWAY_TIMEOUT, 524})
"""Statuses after which the upstream may still work on a request; 524 is a gateway's own."""
_UNSENT = (httpx2.ConnectTimeout, httpx2.ConnectError, httpx2.PoolTimeout)
"""Errors before the first byte of a request was sent."""


@contextmanager
def translate_network_errors(host: str, *, writing: bool = False) -> Iterator[None]:
    """Turn network errors on the way to `host` into errors of ours.

    With `writing`, those that leave open whether the request arrived become OutcomeUnknown.
    """
    try:
        with _translate(host):
            yield
    except (Unavailable, InvalidResponse) as error:
        sent = not isinstance(error.__cause__, _UNSENT)
        unknown = _unknown(error, may_land=isinstance(error.__cause__, httpx2.TimeoutException))
        raise (unknown if writing and sent else error) from error.__cause__


@contextmanager
def _translate(host: str) -> Iterator[None]:
    try:
        yield
    except httpx2.ConnectTimeout as error:
        raise Unreachable(
            messages.connectors.CONNECT_TIMEOUT(host=host), messages.connectors.KEPT_TRY_LATER()
        ) from error
    except httpx2.TimeoutException as error:
        raise Unavailable(
            messages.connectors.READ_TIMEOUT(host=host), messages.connectors.KEPT_TRY_LATER()
        ) from error
    except httpx2.ConnectError as error:
        refused = tls_error(host, error)
        if refused is not None:
            raise refused from error
        raise Unreachable(
            messages.connectors.UNREACHABLE(host=host, cause=_cause(error)),
            messages.connectors.CHECK_URL_AND_NETWORK(),
        ) from error
    except TooManyValues as error:
        raise ResponseTooLarge(
            messages.connectors.TOO_MANY_VALUES(host=host, count=MOST_VALUES), messages.connectors.SMALLER_PAGES()
        ) from error
    except BodyTooLarge as error:
        raise ResponseTooLarge(
            messages.connectors.TOO_LARGE(host=host, megabytes=LARGEST_BODY >> 20),
            messages.connectors.SMALLER_PAGES(),
        ) from error
    except httpx2.UnsupportedProtocol as error:
        raise WrongAddress(messages.connectors.NOT_HTTP(), messages.connectors.CORRECT_IT()) from error
    except (httpx2.TransportError, httpx2.DecodingError) as error:
        raise Unavailable(
            messages.connectors.INTERRUPTED_CONNECTION(host=host), messages.connectors.KEPT_TRY_LATER()
        ) from error
    except RuntimeError as error:  # the client was closed by another thread
        raise Unavailable(messages.connectors.CANCELLED_REQUEST()) from error


def _unknown(error: CounterfoilError, *, may_land: bool) -> OutcomeUnknown:
    return OutcomeUnknown(error.message, messages.connectors.LOOKED_UP(), may_land=may_land)


def _worth_repeating(error: Exception) -> bool:
    return isinstance(error, RetryLater) and not isinstance(error, QuotaExhausted | ResponseTooLarge | NotTrusted)


def _cause(error: BaseException) -> messages.Message:
    text = str(error).lower()
    if "name or service" in text or "getaddrinfo" in text or "nodename" in text or "resolution" in text:
        return messages.connectors.NO_SUCH_HOST()
    if "refused" in text:
        return messages.connectors.CONNECTION_REFUSED()
    return messages.connectors.NO_CONNECTION()


def not_json_error(host: str) -> InvalidResponse:
    """Build the error for a successful status whose body is not the expected JSON."""
    return InvalidResponse(messages.connectors.NOT_JSON(host=host), messages.connectors.KEPT_TRY_LATER())
