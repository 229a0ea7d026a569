"""End a process that answers requests once the embedded database's file is not the one that it has open."""

import os
import signal
import sys
import threading

import structlog

from counterfoil.errors import DatabaseReplaced
from counterfoil.mirror.store import current_dialect

log = structlog.get_logger()

LOOK_SECONDS = 1.0
_REPLACED = threading.Event()


def watch_file() -> None:
    """Look once a second. Requests are answered 503 until the process has ended."""
    if current_dialect().embedded:
        threading.Thread(target=_watch, name="file watch", daemon=True).start()


def was_replaced() -> bool:
    """Tell whether this process was ended, with its error printed, because of that."""
    return _REPLACED.is_set()


def _watch() -> None:
    waiting = threading.Event()
    while not waiting.wait(LOOK_SECONDS):
        try:
            current_dialect().verify_open_files()
        except DatabaseReplaced as error:
            log.error("database replaced", error=str(error))
            sys.stderr.write(f"Error: {error}\n")
            sys.stderr.flush()
            _REPLACED.set()
            os.kill(os.getpid(), signal.SIGTERM)
            return
