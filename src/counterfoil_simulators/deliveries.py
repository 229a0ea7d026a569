"""One delivery of one event to one endpoint; each upstream defines its format."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit


@dataclass(slots=True, kw_only=True)
class SimulatedEndpoint(ABC):
    """An address that receives events. An address registered twice receives every event twice."""

    id: str
    url: str
    secret: str
    suspended: bool = False
    failures_in_a_row: int = 0
    """Events that ran out of retries since the last success."""
    delivered: int = 0

    @abstractmethod
    def public(self) -> dict[str, Any]:
        """Return what the API shows of it, without the secret."""


def is_address(url: str) -> bool:
    """Return whether the URL is absolute, http or https, with a host."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


class DeliveryRequest(NamedTuple):
    """The HTTP request of a delivery."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True, kw_only=True)
class SimulatedDelivery(ABC):
    """One event for one endpoint. Copies of an event have the same event id."""

    endpoint: SimulatedEndpoint
    event_id: str
    event: str
    record_id: str | None
    attempt: int = 1

    @abstractmethod
    def request(self, now: float) -> DeliveryRequest:
        """Build the request for sending at `now` (Unix seconds)."""


class Attempt(NamedTuple):
    """The result of one attempt; `status` is None when no answer came."""

    event_id: str
    event: str
    record_id: str | None
    endpoint_id: str
    url: str
    attempt: int
    status: int | None
    error: str | None
    at: float

    @property
    def success(self) -> bool:
        """Whether the status is a 2xx."""
        return self.status is not None and 200 <= self.status < 300

    def public(self) -> dict[str, Any]:
        """Return the attempt as a dictionary, with `success`."""
        return self._asdict() | {"success": self.success}
