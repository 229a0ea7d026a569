"""Telling endpoints about changes: several senders, retries, suspension, and disorder on demand."""

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
from counterfoil_simulators.sender import Sender
from counterfoil_simulators.switchboard import SwitchBoard

ATTEMPTS_KEPT = 50_000
LONGEST_STOP = 5.0
COUNTED = ("events", "lost", "reordered", "duplicated", "attempts", "delivered", "failed", "retries", "dropped")


class Outbox[E: SimulatedEndpoint, S: DeliverySwitches]:
    """Queues deliveries and sends each when it falls due by the simulator's clock; one sender keeps the order."""

    def __init__(self, clock: Clock, switches: SwitchBoard[S], seed: int) -> None:
        self._clock = clock
        self._switches = switches
        self._dice = Dice(seed, 70)
        self._lock = threading.RLock()
        self._work = threading.Condition(self._lock)
        self._settled = threading.Condition(self._lock)
        self._due: list[tuple[float, int, SimulatedDelivery]] = []
        self._order = count()
        self._counts: Counter[str] = Counter()
        self._sending = 0
        self._flushing = 0
        self._paused = False
        self._open = False
        self._shift = 0
        self._senders: dict[int, threading.Thread] = {}
        self.endpoints: dict[str, E] = {}
        self.attempts: deque[Attempt] = deque(maxlen=ATTEMPTS_KEPT)
        self.crashes: list[str] = []
        """Tracebacks of bugs in the simulator itself."""
        clock.on_change(self.wake)

    def add(self, endpoint: E) -> E:
        """Tell this endpoint too, from now on."""
        with self._lock:
            self.endpoints[endpoint.id] = endpoint
            return endpoint

    def remove(self, endpoint_id: str) -> bool:
        """Send nothing more to an endpoint, not even what is queued; False when there is none."""
        with self._lock:
            return self.endpoints.pop(endpoint_id, None) is not None

    def choose(self, wants: Callable[[E], bool]) -> list[E]:
        """The endpoints that want an event."""
        with self._lock:
            return [endpoint for endpoint in self.endpoints.values() if wants(endpoint)]

    def publish(self, endpoints: list[E], write: Callable[[E], SimulatedDelivery]) -> None:
        """Something happened: queue it for these endpoints, with the disorder that the switches ask for."""
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
        """Queue one delivery as it is, whatever its endpoint wants."""
        with self._lock:
            self._queue(delivery, self._clock.now())

    def flush(self, *, reverse: bool = False) -> int:
        """Deliver everything queued now, one by one, due or not, paused or not; returns how many."""
        with self._lock:
            waiting = [delivery for _, _, delivery in sorted(self._due, key=lambda item: item[:2])]
            self._due.clear()
            self._flushing += len(waiting)
            self._settled.wait_for(lambda: not self._sending)
        sender = Sender()
        for delivery in reversed(waiting) if reverse else waiting:
            self._carry(delivery, sender)
            with self._lock:
                self._flushing -= 1
                self._settled.notify_all()
        sender.close()
        return len(waiting)

    def wait_idle(self, timeout: float, *, empty: bool = False) -> bool:
        """Wait until nothing that is due waits or is under way; `empty`: nor anything that falls due later."""
        with self._lock:
            return self._settled.wait_for(lambda: self._is_idle() and not (empty and self._due), timeout)

    def queued(self) -> int:
        """How many deliveries wait, retries included."""
        return len(self._due)

    def counts(self) -> dict[str, int]:
        """What was published and sent so far, and how many deliveries are under way."""
        with self._lock:
            found = {name: self._counts[name] for name in COUNTED}
            return found | {"queued": len(self._due), "under_way": self._sending + self._flushing}

    def pause(self) -> None:
        """Queue deliveries, send none."""
        self._paused = True

    def resume(self) -> None:
        """Go on sending."""
        self._paused = False
        self.wake()

    def wake(self) -> None:
        """Look again what is due, and how many senders there are to be."""
        with self._lock:
            self._hire()
            self._work.notify_all()
            self._settled.notify_all()

    def start(self) -> None:
        """Send what is queued, and from now on what falls due."""
        with self._lock:
            self._open = True
            self._hire()

    def stop(self) -> None:
        """End the senders; what was not delivered waits for the next start."""
        with self._lock:
            self._open = False
            self._shift += 1
            leaving, self._senders = list(self._senders.values()), {}
            self._work.notify_all()
        deadline = time.monotonic() + LONGEST_STOP
        for thread in leaving:
            thread.join(max(0.0, deadline - time.monotonic()))

    def renew(self, delivery: SimulatedDelivery) -> None:
        """Called before a delivery waits for its next attempt; an upstream may change it."""

    def _is_idle(self) -> bool:
        due = bool(self._due) and self._due[0][0] <= self._clock.now()
        return not (due or self._sending or self._flushing)

    def _queue(self, delivery: SimulatedDelivery, due: float) -> None:
        heapq.heappush(self._due, (due, next(self._order), delivery))
        self._hire()
        self._work.notify()

    def _hire(self) -> None:
        """Have as many senders as wanted, once there is something to send."""
        if not self._open or not self._due:
            return
        for number in range(self._switches.now.webhook_senders):
            if number not in self._senders:
                thread = threading.Thread(
                    target=self._run, args=(number, self._shift), name=f"sender-{number}", daemon=True
                )
                self._senders[number] = thread
                thread.start()

    def _run(self, number: int, shift: int) -> None:
        sender = Sender()
        while (delivery := self._take(number, shift)) is not None:
            self._carry(delivery, sender)
            with self._lock:
                self._sending -= 1
                if not self._sending:
                    self._settled.notify_all()
        sender.close()

    def _take(self, number: int, shift: int) -> SimulatedDelivery | None:
        """Wait for the next delivery that is due; None when this sender is not wanted any more."""
        with self._lock:
            while shift == self._shift and number < self._switches.now.webhook_senders:
                pause = self._next_in()
                if pause == 0:
                    self._sending += 1
                    return heapq.heappop(self._due)[2]
                self._work.wait(pause)
            if shift == self._shift:
                del self._senders[number]
            self._work.notify_all()
            return None

    def _next_in(self) -> float | None:
        """Seconds until something falls due, 0 when it has; None when there is nothing to wait for."""
        if not self._due or self._paused:
            return None
        left = self._due[0][0] - self._clock.now()
        if left <= 0:
            return 0.0
        return None if self._clock.frozen else left

    def _carry(self, delivery: SimulatedDelivery, sender: Sender) -> None:
        try:
            self._deliver(delivery, sender)
        except Exception:
            self.crashes.append(traceback.format_exc())

    def _deliver(self, delivery: SimulatedDelivery, sender: Sender) -> None:
        endpoint, now = delivery.endpoint, self._clock.now()
        if endpoint.suspended or endpoint.id not in self.endpoints:
            self._count("dropped")
            return
        letter = delivery.letter(now)
        status, error = sender.send(letter, self._switches.now.webhook_timeout_seconds)
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
