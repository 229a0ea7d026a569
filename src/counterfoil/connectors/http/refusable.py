"""Requests that may be refused without that being an error yet."""

from collections.abc import Callable

from counterfoil.connectors.http.client import Accept
from counterfoil.connectors.http.error_rules import RawResponse


class Refusable[T]:
    """The `accept` and `decode` of one GET: a response that `refuses` takes has the value None."""

    def __init__(self, refuses: Accept, decode: Callable[[bytes], T]) -> None:
        self._refuses = refuses
        self._decode = decode
        self._refused = False

    def accept(self, received: RawResponse) -> bool:
        """Return whether the request was refused, and remember it for the body."""
        self._refused = self._refuses(received)
        return self._refused

    def decode(self, body: bytes) -> T | None:
        """Decode the body, unless it is that of a refusal."""
        return None if self._refused else self._decode(body)
