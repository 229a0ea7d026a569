"""Work in another thread of a test, with a separate database connection."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections


def in_background(work: Callable[[], Any]) -> threading.Thread:
    """Start a thread; the test joins it."""

    def body() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=body)
    thread.start()
    return thread
