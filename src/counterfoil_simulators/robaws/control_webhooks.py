"""Control of the webhooks: sending special ones."""

import orjson

from counterfoil_simulators.robaws import present
from counterfoil_simulators.robaws.deliveries import RobawsDelivery
from counterfoil_simulators.robaws.records import Json
from counterfoil_simulators.robaws.tenant import RobawsTenant


class RobawsWebhookControl:
    """What only Robaws's webhooks can do; the rest is in `control_outbox`."""

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

        With an id of choice it is a duplicate; the timestamp may be old, the signature header forged.
        Returns the event id.
        """
        if data is None:
            with self.tenant.store.lock:
                record = self.tenant.store.live.clients[int(client_id or 0)]
                body = present.client(record, "webhook", self.tenant.store.live, self.tenant.switches)
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
