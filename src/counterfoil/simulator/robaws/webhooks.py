"""Telling endpoints about changes: retries, suspension, and disorder on demand (contract section 6)."""

import heapq
import threading
from collections import deque
from collections.abc import Callable
from itertools import count

import orjson

from counterfoil.simulator.clock import Clock
from counterfoil.simulator.data.dice import Dice
from counterfoil.simulator.robaws.deliveries import Attempt, Delivery, post
from counterfoil.simulator.robaws.endpoints import Endpoint
from counterfoil.simulator.robaws.switches import Switches
from counterfoil.simulator.switchboard import SwitchBoard


class Webhooks:
    """Queues events and delivers them in the order in which they fall due by the simulator's clock."""

    def __init__(
        self, clock: Clock, switches: SwitchBoard[Switches], new_uuid: Callable[[], str], seed: int
    ) -> None:
        self._clock = clock
        self._switches = switches
        self._new_uuid = new_uuid
        self._dice = Dice(seed, 70)
        self._changed = threading.Condition(threading.RLock())
        self._due: list[tuple[float, int, Delivery]] = []
        self._order = count()
        self._busy = False
        self._stopped = False
        self._thread: threading.Thread | None = None
        self.endpoints: dict[str, Endpoint] = {}
        self.attempts: deque[Attempt] = deque(maxlen=10_000)
        self.paused = False
        clock.on_change(self.wake)

    def register(self, url: str, events: tuple[str, ...]) -> Endpoint:
        """A new endpoint; calls start when it becomes active, a few seconds later."""
        now = self._clock.now()
        active_from = now + self._switches.now.webhook_activation_seconds
        with self._changed:
            endpoint = Endpoint(self._new_uuid(), self._new_uuid(), url, events, now, active_from)
            self.endpoints[endpoint.id] = endpoint
            return endpoint

    def publish(self, event: str, data: bytes) -> None:
        """Something happened: queue it for every active endpoint that asked for it."""
        switches, now = self._switches.now, self._clock.now()
        with self._changed:
            interested = [one for one in self.endpoints.values() if event in one.events and one.is_active(now)]
            if not interested:
                return
            event_id, dice = self._new_uuid(), self._dice
            for endpoint in interested:
                if dice.chance(switches.webhook_loss):
                    continue
                late = switches.webhook_delay_seconds
                if dice.chance(switches.webhook_reorder):
                    late += switches.webhook_reorder_seconds
                for _ in range(2 if dice.chance(switches.webhook_duplicates) else 1):
                    self._queue(Delivery(event_id, event, data, endpoint), now + late)

    def send(self, delivery: Delivery) -> None:
        """Queue one delivery as it is, whatever the endpoint's events or state."""
        with self._changed:
            self._queue(delivery, self._clock.now())

    def flush(self, *, reverse: bool = False) -> int:
        """Deliver everything queued now, due or not, paused or not; returns how many."""
        with self._changed:
            self._changed.wait_for(lambda: not self._busy)
            waiting = [delivery for _, _, delivery in sorted(self._due, key=lambda item: item[:2])]
            self._due.clear()
        for delivery in reversed(waiting) if reverse else waiting:
            self._deliver(delivery)
        return len(waiting)

    def wait_idle(self, timeout: float) -> bool:
        """Wait until nothing that is due waits or is under way; later retries do not count."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._busy and self._next_in() != 0, timeout)

    def queued(self) -> int:
        """How many deliveries wait, retries included."""
        return len(self._due)

    def wake(self) -> None:
        """Look again what is due."""
        with self._changed:
            self._changed.notify_all()

    def start(self) -> None:
        """Have a thread, if there is something to deliver."""
        if self._due and self._thread is None and not self._stopped:
            self._thread = threading.Thread(target=self._run, name="robaws-webhooks", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread; what was not delivered waits for the next start."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=5)
        self._thread, self._stopped = None, False

    def _queue(self, delivery: Delivery, due: float) -> None:
        heapq.heappush(self._due, (due, next(self._order), delivery))
        self.start()
        self._changed.notify_all()

    def _next_in(self) -> float | None:
        """Seconds until something falls due, 0 when it has; None when there is nothing to wait for."""
        if not self._due or self.paused:
            return None
        left = self._due[0][0] - self._clock.now()
        if left <= 0:
            return 0.0
        return None if self._clock.frozen else left

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._stopped and (pause := self._next_in()) != 0:
                    self._changed.wait(pause)
                if self._stopped:
                    return
                _, _, delivery = heapq.heappop(self._due)
                self._busy = True
            try:
                self._deliver(delivery)
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()

    def _deliver(self, delivery: Delivery) -> None:
        endpoint, switches, now = delivery.endpoint, self._switches.now, self._clock.now()
        if endpoint.suspended or endpoint.id not in self.endpoints:
            return
        status, error = post(delivery, now, switches.webhook_timeout_seconds)
        client_id = orjson.loads(delivery.data).get("id")
        attempt = Attempt(
            *(delivery.event_id, delivery.event, client_id, endpoint.id, endpoint.url),
            *(delivery.attempt, status, error, now),
        )
        with self._changed:
            self.attempts.append(attempt)
            if attempt.success:
                endpoint.delivered += 1
                endpoint.failures_in_a_row = 0
            else:
                self._retry(delivery)
            self._changed.notify_all()

    def _retry(self, delivery: Delivery) -> None:
        switches, endpoint = self._switches.now, delivery.endpoint
        pauses = switches.webhook_retry_seconds
        if delivery.attempt <= len(pauses):
            due = self._clock.now() + pauses[delivery.attempt - 1]
            delivery.attempt += 1
            if switches.webhook_new_id_on_retry:
                delivery.event_id = self._new_uuid()
            self._queue(delivery, due)
            return
        endpoint.failures_in_a_row += 1
        if 0 < switches.webhook_suspend_after <= endpoint.failures_in_a_row:
            endpoint.suspended = True
