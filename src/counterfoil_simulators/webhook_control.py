"""Control of webhooks for any upstream: list deliveries, hold them back, send them."""

from typing import Any

from counterfoil_simulators.tenant import SimulatedTenant


class WebhookControl[T: SimulatedTenant]:
    """The methods about webhooks that every simulator has."""

    tenant: T

    def webhook_endpoints(self) -> list[dict[str, Any]]:
        """List all endpoints with their state and secret."""
        return [
            endpoint.public()
            | {"secret": endpoint.secret, "suspended": endpoint.suspended, "delivered": endpoint.delivered}
            for endpoint in self.tenant.webhooks.choose(lambda _: True)
        ]

    def webhook_attempts(self) -> list[dict[str, Any]]:
        """List the latest attempts: event_id, event, record_id, attempt, status, error, success."""
        return [attempt.public() for attempt in list(self.tenant.webhooks.attempts)]

    def webhook_counts(self) -> dict[str, int]:
        """Count the events published, lost, reordered and duplicated, and the attempts by their result."""
        return self.tenant.webhooks.counts()

    def webhooks_queued(self) -> int:
        """Count the queued deliveries, retries included."""
        return self.tenant.webhooks.queued()

    def webhooks_pause(self) -> None:
        """Queue deliveries, send none."""
        self.tenant.webhooks.pause()

    def webhooks_resume(self) -> None:
        """Send again after a pause."""
        self.tenant.webhooks.resume()

    def webhooks_flush(self, *, reverse: bool = False) -> int:
        """Send everything queued before returning, due or not; `reverse`: the newest first."""
        return self.tenant.webhooks.flush(reverse=reverse)

    def wait_webhooks(self, timeout: float = 10.0, *, empty: bool = False) -> bool:
        """Wait until no delivery is due or being sent; False when that took too long.

        `empty`: wait until nothing that is due later is queued either: delayed, held back or to be retried.
        """
        return self.tenant.webhooks.wait_idle(timeout, empty=empty)

    def webhook_reactivate(self, endpoint_id: str) -> None:
        """Activate a suspended endpoint again, as the upstream's support does."""
        endpoint = self.tenant.webhooks.endpoints[endpoint_id]
        endpoint.suspended = False
        endpoint.failures_in_a_row = 0
