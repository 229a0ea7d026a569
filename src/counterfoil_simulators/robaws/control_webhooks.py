"""Control of the webhooks that only Robaws has: sending one by hand."""

import orjson

from counterfoil_simulators.robaws import representation
from counterfoil_simulators.robaws.deliveries import RobawsDelivery
from counterfoil_simulators.robaws.records import Json
from counterfoil_simulators.robaws.tenant import RobawsTenant


class RobawsWebhookControl:
    """Sends webhooks by hand; `webhook_control` has what all simulators can do."""

    tenant: RobawsTenant

    def fire(
        self,
        client_id: str | int | None = None,
        *,
        event: str = "client.updated",
        data: Json | None = None,
        event_id: str | None = None,
        signed_at: int | None = None,
        signature: str | None = None,
    ) -> str:
        """Send an event by hand to every endpoint: of a client as it is, or with any data.

        A given event id makes a duplicate; `signed_at` an old timestamp, `signature` a forged header.
        Returns the event id.
        """
        if data is None:
            with self.tenant.store.lock:
                record = self.tenant.store.live.clients[int(client_id or 0)]
                body = representation.render_client(
                    record, "webhook", self.tenant.store.live, self.tenant.switches
                )
        else:
            body, client_id = orjson.dumps(data), data.get("id")
        identity = event_id or self.tenant.new_uuid()
        for endpoint in self.tenant.webhooks.choose(lambda _: True):
            delivery = RobawsDelivery(
                endpoint=endpoint,
                event_id=identity,
                event=event,
                record_id=None if client_id is None else str(client_id),
                data=body,
                signed_at=signed_at,
                signature=signature,
            )
            self.tenant.webhooks.send(delivery)
        return identity
