"""The part of the connector port that webhooks come in by: whether one is signed, and what it tells. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol, runtime_checkable

from counterfoil.connectors.page import Item, Resource

TOLERANCE = timedelta(seconds=300)
"""How far the time in a signature may be off, either way (Robaws contract section 6)."""


class SignatureCheck(StrEnum):
    """What a signature is worth."""

    GOOD = "good"
    MISSING = "missing"
    WRONG = "wrong"
    MISDATED = "misdated"
    """Made with the right secret, but too long ago or in the future."""


class WebhookRequest(NamedTuple):
    """A request as it came in. Header names are in lower case; `query` are its pairs in their order."""

    headers: Mapping[str, str]
    query: Sequence[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """What a delivery says. `resource` is None where it is about nothing that is mirrored.

    `item` is the record in full, where the upstream sends it; without one the record is read by its id. `event_id`
    tells a repeated delivery from another one about the same record.
    """

    event_id: str
    event: str
    resource: Resource | None = None
    external_id: str = ""
    item: Item | None = None


class WebhookReader(Protocol):
    """How one upstream sends its webhooks. Stateless."""

    def check_signature(self, request: WebhookRequest, secret: str, now: datetime) -> SignatureCheck:
        """Judge the signature by one secret, in constant time. `now` is our clock."""

    def read_event(self, request: WebhookRequest) -> WebhookEvent:
        """Read the body. Raises BadRecord where it is not what such a body looks like."""


class Registration(NamedTuple):
    """What the upstream answered to a registration. The secret is said this once."""

    endpoint_id: str
    secret: str


@runtime_checkable
class Registrar(Protocol):
    """A connector that can ask its upstream to send webhooks."""

    def register(self, url: str) -> Registration:
        """Ask for all events that are about something mirrored. Raises what is wrong; nothing is repeated."""
