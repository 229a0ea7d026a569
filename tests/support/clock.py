"""A day on which tests may rely: data with fixed dates are read by a clock that stands at them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import time_machine

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY: date = NOON.date()


@contextmanager
def at_noon() -> Iterator[None]:
    """Set the clock of this process to NOON; from there it goes on. Databases and other processes keep theirs."""
    with time_machine.travel(NOON, tick=True):
        yield
