"""Who is told of what happens to contacts and invoices, and in which form (contract section 6)."""

from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode

import orjson

from counterfoil_simulators.clock import Clock
from counterfoil_simulators.deliveries import Letter, SimulatedDelivery
from counterfoil_simulators.outbox import Outbox
from counterfoil_simulators.switchboard import SwitchBoard
from counterfoil_simulators.zoho_books import signature
from counterfoil_simulators.zoho_books.records import Json
from counterfoil_simulators.zoho_books.switches import ZohoSwitches
from counterfoil_simulators.zoho_books.webhook import Event, Kind, Webhook

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
FIELD = "JSONString"


@dataclass(slots=True, kw_only=True)
class Written(SimulatedDelivery):
    """A letter that is written once: no time is signed, so each retry is the same."""

    written: Letter

    def letter(self, now: float) -> Letter:
        """The letter."""
        return self.written


class ZohoWebhooks(Outbox[Webhook, ZohoSwitches]):
    """The configured webhooks of all organisations and what is on its way to them."""

    def __init__(self, clock: Clock, switches: SwitchBoard[ZohoSwitches], seed: int) -> None:
        super().__init__(clock, switches, seed)
        self._numbers = count(1)

    def new_event_id(self) -> str:
        """What the attempts call an event; Zoho sends no such thing."""
        return str(next(self._numbers))

    def tell(self, webhooks: list[Webhook], kind: Kind, event: Event, record_id: str, record: Json) -> None:
        """Something happened to a record: tell these webhooks, each in its own way."""
        event_id, switches = self.new_event_id(), self._switches.now
        body, content_type = wrapped(kind, record, switches)

        def write(webhook: Webhook) -> SimulatedDelivery:
            return Written(
                endpoint=webhook,
                event_id=event_id,
                event=f"{kind}.{event}",
                record_id=record_id,
                written=write_letter(webhook, body, content_type, switches),
            )

        self.publish(webhooks, write)


def wrapped(kind: Kind, record: Json, switches: ZohoSwitches) -> tuple[bytes, str]:
    """The default payload and its content type; what the record is wrapped in is unknown, so it is a switch."""
    match switches.webhook_wrapper:
        case "bare":
            return orjson.dumps(record), JSON
        case "data":
            return orjson.dumps({"data": record}), JSON
        case "JSONString":
            return urlencode({FIELD: orjson.dumps({kind: record})}).encode(), FORM
        case _:
            return orjson.dumps({kind: record}), JSON


def write_letter(
    webhook: Webhook, body: bytes, content_type: str, switches: ZohoSwitches, *, signed: str | None = None
) -> Letter:
    """The letter to a webhook: signed with its secret, or with a header of choice; an empty one is left out."""
    headers = dict(webhook.headers) | {"Content-Type": content_type}
    found = _signature(webhook, body, content_type, switches) if signed is None else signed
    if found:
        headers[signature.HEADER] = found
    return Letter(webhook.method, webhook.full_url, headers, body)


def _signature(webhook: Webhook, body: bytes, content_type: str, switches: ZohoSwitches) -> str:
    if not webhook.secret or switches.webhook_signature == "none":
        return ""
    signed = body
    if switches.webhook_signs == "pairs_and_body":
        signed = signature.signed_bytes(webhook.pairs, body, is_form=content_type == FORM)
    return signature.sign(webhook.secret, signed, switches.webhook_signature)
