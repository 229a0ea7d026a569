"""Sending letters over HTTP, one at a time, on connections that are kept open."""

import http.client
import select
from urllib.parse import SplitResult, urlsplit

from counterfoil_simulators.deliveries import Letter

LONGEST_ANSWER = 65_536
"""Bytes of an answer that are read so that its connection can be used again."""


class Sender:
    """One connection to each server. For one thread at a time."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], http.client.HTTPConnection] = {}

    def send(self, letter: Letter, timeout: float) -> tuple[int | None, str | None]:
        """Send once; connecting and the answer may take `timeout` seconds each. Redirects are not followed.

        Returns the status, or None and the name of what went wrong.
        """
        parts = urlsplit(letter.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection = self._connection(parts, timeout)
            connection.request(letter.method, target, letter.body, letter.headers)
            response = connection.getresponse()
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._forget(parts)
            return None, type(error).__name__
        self._finish(parts, response)
        return response.status, None

    def close(self) -> None:
        """End all connections."""
        for connection in self._open.values():
            connection.close()
        self._open.clear()

    def _connection(self, parts: SplitResult, timeout: float) -> http.client.HTTPConnection:
        """The open connection to this server, or a new one; one that the server has closed is given up."""
        found = self._open.get((parts.scheme, parts.netloc))
        if found is not None and found.sock is not None and not _has_news(found):
            found.sock.settimeout(timeout)
            return found
        self._forget(parts)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        fresh = self._open[parts.scheme, parts.netloc] = kind(parts.hostname or "", parts.port, timeout=timeout)
        fresh.connect()
        return fresh

    def _finish(self, parts: SplitResult, response: http.client.HTTPResponse) -> None:
        """Read the answer to its end, unless that is long in coming: its status has told everything."""
        try:
            response.read(LONGEST_ANSWER)
            done = response.isclosed()
        except (OSError, http.client.HTTPException):
            done = False
        if not done:
            self._forget(parts)

    def _forget(self, parts: SplitResult) -> None:
        known = self._open.pop((parts.scheme, parts.netloc), None)
        if known is not None:
            known.close()


def _has_news(connection: http.client.HTTPConnection) -> bool:
    """Whether something came in although nothing was asked: the end of the connection, for the most part."""
    watch = select.poll()
    watch.register(connection.sock, select.POLLIN)
    return bool(watch.poll(0))
