"""An HTTP client whose requests end in time and whose responses end in size, whatever the other side sends."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx2

from counterfoil.connectors.http.deadline import DeadlineTransport
from counterfoil.connectors.http.error_rules import RawResponse

LARGEST_BODY = 64 * 2**20
"""Bytes of a body, decompressed. A page of 100 records of 200 KB has a third of it."""


class BodyTooLarge(Exception):
    """A response has more than LARGEST_BODY bytes; the rest was not read."""


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
            try:
                return RawResponse(response.status_code, response.headers, _read_body(response))
            finally:
                response.close()


def _read_body(response: httpx2.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes():  # which decompresses at most a megabyte at a time
        size += len(part)
        if size > LARGEST_BODY:
            raise BodyTooLarge
        parts.append(part)
    return b"".join(parts)
