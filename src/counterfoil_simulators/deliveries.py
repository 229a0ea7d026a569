"""One delivery of one event to one endpoint; how it is written is for each upstream to say."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit


@dataclass(slots=True, kw_only=True)
class SimulatedEndpoint(ABC):
    """An address that wants to be told. The same address may stand here twice: then everything arrives twice."""

    id: str
    url: str
    secret: str
    suspended: bool = False
    failures_in_a_row: int = 0
    """Events that ran out of retries since the last success."""
    delivered: int = 0

    @abstractmethod
    def public(self) -> dict[str, Any]:
        """What the API shows of it: never the secret."""


def is_address(url: str) -> bool:
    """Whether something can be sent there: an absolute http or https URL."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


class Letter(NamedTuple):
    """A delivery as it goes over the wire."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True, kw_only=True)
class SimulatedDelivery(ABC):
    """An event on its way to one endpoint. Copies of an event share its id."""

    endpoint: SimulatedEndpoint
    event_id: str
    event: str
    record_id: str | None
    attempt: int = 1

    @abstractmethod
    def letter(self, now: float) -> Letter:
        """What is sent if it is sent now (Unix seconds)."""


class Attempt(NamedTuple):
    """What became of one try; `status` is None when nobody answered."""

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
        """Any 2xx is one."""
        return self.status is not None and 200 <= self.status < 300

    def public(self) -> dict[str, Any]:
        """The attempt for reading."""
        return self._asdict() | {"success": self.success}
