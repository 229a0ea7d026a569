"""Registrations of webhooks (contract section 6)."""

from dataclasses import dataclass
from typing import Any

from counterfoil_simulators import deliveries
from counterfoil_simulators.robaws.errors import bad_request

_CREATED_UPDATED = (
    *("client", "sales-invoice", "offer", "project", "article", "employee", "planning-item", "work-order"),
    *("material", "installation", "document", "sales-order", "settlement", "comment"),
)
EVENTS = frozenset(
    [f"{name}.{verb}" for name in _CREATED_UPDATED for verb in ("created", "updated")]
    + ["article.stock-changed", "offer.recalculated", "settlement.recalculated"]
)
"""Documented events; there is no `*.deleted`, and nothing for suppliers."""


@dataclass(slots=True, kw_only=True)
class RobawsEndpoint(deliveries.SimulatedEndpoint):
    """One registered address with the events that it receives."""

    events: tuple[str, ...]
    registered_at: float
    active_from: float

    def is_active(self, now: float) -> bool:
        """Return False in the first seconds and once suspended; a clock that was moved back leaves it active."""
        return not self.suspended and not self.registered_at <= now < self.active_from

    def public(self) -> dict[str, Any]:
        """Return what reading an endpoint shows; only the answer to its creation has the secret."""
        return {"id": self.id, "url": self.url, "events": list(self.events)}


def parse_registration(body: Any) -> tuple[str, tuple[str, ...]]:
    """Return address and events of a registration. Raises 400."""
    if not isinstance(body, dict):
        raise bad_request("An object is needed")
    url, events = body.get("url"), body.get("events")
    if not isinstance(url, str) or not deliveries.is_address(url):
        raise bad_request("url must be an absolute URL", "url")
    if not isinstance(events, list) or not events or not all(event in EVENTS for event in map(str, events)):
        raise bad_request("events must be a list of known events", "events")
    return url, tuple(map(str, events))
