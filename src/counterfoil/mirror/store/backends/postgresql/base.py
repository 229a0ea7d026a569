"""The backend that Django loads."""

import threading
import time
from types import SimpleNamespace
from typing import Any

import psycopg
from django.db.backends.postgresql import base

from counterfoil.mirror.store.time_limit import remaining_seconds

_CANCELS = threading.BoundedSemaphore(4)
"""Cancellations under way: a server that never answers keeps each of them, too."""


class LimitedConnection(psycopg.Connection[Any]):
    """A connection whose waits end with the thread's time limit; afterwards it is closed."""

    is_expired = False

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        limit = remaining_seconds()
        if limit is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, min(interval, limit), limit if timeout is None else min(timeout, limit))
        except psycopg.errors._WaitTimeout as error:  # noqa: SLF001  raised by this very argument
            if timeout is not None and timeout < limit:
                raise
            self._expire()
            raise psycopg.OperationalError("no answer in time") from error

    @classmethod
    def _connect_gen(cls, conninfo: str = "") -> Any:
        """Give up between two steps of connecting. psycopg's own limit is never shorter than two seconds."""
        limit = remaining_seconds()
        until = None if limit is None else time.monotonic() + limit
        steps = super()._connect_gen(conninfo)
        step = next(steps)
        while True:
            ready = yield step
            if until is not None and time.monotonic() >= until:
                steps.close()
                raise psycopg.OperationalError("no connection in time")
            try:
                step = steps.send(ready)
            except StopIteration as done:
                return done.value

    def _expire(self) -> None:
        """Have the server drop the statement, as one that waits for a lock, without waiting for that."""
        self.is_expired = True
        cancel = self.pgconn.get_cancel()

        def drop() -> None:
            try:
                cancel.cancel()
            except psycopg.Error:
                pass  # the server is gone
            finally:
                _CANCELS.release()

        if _CANCELS.acquire(blocking=False):
            threading.Thread(target=drop, name="cancel", daemon=True).start()
        self.close()


CHECK_SECONDS = 1.0
"""A request trusts a connection that answered so short a time ago: a check takes a round trip."""


class DatabaseWrapper(base.DatabaseWrapper):
    """Connects by LimitedConnection."""

    _answered_at = float("-inf")

    def close_if_health_check_failed(self) -> None:
        """Check a connection before a request uses it, unless it was checked within CHECK_SECONDS."""
        now = time.monotonic()
        if now - self._answered_at >= CHECK_SECONDS:
            super().close_if_health_check_failed()
            self._answered_at = now

    Database = SimpleNamespace(**{**vars(psycopg), "connect": LimitedConnection.connect})  # type: ignore[assignment]
