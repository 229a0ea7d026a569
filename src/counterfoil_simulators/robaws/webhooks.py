"""Webhooks about changes of clients (contract section 6)."""

from collections.abc import Callable

from counterfoil_simulators import deliveries
from counterfoil_simulators.clock import Clock
from counterfoil_simulators.odd_payloads import spoil
from counterfoil_simulators.robaws.deliveries import RobawsDelivery
from counterfoil_simulators.robaws.endpoints import RobawsEndpoint
from counterfoil_simulators.robaws.switches import RobawsSwitches
from counterfoil_simulators.switchboard import SwitchBoard
from counterfoil_simulators.webhook_queue import WebhookQueue


class RobawsWebhookQueue(WebhookQueue[RobawsEndpoint, RobawsSwitches]):
    """The registered endpoints and the deliveries queued for them."""

    def __init__(
        self, clock: Clock, switches: SwitchBoard[RobawsSwitches], new_uuid: Callable[[], str], seed: int
    ) -> None:
        super().__init__(clock, switches, seed)
        self._new_uuid = new_uuid

    def register(self, url: str, events: tuple[str, ...]) -> RobawsEndpoint:
        """Add an endpoint; it becomes active a few seconds later."""
        now = self._clock.now()
        active_from = now + self._switches.now.webhook_activation_seconds
        endpoint = RobawsEndpoint(
            id=self._new_uuid(),
            secret=self._new_uuid(),
            url=url,
            events=events,
            registered_at=now,
            active_from=active_from,
        )
        return self.add(endpoint)

    def notify(self, event: str, client_id: int, data: bytes) -> None:
        """Queue an event about a client for every active endpoint that wants it, under one event id."""
        now = self._clock.now()
        interested = self.choose(lambda one: event in one.events and one.is_active(now))
        if interested:
            event_id, record_id = self._new_uuid(), str(client_id)
            self.publish(
                interested,
                lambda endpoint: RobawsDelivery(
                    endpoint=endpoint,
                    event_id=event_id,
                    event=event,
                    record_id=record_id,
                    data=spoil(data, self._switches.now.webhook_oddity),
                ),
            )

    def renew(self, delivery: deliveries.SimulatedDelivery) -> None:
        """Give a retry an event id of its own where the tenant does so."""
        if self._switches.now.webhook_new_id_on_retry:
            delivery.event_id = self._new_uuid()
