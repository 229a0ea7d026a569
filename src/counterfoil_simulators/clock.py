"""The simulator's own time: real time plus an offset, or frozen, and moved by hand."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime


class Clock:
    """The time for dates of records, the HTTP Date header, limits and token lifetimes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = 0.0
        self._frozen_at: float | None = None
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> float:
        """Return Unix seconds by this clock."""
        with self._lock:
            return self._now()

    def _now(self) -> float:
        return time.time() + self._offset if self._frozen_at is None else self._frozen_at

    def move(self, seconds: float) -> None:
        """Move the clock ahead, or back when negative; a frozen clock stays frozen."""
        with self._lock:
            if self._frozen_at is None:
                self._offset += seconds
            else:
                self._frozen_at += seconds
        self._notify()

    def set(self, moment: float) -> None:
        self.move(moment - self.now())

    def freeze(self, moment: float | None = None) -> None:
        """Stop the clock, now or at the given time."""
        with self._lock:
            self._frozen_at = self._now() if moment is None else moment
        self._notify()

    def run(self) -> None:
        """Start a frozen clock again, from the time where it stopped."""
        with self._lock:
            if self._frozen_at is not None:
                self._offset = self._frozen_at - time.time()
                self._frozen_at = None
        self._notify()

    @property
    def frozen(self) -> bool:
        """Whether the clock is stopped, so that waiting for a time is pointless."""
        return self._frozen_at is not None

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever the clock is moved, frozen or started."""
        self._listeners.append(listener)

    def _notify(self) -> None:
        for listener in list(self._listeners):
            listener()


def format_instant(seconds: float) -> str:
    """Format a date-time in UTC, to the millisecond: `2025-10-20T18:59:13.000Z`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def http_date(seconds: float) -> str:
    """Format the value of the Date header."""
    return format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)


def parse_instant(text: str) -> float:
    """Return the Unix seconds of an ISO 8601 instant. Raises ValueError for a date alone or without a zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} is not an instant")
    return moment.timestamp()
