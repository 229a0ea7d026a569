"""The endpoints that are listened at, with their secrets opened. In memory: every request needs them."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from counterfoil.connections import encryption
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.connectors.webhook_port import WebhookReader
from counterfoil.webhooks.models import Endpoint

KEPT_SECONDS = 5.0
"""After so long they are read again: a secret that was taken away does not count for longer."""
AGAIN_SECONDS = 0.5
"""Where nothing fits they are read again at once, because one may just have been made; but not more often."""
NEW, OLD = "secret", "secret_before"


@dataclass(frozen=True, slots=True)
class KnownEndpoint:
    """One endpoint. `secrets` are two while they are being rotated."""

    id: int
    connection_id: int
    connection_name: str
    connector: str
    secrets: tuple[str, ...] = field(repr=False)

    @property
    def webhooks(self) -> WebhookReader | None:
        """How its upstream's webhooks are read."""
        kind = CONNECTORS.get(self.connector)
        return kind.webhooks if kind else None

    def is_called(self, name: str) -> bool:
        """Whether the last part of an address means its connection: by number or name; nothing means any."""
        return name in {"", str(self.connection_id), self.connection_name}


class Endpoints:
    """All of them, for one process. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: Sequence[KnownEndpoint] = ()
        self._read_at = -KEPT_SECONDS

    def of(self, connector: str, name: str, *, again: bool = False) -> list[KnownEndpoint]:
        """Those of one upstream, or of one connection of it."""
        with self._lock:  # nobody is turned away because another one is still reading
            age = time.monotonic() - self._read_at
            if age >= KEPT_SECONDS or (again and age >= AGAIN_SECONDS):
                self._known = [_opened(endpoint) for endpoint in Endpoint.objects.select_related("connection")]
                self._read_at = time.monotonic()
        return [known for known in self._known if known.connector == connector and known.is_called(name)]


def _opened(endpoint: Endpoint) -> KnownEndpoint:
    held = encryption.unseal(endpoint.sealed)
    secrets = tuple(held[name] for name in (NEW, OLD) if held.get(name))
    connection = endpoint.connection
    return KnownEndpoint(endpoint.pk, connection.pk, connection.name, connection.connector, secrets)
