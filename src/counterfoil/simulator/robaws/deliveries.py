"""One delivery of one event to one endpoint, and sending it over HTTP (contract section 6)."""

import http.client
import socket
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from counterfoil.simulator.robaws import signature
from counterfoil.simulator.robaws.endpoints import Endpoint


@dataclass(slots=True)
class Delivery:
    """An event on its way. A retry keeps the id and is signed anew, unless the tenant does otherwise."""

    event_id: str
    event: str
    data: bytes
    endpoint: Endpoint
    attempt: int = 1
    signed_at: int | None = None
    """A fixed timestamp, for deliveries that are to look old."""
    signature: str | None = None
    """A fixed header, for deliveries that are to look forged."""

    def body(self) -> bytes:
        """The JSON that is sent: event id, event name, and the resource in full."""
        return f'{{"id":"{self.event_id}","event":"{self.event}","data":'.encode() + self.data + b"}"


class Attempt(NamedTuple):
    """What became of one try; `status` is None when nobody answered."""

    event_id: str
    event: str
    client_id: str | None
    endpoint_id: str
    url: str
    attempt: int
    status: int | None
    error: str | None
    at: float

    @property
    def success(self) -> bool:
        """Any 2xx is one."""
        return self.status is not None and 200 <= self.status < 300

    def public(self) -> dict[str, Any]:
        """The attempt for reading."""
        return self._asdict() | {"success": self.success}


def post(delivery: Delivery, now: float, timeout: float) -> tuple[int | None, str | None]:
    """Send once; both connecting and reading may take `timeout` seconds. Redirects are not followed."""
    body = delivery.body()
    signed_at = int(now) if delivery.signed_at is None else delivery.signed_at
    headers = {
        "Content-Type": "application/json",
        "Robaws-Signature": delivery.signature or signature.header(delivery.endpoint.secret, signed_at, body),
    }
    parts = urlsplit(delivery.endpoint.url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        return connection.getresponse().status, None
    except (OSError, http.client.HTTPException) as error:
        return None, type(error).__name__
    finally:
        connection.close()
