"""Keep a claim while its work goes on, however long one step of the work takes.

A thread of its own renews the claim three times in each term, so that no batch, no wait for the allowance and no
slow upstream outlasts it. It stops with its process: the claim of a paused or killed one ends with its term.
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Self

import structlog
from django.db import DatabaseError, connections

log = structlog.get_logger()

BEATS_PER_TERM = 3
RETRY_SECONDS = 1.0
"""How long to wait at most before trying again where the database could not be reached."""
JOIN_SECONDS = 5.0
"""How long leaving waits for a renewal underway; where the caller's own transaction holds it up, it ends later."""


class Heartbeat:
    """Renews a claim from entering the context until leaving it, or until the claim is lost."""

    def __init__(
        self, term: timedelta, renew: Callable[[], object], lost_error: Callable[[], Exception] = RuntimeError
    ) -> None:
        """`renew` makes one short statement, and returns what is false where the claim is lost.

        `lost_error` builds what `check` raises then.
        """
        self._seconds = term.total_seconds() / BEATS_PER_TERM
        self._renew = renew
        self._lost_error = lost_error
        self._stopped = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join(JOIN_SECONDS)

    def check(self) -> None:
        """Raise where the claim is known to be lost. Cheap enough to be called before every step."""
        if self._lost.is_set():
            raise self._lost_error()

    def _beat(self) -> None:
        wait = self._seconds
        while not self._stopped.wait(wait):
            try:
                if not self._renew():
                    self._lost.set()
                    return
                wait = self._seconds
            except DatabaseError:
                log.warning("claim not renewed, trying again", exc_info=True)
                wait = min(self._seconds, RETRY_SECONDS)
            finally:
                connections.close_all()  # this thread's own; it is needed only three times in a term
