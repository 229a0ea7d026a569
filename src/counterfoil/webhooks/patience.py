"""How long a webhook waits for the database before it is answered 503."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError

from counterfoil.errors import DatabaseBusy
from counterfoil.mirror.store.time_limit import time_limit

LONG_SECONDS = 0.7
"""Robaws waits two seconds for an answer; some of them pass on the way."""
SHORT_SECONDS = 0.05
AFTER_FAILURE_SECONDS = 1.0


class Patience:
    """Waits shorter for a while after a wait in vain, so that webhooks do not queue behind those that wait."""

    def __init__(self) -> None:
        self._failed_at = float("-inf")

    @contextmanager
    def limit(self) -> Iterator[None]:
        """Limit what the statements inside wait for. See `time_limit` for what they raise."""
        has_failed = time.monotonic() - self._failed_at < AFTER_FAILURE_SECONDS
        try:
            with time_limit(SHORT_SECONDS if has_failed else LONG_SECONDS):
                yield
        except (OperationalError, InterfaceError, DatabaseBusy):
            self._failed_at = time.monotonic()
            raise
        if has_failed:
            self._failed_at = float("-inf")
