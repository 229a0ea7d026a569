"""A fixed day for tests: data with fixed dates are read at that date."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import time_machine

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY: date = NOON.date()


@contextmanager
def at_noon() -> Iterator[None]:
    """Set this process's clock to NOON; it goes on from there. Databases and other processes keep theirs."""
    with time_machine.travel(NOON, tick=True):
        yield
