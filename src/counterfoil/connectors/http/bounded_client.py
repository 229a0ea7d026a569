"""An HTTP client whose requests end in time and whose responses end in size, whatever the other side sends."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self, cast

import httpx2

from counterfoil.connectors.http.deadline import DeadlineTransport
from counterfoil.connectors.http.error_rules import RawResponse
from counterfoil.connectors.json_outline import has_more_values

LARGEST_BODY = 32 * 2**20
"""Bytes of a body, as sent and decompressed. A page of 100 records of 200 KB has two thirds of it."""
LARGEST_REST = 2**20
"""Bytes by which a body as sent may be longer than decompressed: zlib keeps what follows the end of its stream."""
MOST_VALUES = 1_000_000
"""Values in a body of JSON. A page of 100 records with 500 fields each has a twentieth of it; a body of
`{},{},{}` has so many in three megabytes, and takes thirty times its size when it is decoded."""


class BodyTooLarge(Exception):
    """A response has more bytes or values than any real one: it was not read to its end, or not decoded."""


class TooManyValues(BodyTooLarge):
    """A response has more than MOST_VALUES values."""


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """How long the steps of a request may take (`timeout`), and all of it together: `total`, in seconds."""

    timeout: httpx2.Timeout
    total: float


class BoundedClient:
    """A pooled client of one host, to be closed after use; safe to use from several threads.

    Redirects are not followed. Raises the errors of httpx2, and BodyTooLarge.
    """

    def __init__(self, base_url: str, limits: RequestLimits, headers: Mapping[str, str] | None = None) -> None:
        """Raise httpx2.InvalidURL or ValueError for an address that cannot be one."""
        self._limits = limits
        self._transport = DeadlineTransport(
            base_url, httpx2.Limits(max_connections=16, max_keepalive_connections=16, keepalive_expiry=30.0)
        )
        self._client = httpx2.Client(
            base_url=base_url.rstrip("/") + "/", transport=self._transport, timeout=limits.timeout, headers=headers
        )

    @property
    def host(self) -> str:
        return self._client.base_url.host

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the sockets. Requests running in other threads fail."""
        self._client.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: bytes | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RawResponse:
        """Send a request and read the whole response, decompressed. `path` is below the base URL."""
        request = self._client.build_request(method, path, params=query, content=body, data=form, headers=headers)
        with self._transport.deadline(self._limits.total):
            response = self._client.send(request, stream=True)
            response.stream = sent = _BoundedStream(cast("httpx2.SyncByteStream", response.stream))
            try:
                return RawResponse(response.status_code, response.headers, sent.decoded(response))
            finally:
                response.close()


class _BoundedStream(httpx2.SyncByteStream):
    """A body as it is sent, which ends in size also where it decompresses to nothing."""

    def __init__(self, stream: httpx2.SyncByteStream) -> None:
        self._stream = stream
        self._decoded = 0

    def __iter__(self) -> Iterator[bytes]:
        sent = 0
        for part in self._stream:
            sent += len(part)
            if sent > min(LARGEST_BODY, self._decoded + LARGEST_REST):
                raise BodyTooLarge
            yield part

    def close(self) -> None:
        self._stream.close()

    def decoded(self, response: httpx2.Response) -> bytes:
        """Read the response whose stream this is to its end, decompressed."""
        parts: list[bytes] = []
        for part in response.iter_bytes():  # which decompresses at most a megabyte at a time
            self._decoded += len(part)
            if self._decoded > LARGEST_BODY:
                raise BodyTooLarge
            parts.append(part)
        body = b"".join(parts)
        if has_more_values(body, MOST_VALUES):
            raise TooManyValues
        return body
