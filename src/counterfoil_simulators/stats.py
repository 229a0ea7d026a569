"""Statistics of requests: counts, the busiest second, a log."""

import threading
import time
from collections import Counter, deque
from typing import Any, Protocol

from counterfoil_simulators.recorded_writes import RecordedWrite

LOG_LENGTH = 10_000


class StatsEntry(Protocol):
    """One request in the log: a named tuple with the fields of the upstream."""

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""

    def _asdict(self) -> dict[str, Any]: ...


class Stats[E: StatsEntry]:
    """Counts requests; the busiest second is of real time, not of the simulator's clock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Set all counts back to zero."""
        with self._lock:
            self._by_route: dict[str, Counter[str]] = {}
            self._last_second: deque[float] = deque()
            self._busiest = 0
            self._log: deque[E] = deque(maxlen=LOG_LENGTH)
            self._writes: deque[RecordedWrite] = deque(maxlen=LOG_LENGTH)

    def count_request(self) -> None:
        """Count a request that came in."""
        now = time.monotonic()
        with self._lock:
            self._last_second.append(now)
            while self._last_second[0] <= now - 1.0:
                self._last_second.popleft()
            self._busiest = max(self._busiest, len(self._last_second))

    def record_answer(self, route: str, entry: E, written: RecordedWrite | None = None) -> None:
        """Record an answered request, or one left hanging with this status; `written` if it was a write."""
        with self._lock:
            self._by_route.setdefault(route, Counter())[str(entry.status)] += 1
            self._log.append(entry)
            if written is not None:
                self._writes.append(written)

    def counts(self) -> dict[str, Any]:
        """Return requests in all, by route and by status, 429s, and the most in any second."""
        with self._lock:
            by_route = {route: dict(counter) for route, counter in self._by_route.items()}
            statuses = sum(self._by_route.values(), Counter[str]())
            return {
                "requests": statuses.total(),
                "by_route": by_route,
                "by_status": dict(statuses),
                "refused": statuses["429"],
                "max_per_second": self._busiest,
            }

    def log(self) -> list[dict[str, Any]]:
        """Return the latest requests, oldest first."""
        with self._lock:
            return [entry._asdict() for entry in self._log]

    def writes(self) -> list[dict[str, Any]]:
        """Return the latest write requests, oldest first."""
        with self._lock:
            return [one._asdict() for one in self._writes]
