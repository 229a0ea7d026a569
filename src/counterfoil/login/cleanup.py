"""Periodic maintenance of logins: sessions that have ended, counts of passwords that say nothing any more."""

import threading
import time
from importlib import import_module

from django.conf import settings
from django.utils import timezone

from counterfoil.login import tries

LOOK_SECONDS = 3600.0


class Cleanup:
    """When this process last tidied: at its start, then once an hour."""

    def __init__(self) -> None:
        self._done_at = float("-inf")

    def is_due(self) -> bool:
        """Tell whether an hour has passed since the last time."""
        return time.monotonic() - self._done_at >= LOOK_SECONDS

    def process_due(self, stop: threading.Event | None = None) -> int:
        """Delete ended sessions and old counts. Returns how many counts."""
        self._done_at = time.monotonic()
        import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
        return tries.forget_old(timezone.now())
