"""The queue of webhook deliveries: several senders, retries, suspension, and faults by switch."""

import heapq
import threading
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable
from itertools import count

from counterfoil_simulators.clock import Clock
from counterfoil_simulators.data.dice import Dice
from counterfoil_simulators.deliveries import Attempt, SimulatedDelivery, SimulatedEndpoint
from counterfoil_simulators.delivery_switches import DeliverySwitches
from counterfoil_simulators.sender import HttpSender
from counterfoil_simulators.switchboard import SwitchBoard

ATTEMPTS_KEPT = 50_000
LONGEST_STOP = 5.0
COUNTED = ("events", "lost", "reordered", "duplicated", "attempts", "delivered", "failed", "retries", "dropped")


class WebhookQueue[E: SimulatedEndpoint, S: DeliverySwitches]:
    """Queues deliveries and sends each when due by the simulator's clock; a single sender keeps the order."""

    def __init__(self, clock: Clock, switches: SwitchBoard[S], seed: int) -> None:
        self._clock = clock
        self._switches = switches
        self._dice = Dice(seed, 70)
        self._lock = threading.RLock()
        self._work = threading.Condition(self._lock)
        self._idle = threading.Condition(self._lock)
        self._due: list[tuple[float, int, SimulatedDelivery]] = []
        self._order = count()
        self._counts: Counter[str] = Counter()
        self._sending = 0
        self._flushing = 0
        self._paused = False
        self._open = False
        self._generation = 0
        self._senders: dict[int, threading.Thread] = {}
        self.endpoints: dict[str, E] = {}
        self.attempts: deque[Attempt] = deque(maxlen=ATTEMPTS_KEPT)
        self.crashes: list[str] = []
        """Tracebacks of bugs in the simulator itself."""
        clock.on_change(self.wake)

    def add(self, endpoint: E) -> E:
        """Register an endpoint."""
        with self._lock:
            self.endpoints[endpoint.id] = endpoint
            return endpoint

    def remove(self, endpoint_id: str) -> bool:
        """Remove an endpoint and drop what is queued for it; False when there is none."""
        with self._lock:
            return self.endpoints.pop(endpoint_id, None) is not None

    def choose(self, wants: Callable[[E], bool]) -> list[E]:
        """Return the endpoints for which `wants` is true."""
        with self._lock:
            return [endpoint for endpoint in self.endpoints.values() if wants(endpoint)]

    def publish(self, endpoints: list[E], write: Callable[[E], SimulatedDelivery]) -> None:
        """Queue an event for these endpoints: lost, late or twice, as the switches say."""
        switches, now, dice = self._switches.now, self._clock.now(), self._dice
        with self._lock:
            for endpoint in endpoints:
                self._counts["events"] += 1
                if dice.chance(switches.webhook_loss):
                    self._counts["lost"] += 1
                    continue
                due = now + switches.webhook_delay_seconds
                if dice.chance(switches.webhook_reorder):
                    self._counts["reordered"] += 1
                    due += switches.webhook_reorder_seconds
                self._queue(write(endpoint), due)
                if dice.chance(switches.webhook_duplicates):
                    self._counts["duplicated"] += 1
                    self._queue(write(endpoint), due)

    def send(self, delivery: SimulatedDelivery) -> None:
        """Queue one delivery as it is, whatever events its endpoint wants."""
        with self._lock:
            self._queue(delivery, self._clock.now())

    def flush(self, *, reverse: bool = False) -> int:
        """Deliver everything queued now, one by one, due or not, paused or not; returns how many."""
        with self._lock:
            waiting = [delivery for _, _, delivery in sorted(self._due, key=lambda item: item[:2])]
            self._due.clear()
            self._flushing += len(waiting)
            self._idle.wait_for(lambda: not self._sending)
        sender = HttpSender()
        for delivery in reversed(waiting) if reverse else waiting:
            self._deliver_safely(delivery, sender)
            with self._lock:
                self._flushing -= 1
                self._idle.notify_all()
        sender.close()
        return len(waiting)

    def wait_idle(self, timeout: float, *, empty: bool = False) -> bool:
        """Wait until no delivery is due or being sent; with `empty`, until the queue is empty too."""
        with self._lock:
            return self._idle.wait_for(lambda: self._is_idle() and not (empty and self._due), timeout)

    def queued(self) -> int:
        """Count the queued deliveries, retries included."""
        return len(self._due)

    def counts(self) -> dict[str, int]:
        """Count what was published and sent, and the deliveries that are queued or being sent."""
        with self._lock:
            found = {name: self._counts[name] for name in COUNTED}
            return found | {"queued": len(self._due), "under_way": self._sending + self._flushing}

    def pause(self) -> None:
        """Queue deliveries, send none."""
        self._paused = True

    def resume(self) -> None:
        """Send again after a pause."""
        self._paused = False
        self.wake()

    def wake(self) -> None:
        """Check again which deliveries are due and how many senders are wanted."""
        with self._lock:
            self._start_senders()
            self._work.notify_all()
            self._idle.notify_all()

    def start(self) -> None:
        """Start the senders."""
        with self._lock:
            self._open = True
            self._start_senders()

    def stop(self) -> None:
        """Stop the senders; undelivered events stay queued until the next start."""
        with self._lock:
            self._open = False
            self._generation += 1
            threads, self._senders = list(self._senders.values()), {}
            self._work.notify_all()
        deadline = time.monotonic() + LONGEST_STOP
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def renew(self, delivery: SimulatedDelivery) -> None:
        """Change a delivery before its next attempt; upstreams may override this."""

    def _is_idle(self) -> bool:
        due = bool(self._due) and self._due[0][0] <= self._clock.now()
        return not (due or self._sending or self._flushing)

    def _queue(self, delivery: SimulatedDelivery, due: float) -> None:
        heapq.heappush(self._due, (due, next(self._order), delivery))
        self._start_senders()
        self._work.notify()

    def _start_senders(self) -> None:
        """Start the missing senders, once there is something to send."""
        if not self._open or not self._due:
            return
        for number in range(self._switches.now.webhook_senders):
            if number not in self._senders:
                thread = threading.Thread(
                    target=self._run, args=(number, self._generation), name=f"sender-{number}", daemon=True
                )
                self._senders[number] = thread
                thread.start()

    def _run(self, number: int, generation: int) -> None:
        sender = HttpSender()
        while (delivery := self._next_due(number, generation)) is not None:
            self._deliver_safely(delivery, sender)
            with self._lock:
                self._sending -= 1
                if not self._sending:
                    self._idle.notify_all()
        sender.close()

    def _next_due(self, number: int, generation: int) -> SimulatedDelivery | None:
        """Wait for the next delivery that is due; None when this sender is no longer wanted."""
        with self._lock:
            while generation == self._generation and number < self._switches.now.webhook_senders:
                pause = self._next_in()
                if pause == 0:
                    self._sending += 1
                    return heapq.heappop(self._due)[2]
                self._work.wait(pause)
            if generation == self._generation:
                del self._senders[number]
            self._work.notify_all()
            return None

    def _next_in(self) -> float | None:
        """Return the seconds until something is due, 0 when it is; None when there is nothing to wait for."""
        if not self._due or self._paused:
            return None
        left = self._due[0][0] - self._clock.now()
        if left <= 0:
            return 0.0
        return None if self._clock.frozen else left

    def _deliver_safely(self, delivery: SimulatedDelivery, sender: HttpSender) -> None:
        try:
            self._deliver(delivery, sender)
        except Exception:
            self.crashes.append(traceback.format_exc())

    def _deliver(self, delivery: SimulatedDelivery, sender: HttpSender) -> None:
        endpoint, now = delivery.endpoint, self._clock.now()
        if endpoint.suspended or endpoint.id not in self.endpoints:
            self._count("dropped")
            return
        request = delivery.request(now)
        status, error = sender.send(request, self._switches.now.webhook_timeout_seconds)
        attempt = Attempt(
            *(delivery.event_id, delivery.event, delivery.record_id, endpoint.id, endpoint.url),
            *(delivery.attempt, status, error, now),
        )
        with self._lock:
            self.attempts.append(attempt)
            self._count("attempts")
            if attempt.success:
                self._count("delivered")
                endpoint.delivered += 1
                endpoint.failures_in_a_row = 0
            else:
                self._count("failed")
                self._retry(delivery)

    def _retry(self, delivery: SimulatedDelivery) -> None:
        switches, endpoint = self._switches.now, delivery.endpoint
        pauses = switches.webhook_retry_seconds
        if delivery.attempt <= len(pauses):
            due = self._clock.now() + pauses[delivery.attempt - 1]
            delivery.attempt += 1
            self.renew(delivery)
            self._count("retries")
            self._queue(delivery, due)
            return
        endpoint.failures_in_a_row += 1
        if 0 < switches.webhook_suspend_after <= endpoint.failures_in_a_row:
            endpoint.suspended = True

    def _count(self, name: str) -> None:
        with self._lock:
            self._counts[name] += 1
