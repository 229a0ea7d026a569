"""The endpoints and their decrypted secrets, cached in memory because every request needs them."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote

from counterfoil import messages
from counterfoil.connections import encryption
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.connectors.webhook_port import WebhookReader
from counterfoil.errors import DatabaseBusy
from counterfoil.mirror.store.time_limit import remaining_seconds
from counterfoil.webhooks.models import Endpoint

MAX_AGE_SECONDS = 5.0
"""The cache is read again after so long: a deleted secret is accepted no longer than that."""
RETRY_SECONDS = 0.5
"""Where no endpoint fits, one may just have been made: the cache is read again, but not more often than this."""
NEW, OLD = "secret", "secret_before"


@dataclass(frozen=True, slots=True)
class CachedEndpoint:
    """One endpoint. It has two `secrets` while they are being rotated, none while its registration is unsure.

    `unreadable`: it has some that the installation's key does not open.
    """

    id: int
    connection_id: int
    connection_name: str
    connector: str
    last_part: str
    """Of the address as it was registered: a name that the connection had then is received for ever."""
    secrets: tuple[str, ...] = field(repr=False)
    unreadable: bool = False

    @property
    def webhooks(self) -> WebhookReader | None:
        """How its upstream's webhooks are read."""
        kind = CONNECTORS.get(self.connector)
        return kind.webhooks if kind else None

    def matches(self, name: str) -> bool:
        """Tell whether the last part of an address names its connection, by number or name; empty names any."""
        return name in {"", str(self.connection_id), self.connection_name, self.last_part}


class EndpointCache:
    """All endpoints, for one process. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._endpoints: Sequence[CachedEndpoint] = ()
        self._read_at = -MAX_AGE_SECONDS

    def find(self, connector: str, name: str, *, again: bool = False) -> list[CachedEndpoint]:
        """Return the endpoints of one upstream, or of one connection of it.

        `again`: read the table again even where the cache is fresh, at most every RETRY_SECONDS.
        """
        with self._reading():
            age = time.monotonic() - self._read_at
            if age >= MAX_AGE_SECONDS or (again and age >= RETRY_SECONDS):
                self._endpoints = [
                    _decrypt(endpoint) for endpoint in Endpoint.objects.select_related("connection")
                ]
                self._read_at = time.monotonic()
        return [one for one in self._endpoints if one.connector == connector and one.matches(name)]

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Wait while another thread reads the table, so that no request is refused meanwhile."""
        limit = remaining_seconds()
        if not self._lock.acquire(timeout=-1 if limit is None else limit):
            raise DatabaseBusy(messages.mirror.DATABASE_SLOW(), messages.mirror.WAIT_FOR_LOCK())
        try:
            yield
        finally:
            self._lock.release()


def _decrypt(endpoint: Endpoint) -> CachedEndpoint:
    found = encryption.unseal_if_possible(endpoint.sealed)
    secrets = tuple(found[name] for name in (NEW, OLD) if found.get(name)) if found else ()
    connection = endpoint.connection
    last_part = unquote(endpoint.url.rstrip("/").rpartition("/")[2])
    return CachedEndpoint(
        endpoint.pk,
        connection.pk,
        connection.name,
        connection.connector,
        last_part,
        secrets,
        unreadable=found is None,
    )
