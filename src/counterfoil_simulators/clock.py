"""The simulator's own time: real time plus an offset, or standing still, moved by hand."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime


class Clock:
    """Decides what records are dated, the HTTP Date header, and when limits and tokens run out."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = 0.0
        self._frozen_at: float | None = None
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> float:
        """Unix seconds by this clock."""
        with self._lock:
            return self._now()

    def _now(self) -> float:
        return time.time() + self._offset if self._frozen_at is None else self._frozen_at

    def move(self, seconds: float) -> None:
        """Jump ahead, or back when negative; a frozen clock stays frozen at the new moment."""
        with self._lock:
            if self._frozen_at is None:
                self._offset += seconds
            else:
                self._frozen_at += seconds
        self._tell()

    def set(self, moment: float) -> None:
        """Jump to this moment."""
        self.move(moment - self.now())

    def freeze(self, moment: float | None = None) -> None:
        """Stand still, now or at the given moment."""
        with self._lock:
            self._frozen_at = self._now() if moment is None else moment
        self._tell()

    def run(self) -> None:
        """Go on from where the clock stands."""
        with self._lock:
            if self._frozen_at is not None:
                self._offset = self._frozen_at - time.time()
                self._frozen_at = None
        self._tell()

    @property
    def frozen(self) -> bool:
        """Whether time stands still, so that waiting for a moment is pointless."""
        return self._frozen_at is not None

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever the clock was moved, frozen or started."""
        self._listeners.append(listener)

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()


def stamp(seconds: float) -> str:
    """A date-time in UTC, to the millisecond: `2025-10-20T18:59:13.000Z`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def http_date(seconds: float) -> str:
    """The value of the Date header."""
    return format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)


def parse_instant(text: str) -> float:
    """Unix seconds of an ISO 8601 instant; a date alone or a time without zone raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} is not an instant")
    return moment.timestamp()
