"""How a webhook is written: event, signature, the resource in full (contract section 6)."""

from dataclasses import dataclass

from counterfoil_simulators import deliveries
from counterfoil_simulators.deliveries import Letter
from counterfoil_simulators.robaws import signature


@dataclass(slots=True, kw_only=True)
class RobawsDelivery(deliveries.SimulatedDelivery):
    """An event on its way. A retry keeps the id and is signed anew, unless the tenant does otherwise."""

    data: bytes
    signed_at: int | None = None
    """A fixed timestamp, for deliveries that are to look old."""
    signature: str | None = None
    """A fixed header, for deliveries that are to look forged."""

    def letter(self, now: float) -> Letter:
        """A JSON object of event id, event name and resource, signed now."""
        body = f'{{"id":"{self.event_id}","event":"{self.event}","data":'.encode() + self.data + b"}"
        signed_at = int(now) if self.signed_at is None else self.signed_at
        headers = {
            "Content-Type": "application/json",
            "Robaws-Signature": self.signature or signature.header(self.endpoint.secret, signed_at, body),
        }
        return Letter("POST", self.endpoint.url, headers, body)
