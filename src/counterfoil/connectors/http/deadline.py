"""A time limit for a whole request: from connecting to the last byte of the body, headers included.

The timeouts of an HTTP client are per read, so an upstream that sends a byte every few seconds is never late. Here
each step on a socket gets no more time than its request has left.
"""

import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore2
import httpx2

from counterfoil import messages
from counterfoil.connectors.http.plain_http import is_this_machine
from counterfoil.errors import InvalidSetting

LARGEST_WRITE = 16_384
"""Bytes that one step of writing sends at most."""


class _TimeLeft(threading.local):
    """When the request that this thread sends has to be over, by the monotonic clock; None without a deadline."""

    ends_at: float | None = None

    def shorten(self, timeout: float | None, late: type[Exception]) -> float | None:
        """Return a step's own timeout or the time left, whichever is shorter. Raises `late` where none is left."""
        if self.ends_at is None:
            return timeout
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise late("The time for the whole request is over.")
        return left if timeout is None else min(timeout, left)


class DeadlineTransport(httpx2.HTTPTransport):
    """Sends requests to one host, by the proxy that the environment names for it.

    Safe to use from several threads.
    """

    def __init__(self, base_url: str, limits: httpx2.Limits) -> None:
        """Raise InvalidSetting where the environment names certificates that cannot be read."""
        plain = base_url.lower().startswith("http://")  # a certificate store takes 40 ms to load
        try:
            super().__init__(verify=not plain, limits=limits, proxy=_proxy(base_url))
        except OSError as error:  # a missing file, or one without certificates
            reason = error.strerror or type(error).__name__
            words = messages.connectors
            raise InvalidSetting(words.CERT_FILE_UNUSABLE(reason=reason), words.CERT_FILE_FORM()) from error
        self._time = _TimeLeft()
        self._pool._network_backend = _Backend(self._time)  # noqa: SLF001  httpx2 has no option for it

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Give this thread so many seconds for what it sends and reads in the context; then it times out."""
        self._time.ends_at = time.monotonic() + seconds
        try:
            yield
        finally:
            self._time.ends_at = None


class _Backend(httpcore2.SyncBackend):
    def __init__(self, time_left: _TimeLeft) -> None:
        self._time = time_left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        timeout = self._time.shorten(timeout, httpcore2.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, timeout, local_address, socket_options), self._time)


class _Stream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream, time_left: _TimeLeft) -> None:
        self._stream = stream
        self._time = time_left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._time.shorten(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), LARGEST_WRITE):
            part = buffer[start : start + LARGEST_WRITE]
            self._stream.write(part, self._time.shorten(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        timeout = self._time.shorten(timeout, httpcore2.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout), self._time)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _proxy(base_url: str) -> str | None:
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if is_this_machine(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme.lower()) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"
