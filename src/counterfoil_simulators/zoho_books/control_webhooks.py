"""Control of webhooks: the configuration that a user makes in Zoho Books, and webhooks sent by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

from counterfoil_simulators.zoho_books import contact_rows, invoice_rows, webhook
from counterfoil_simulators.zoho_books.records import Json
from counterfoil_simulators.zoho_books.tenant import ZohoTenant
from counterfoil_simulators.zoho_books.webhook import ENTITIES, EVENTS, Event, Kind, Webhook
from counterfoil_simulators.zoho_books.webhooks import JSON, PreparedDelivery, build_request, wrap


class ZohoWebhookControl:
    """Webhooks with the workflow rules that fire them; `webhook_control` controls their delivery."""

    tenant: ZohoTenant

    def add_webhook(
        self,
        url: str,
        *,
        secret: str | None = None,
        entity: str = "contact",
        events: Sequence[str] = ("created", "edited"),
        organization: str | None = None,
        name: str = "Changes",
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Configure a webhook and a rule that fires it; returns it in the API's form.

        `entity` is contact (or only customer, or vendor) or invoice; `events` are created, edited, deleted. A
        secret of 12 to 50 letters and digits signs; `query` is added to the address.
        """
        if entity not in ENTITIES:
            raise ValueError(f"unknown entity {entity!r}; known: {', '.join(ENTITIES)}")
        with self.tenant.lock:
            owner = self.tenant.organization(organization)
            made = Webhook(
                id=owner.books.next_id(),
                url=url,
                secret=secret or "",
                organization_id=owner.id,
                name=name,
                entity=entity,
                events=_events(events),
                method=method,
                headers=tuple((headers or {}).items()),
                query=tuple((query or {}).items()),
            )
            return self.tenant.webhooks.add(made).public()

    def remove_webhook(self, webhook_id: str) -> None:
        """Delete a webhook and drop what is queued for it. Raises KeyError when there is none."""
        if not self.tenant.webhooks.remove(webhook_id):
            raise KeyError(webhook_id)

    def set_webhook_events(self, webhook_id: str, events: Sequence[str]) -> None:
        """Set the events of a webhook, also of one that the API created."""
        self.tenant.webhooks.endpoints[webhook_id].events = _events(events)

    def fire(
        self,
        record_id: str | None = None,
        *,
        entity: Kind = "contact",
        event: Event = "edited",
        data: Json | None = None,
        body: str | None = None,
        content_type: str = JSON,
        signature: str | None = None,
        webhook_id: str | None = None,
    ) -> str:
        """Send by hand: a record as it is, any record (`data`), or any `body` at all.

        It goes to one webhook, or to all for this entity (for a stored record: those of its organisation),
        whatever their events. `signature` is a forged header; an empty one is left out. Returns the event id
        in the attempts.
        """
        webhooks, switches = self.tenant.webhooks, self.tenant.switches
        owner = None
        if body is not None:
            content = body.encode()
        else:
            if data is None:
                owner, data = self._detail(entity, record_id or "")
            content, content_type = wrap(entity, data, switches)
        names = ("invoice",) if entity == "invoice" else ("contact", "customer", "vendor")

        def is_meant(one: Webhook) -> bool:
            if webhook_id is not None:
                return one.id == webhook_id
            return one.entity in names and owner in {None, one.organization_id}

        event_id = webhooks.new_event_id()
        for one in webhooks.choose(is_meant):
            delivery = PreparedDelivery(
                endpoint=one,
                event_id=event_id,
                event=f"{entity}.{event}",
                record_id=record_id,
                written=build_request(one, content, content_type, switches, signed=signature),
            )
            webhooks.send(delivery)
        return event_id

    def _detail(self, entity: Kind, record_id: str) -> tuple[str, Json]:
        """Return the organisation of a record, and the record in the form of a single read."""
        switches = self.tenant.switches
        with self.tenant.lock:
            for owner in self.tenant.organizations.values():
                if entity == "contact" and record_id in owner.books.contacts:
                    return owner.id, contact_rows.detail(owner.books.contacts[record_id], owner, switches)
                if entity == "invoice" and record_id in owner.books.invoices:
                    return owner.id, invoice_rows.detail(owner.books.invoices[record_id], owner, switches)
        raise KeyError(record_id)


def _events(names: Sequence[str]) -> tuple[Event, ...]:
    for name in names:
        if name not in EVENTS:
            raise ValueError(f"unknown event {name!r}; known: {', '.join(EVENTS)}")
    return webhook.parse_events(names)
