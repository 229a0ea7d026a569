"""End a process that answers requests once its database is another: its file replaced, or a newer version's."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication

import structlog
from django.db import DatabaseError, connection

from counterfoil.errors import DatabaseNewer, DatabaseReplaced
from counterfoil.mirror import requirements
from counterfoil.mirror.store import current_dialect

log = structlog.get_logger()

LOOK_SECONDS = 1.0
ASK_SECONDS = 10.0
_BEGUN, _ENDED = threading.Lock(), threading.Event()


def watch_database() -> None:
    """Look once a second, from now on. Requests are answered 503 until the process has ended."""
    if not _BEGUN.acquire(blocking=False):
        return
    threading.Thread(target=_watch, name="database watch", daemon=True).start()


def watched(application: WSGIApplication) -> WSGIApplication:
    """Watch from the first request on, whichever server runs the application."""

    def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        watch_database()
        return application(environ, start_response)

    return answer


def has_ended() -> bool:
    """Tell whether this process was ended, with its error printed, because of that."""
    return _ENDED.is_set()


def _watch() -> None:
    waiting, asked_at = threading.Event(), time.monotonic()
    while not waiting.wait(LOOK_SECONDS):
        try:
            current_dialect().verify_open_files()
            if time.monotonic() - asked_at > ASK_SECONDS:
                asked_at = time.monotonic()
                requirements.require_usable()
        except (DatabaseReplaced, DatabaseNewer) as error:
            log.error("database changed", error=str(error))
            sys.stderr.write(f"Error: {error}\n")
            sys.stderr.flush()
            _ENDED.set()
            os.kill(os.getpid(), signal.SIGTERM)
            return
        except DatabaseError:
            connection.close()  # whoever needs it now says so
