"""The format of a webhook: event, signature, the resource in full (contract section 6)."""

from dataclasses import dataclass

from counterfoil_simulators import deliveries
from counterfoil_simulators.deliveries import DeliveryRequest
from counterfoil_simulators.robaws import signature


@dataclass(slots=True, kw_only=True)
class RobawsDelivery(deliveries.SimulatedDelivery):
    """One event for one endpoint.

    A retry keeps the event id and gets a new signature, unless a switch changes that.
    """

    data: bytes
    signed_at: int | None = None
    """A fixed timestamp, to make a delivery look old."""
    signature: str | None = None
    """A fixed header, to make a delivery look forged."""

    def request(self, now: float) -> DeliveryRequest:
        """Build the request: a JSON object of event id, event name and resource, signed at `now`."""
        body = f'{{"id":"{self.event_id}","event":"{self.event}","data":'.encode() + self.data + b"}"
        signed_at = int(now) if self.signed_at is None else self.signed_at
        headers = {
            "Content-Type": "application/json",
            "Robaws-Signature": self.signature or signature.header(self.endpoint.secret, signed_at, body),
        }
        return DeliveryRequest("POST", self.endpoint.url, headers, body)
