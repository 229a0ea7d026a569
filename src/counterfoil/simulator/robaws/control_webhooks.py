"""Control of the webhooks: watching deliveries, holding them back, sending special ones."""

from typing import Any

import orjson

from counterfoil.simulator.robaws import present
from counterfoil.simulator.robaws.deliveries import Delivery
from counterfoil.simulator.robaws.records import Json
from counterfoil.simulator.robaws.tenant import Tenant


class WebhookControl:
    """What a test can do with webhooks."""

    tenant: Tenant

    def webhook_endpoints(self) -> list[dict[str, Any]]:
        """All endpoints with their state (and secret)."""
        return [
            endpoint.public()
            | {"secret": endpoint.secret, "suspended": endpoint.suspended, "delivered": endpoint.delivered}
            for endpoint in self.tenant.webhooks.endpoints.values()
        ]

    def webhook_attempts(self) -> list[dict[str, Any]]:
        """The latest delivery attempts: event_id, event, client_id, attempt, status, error, success."""
        return [attempt.public() for attempt in list(self.tenant.webhooks.attempts)]

    def webhooks_queued(self) -> int:
        """How many deliveries wait, retries included."""
        return self.tenant.webhooks.queued()

    def webhooks_pause(self) -> None:
        """Queue deliveries, send none."""
        self.tenant.webhooks.paused = True

    def webhooks_resume(self) -> None:
        """Go on sending."""
        self.tenant.webhooks.paused = False
        self.tenant.webhooks.wake()

    def webhooks_flush(self, *, reverse: bool = False) -> int:
        """Send everything queued before returning, due or not; `reverse`: the newest first."""
        return self.tenant.webhooks.flush(reverse=reverse)

    def wait_webhooks(self, timeout: float = 10.0) -> bool:
        """Wait until nothing that is due waits or is under way; False when that took too long."""
        return self.tenant.webhooks.wait_idle(timeout)

    def webhook_reactivate(self, endpoint_id: str) -> None:
        """Support switches a suspended endpoint on again."""
        endpoint = self.tenant.webhooks.endpoints[endpoint_id]
        endpoint.suspended = False
        endpoint.failures_in_a_row = 0

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
            body = orjson.dumps(data)
        identity = event_id or self.tenant.new_uuid()
        for endpoint in list(self.tenant.webhooks.endpoints.values()):
            delivery = Delivery(identity, event, body, endpoint, signed_at=signed_at, signature=signature)
            self.tenant.webhooks.send(delivery)
        return identity
