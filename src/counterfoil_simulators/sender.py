"""HTTP requests for webhooks, one at a time, on connections that are kept open."""

import http.client
import select
from urllib.parse import SplitResult, urlsplit

from counterfoil_simulators.deliveries import DeliveryRequest

LONGEST_ANSWER = 65_536
"""Bytes of an answer that are read so that its connection can be reused."""


class HttpSender:
    """One connection to each server. For one thread at a time."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], http.client.HTTPConnection] = {}

    def send(self, request: DeliveryRequest, timeout: float) -> tuple[int | None, str | None]:
        """Send once; connecting and the answer may take `timeout` seconds each. Redirects are not followed.

        Returns the status, or None and the name of the exception.
        """
        parts = urlsplit(request.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection = self._connection(parts, timeout)
            connection.request(request.method, target, request.body, request.headers)
            response = connection.getresponse()
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._forget(parts)
            return None, type(error).__name__
        self._finish(parts, response)
        return response.status, None

    def close(self) -> None:
        """Close all connections."""
        for connection in self._open.values():
            connection.close()
        self._open.clear()

    def _connection(self, parts: SplitResult, timeout: float) -> http.client.HTTPConnection:
        """Return the open connection to this server, or a new one if the server has closed it."""
        found = self._open.get((parts.scheme, parts.netloc))
        if found is not None and found.sock is not None and not _has_input(found):
            found.sock.settimeout(timeout)
            return found
        self._forget(parts)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        fresh = self._open[parts.scheme, parts.netloc] = kind(parts.hostname or "", parts.port, timeout=timeout)
        fresh.connect()
        return fresh

    def _finish(self, parts: SplitResult, response: http.client.HTTPResponse) -> None:
        """Read the answer to its end, unless it is long in coming: the status is known already."""
        try:
            response.read(LONGEST_ANSWER)
            done = response.isclosed()
        except (OSError, http.client.HTTPException):
            done = False
        if not done:
            self._forget(parts)

    def _forget(self, parts: SplitResult) -> None:
        connection = self._open.pop((parts.scheme, parts.netloc), None)
        if connection is not None:
            connection.close()


def _has_input(connection: http.client.HTTPConnection) -> bool:
    """Return whether input arrived unasked, which mostly is the end of the connection."""
    watch = select.poll()
    watch.register(connection.sock, select.POLLIN)
    return bool(watch.poll(0))
