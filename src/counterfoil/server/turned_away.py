"""Counts of connections that were ended, for one line of the log a minute: the log must not grow by attacks."""

from collections import Counter
from collections.abc import Callable

import structlog

log = structlog.get_logger()

SECONDS = 60.0


class TurnedAway:
    """Counts by reason."""

    def __init__(self, later: Callable[[float, Callable[[], None]], object]) -> None:
        """`later` calls a function after so many seconds."""
        self._later = later
        self._counts: Counter[str] = Counter()

    def count(self, reason: str) -> None:
        """Count one; the first of a minute lets a line be written at the minute's end."""
        if not self._counts:
            self._later(SECONDS, self.write)
        self._counts[reason] += 1

    def write(self) -> None:
        """Write the line, where there is something to say."""
        counts, self._counts = dict(self._counts), Counter()
        if counts:
            log.warning("connections ended", reasons=counts)
