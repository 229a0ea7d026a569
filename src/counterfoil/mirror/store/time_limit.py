"""How long the statements of a thread may still wait, for a caller whose own answer cannot wait longer."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

LEAST_SECONDS = 0.05
"""What a statement may wait in any case: the limit may have passed while nothing waited, on a slow machine."""

_limit = threading.local()


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Let all statements of this thread together wait no longer than so many seconds, for a lock or a server.

    What takes longer raises an OperationalError. The backends in `store.backends` keep to it.
    """
    before = getattr(_limit, "until", None)
    _limit.until = time.monotonic() + seconds
    try:
        yield
    finally:
        _limit.until = before


def remaining_seconds() -> float | None:
    """Return what is left of this thread's limit, at least LEAST_SECONDS; None where it has none."""
    until: float | None = getattr(_limit, "until", None)
    return None if until is None else max(LEAST_SECONDS, until - time.monotonic())
