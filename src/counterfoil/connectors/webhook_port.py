"""How webhooks are verified and read: an optional part of the connector port. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol, runtime_checkable

from counterfoil.connectors.page import Item, Resource

TOLERANCE = timedelta(seconds=300)
"""How far the time in a signature may differ from our clock, either way (Robaws contract section 6)."""


class SignatureCheck(StrEnum):
    """The result of checking a signature."""

    GOOD = "good"
    MISSING = "missing"
    WRONG = "wrong"
    MISDATED = "misdated"
    """Made with the right secret, but outside TOLERANCE."""


class WebhookRequest(NamedTuple):
    """A received request. Header names are in lower case; `query` keeps the order of its pairs."""

    headers: Mapping[str, str]
    query: Sequence[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """What a delivery is about.

    `event_id` is equal only for repeated deliveries of the same event. `resource` is None if nothing mirrored is
    concerned. `item` is the full record if the webhook holds it; otherwise the record is read by `external_id`.
    `unlisted` tells that no listing would hold the record, such as a vendor: it is read only if it is mirrored.
    """

    event_id: str
    event: str
    resource: Resource | None = None
    external_id: str = ""
    item: Item | None = None
    unlisted: bool = False


class WebhookReader(Protocol):
    """Verifies and reads the webhooks of one upstream. Stateless."""

    def check_signature(self, request: WebhookRequest, secret: str, now: datetime) -> SignatureCheck:
        """Check the signature against one secret, in constant time. `now` is our clock."""

    def read_event(self, request: WebhookRequest) -> WebhookEvent:
        """Read the body. Raises BadRecord if it is not a webhook of this upstream."""


class Registration(NamedTuple):
    """The upstream's response to a registration. The secret is returned only this once."""

    endpoint_id: str
    secret: str


@runtime_checkable
class Registrar(Protocol):
    """A connector that can register a webhook endpoint with its upstream."""

    def register(self, url: str) -> Registration:
        """Subscribe `url` to all events about mirrored records. Sent once; raises what is wrong."""


@runtime_checkable
class Unregistrar(Protocol):
    """A connector that can also end the registration of an endpoint."""

    def unregister(self, endpoint_id: str) -> None:
        """End a subscription. Raises what is wrong."""
