"""Webhooks about contacts and invoices, and their payloads (contract section 6)."""

from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode

import orjson

from counterfoil_simulators.clock import Clock
from counterfoil_simulators.deliveries import DeliveryRequest, SimulatedDelivery
from counterfoil_simulators.switchboard import SwitchBoard
from counterfoil_simulators.webhook_queue import WebhookQueue
from counterfoil_simulators.zoho_books import signature
from counterfoil_simulators.zoho_books.records import Json
from counterfoil_simulators.zoho_books.switches import ZohoSwitches
from counterfoil_simulators.zoho_books.webhook import Event, Kind, Webhook

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
FIELD = "JSONString"


@dataclass(slots=True, kw_only=True)
class PreparedDelivery(SimulatedDelivery):
    """A delivery with a fixed request: no time is signed, so every retry is the same."""

    written: DeliveryRequest

    def request(self, now: float) -> DeliveryRequest:
        return self.written


class ZohoWebhookQueue(WebhookQueue[Webhook, ZohoSwitches]):
    """The configured webhooks of all organisations and the deliveries queued for them."""

    def __init__(self, clock: Clock, switches: SwitchBoard[ZohoSwitches], seed: int) -> None:
        super().__init__(clock, switches, seed)
        self._numbers = count(1)

    def new_event_id(self) -> str:
        """Return an event id for the attempts; Zoho sends none."""
        return str(next(self._numbers))

    def notify(self, webhooks: list[Webhook], kind: Kind, event: Event, record_id: str, record: Json) -> None:
        """Queue an event about a record for these webhooks."""
        event_id, switches = self.new_event_id(), self._switches.now
        body, content_type = wrap(kind, record, switches)

        def write(webhook: Webhook) -> SimulatedDelivery:
            return PreparedDelivery(
                endpoint=webhook,
                event_id=event_id,
                event=f"{kind}.{event}",
                record_id=record_id,
                written=build_request(webhook, body, content_type, switches),
            )

        self.publish(webhooks, write)


def wrap(kind: Kind, record: Json, switches: ZohoSwitches) -> tuple[bytes, str]:
    """Return the default payload and its content type; Zoho's own form is unknown, so it is a switch."""
    match switches.webhook_wrapper:
        case "bare":
            return orjson.dumps(record), JSON
        case "data":
            return orjson.dumps({"data": record}), JSON
        case "JSONString":
            return urlencode({FIELD: orjson.dumps({kind: record})}).encode(), FORM
        case _:
            return orjson.dumps({kind: record}), JSON


def build_request(
    webhook: Webhook, body: bytes, content_type: str, switches: ZohoSwitches, *, signed: str | None = None
) -> DeliveryRequest:
    """Build the request to a webhook: signed with its secret, or with the given header; empty sends none."""
    headers = dict(webhook.headers) | {"Content-Type": content_type}
    found = _signature(webhook, body, content_type, switches) if signed is None else signed
    if found:
        headers[signature.HEADER] = found
    return DeliveryRequest(webhook.method, webhook.full_url, headers, body)


def _signature(webhook: Webhook, body: bytes, content_type: str, switches: ZohoSwitches) -> str:
    if not webhook.secret or switches.webhook_signature == "none":
        return ""
    signed = body
    if switches.webhook_signs == "pairs_and_body":
        signed = signature.signed_bytes(webhook.pairs, body, is_form=content_type == FORM)
    return signature.sign(webhook.secret, signed, switches.webhook_signature)
