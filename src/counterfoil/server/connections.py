"""All open connections, and which one ends when there are too many."""

from typing import Protocol


class Client(Protocol):
    """A connection as far as this module sees it."""

    @property
    def is_waiting(self) -> bool:
        """Whether it is the client's turn."""
        ...

    def end(self, reason: str) -> None:
        """Close it at once."""
        ...


class Connections:
    """Where an address has too many connections, its oldest idle one ends, never one that is being worked for.

    The newest stays: a person behind the same address as somebody who holds hundreds gets in.
    """

    def __init__(self, most: int, most_per_address: int) -> None:
        self._most, self._most_per_address = most, most_per_address
        self._by_address: dict[str, dict[Client, None]] = {}
        self._addresses: dict[Client, str] = {}

    def __len__(self) -> int:
        return len(self._addresses)

    def add(self, client: Client, address: str) -> None:
        """Add a new connection; one connection ends where that makes too many."""
        self._addresses[client] = address
        of_address = self._by_address.setdefault(address, {})
        of_address[client] = None
        if len(of_address) > self._most_per_address:
            self._end_one(of_address, client, "too many connections from one address")
        elif len(self._addresses) > self._most:
            largest = max(self._by_address.values(), key=len)
            self._end_one(largest, client, "too many connections")

    def remove(self, client: Client) -> None:
        """Forget a connection; more than once does no harm."""
        address = self._addresses.pop(client, None)
        if address is None:
            return
        del self._by_address[address][client]
        if not self._by_address[address]:
            del self._by_address[address]

    def _end_one(self, some: dict[Client, None], newest: Client, reason: str) -> None:
        victim = next((client for client in some if client is not newest and client.is_waiting), newest)
        self.remove(victim)
        victim.end(reason)
