"""Control of the webhooks of any upstream: watching deliveries, holding them back, letting them go."""

from typing import Any

from counterfoil_simulators.stage import Stage


class OutboxControl[T: Stage]:
    """What a test can do with webhooks, whoever sends them."""

    tenant: T

    def webhook_endpoints(self) -> list[dict[str, Any]]:
        """All endpoints with their state (and secret)."""
        return [
            endpoint.public()
            | {"secret": endpoint.secret, "suspended": endpoint.suspended, "delivered": endpoint.delivered}
            for endpoint in self.tenant.webhooks.choose(lambda _: True)
        ]

    def webhook_attempts(self) -> list[dict[str, Any]]:
        """The latest delivery attempts: event_id, event, record_id, attempt, status, error, success."""
        return [attempt.public() for attempt in list(self.tenant.webhooks.attempts)]

    def webhook_counts(self) -> dict[str, int]:
        """How many events were published, lost, reordered, duplicated; attempts and what became of them."""
        return self.tenant.webhooks.counts()

    def webhooks_queued(self) -> int:
        """How many deliveries wait, retries included."""
        return self.tenant.webhooks.queued()

    def webhooks_pause(self) -> None:
        """Queue deliveries, send none."""
        self.tenant.webhooks.pause()

    def webhooks_resume(self) -> None:
        """Go on sending."""
        self.tenant.webhooks.resume()

    def webhooks_flush(self, *, reverse: bool = False) -> int:
        """Send everything queued before returning, due or not; `reverse`: the newest first."""
        return self.tenant.webhooks.flush(reverse=reverse)

    def wait_webhooks(self, timeout: float = 10.0, *, empty: bool = False) -> bool:
        """Wait until nothing that is due waits or is under way; False when that took too long.

        `empty`: nothing that falls due later either, be it delayed, held back or to be retried.
        """
        return self.tenant.webhooks.wait_idle(timeout, empty=empty)

    def webhook_reactivate(self, endpoint_id: str) -> None:
        """Support switches a suspended endpoint on again."""
        endpoint = self.tenant.webhooks.endpoints[endpoint_id]
        endpoint.suspended = False
        endpoint.failures_in_a_row = 0
