"""Keep requests from filling the log: of lines that clients cause, so many of a kind are written a minute."""

import logging
import time
from collections.abc import Callable

MOST = 60
SPAN_SECONDS = 60.0
CAUSED_BY_CLIENTS = ("django.request", "django.security", "counterfoil.webhooks.receive", "uvicorn", "asyncio")


class LogLimit(logging.Filter):
    """The first line of a kind after some were left out says how many."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._counts: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Let a line pass, or leave it out."""
        if not record.name.startswith(CAUSED_BY_CLIENTS):
            return True
        kind, now = _kind(record), self._clock()
        began, count = self._counts.get(kind, (now, 0))
        if now - began >= SPAN_SECONDS:
            _add_left_out(record, count - MOST)
            began, count = now, 0
        self._counts[kind] = (began, count + 1)
        return count < MOST


def _kind(record: logging.LogRecord) -> str:
    """Name what happened, without what differs from request to request: then there are only a few kinds."""
    event = record.msg.get("event", "") if isinstance(record.msg, dict) else ""
    return f"{record.name} {record.levelno} {getattr(record, 'status_code', '')} {event}"


def _add_left_out(record: logging.LogRecord, count: int) -> None:
    if count <= 0:
        return
    if isinstance(record.msg, dict):
        record.msg = {**record.msg, "left_out": count}
    else:
        record.msg, record.args = f"{record.getMessage()} ({count} like it were left out)", ()
