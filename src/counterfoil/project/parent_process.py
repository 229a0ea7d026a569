"""End a child process whose parent is gone, however the parent ended: it cannot tell when it is killed."""

import os
import threading
from collections.abc import Callable

LOOK_SECONDS = 1.0


def watch_parent(parent: int, stop: Callable[[], object], grace_seconds: float) -> None:
    """Call `stop` once this process's parent is another one than `parent`, and end the process after the grace."""

    def look() -> None:
        waiting = threading.Event()
        while os.getppid() == parent:
            waiting.wait(LOOK_SECONDS)
        stop()
        waiting.wait(grace_seconds)
        os._exit(1)

    threading.Thread(target=look, name="parent", daemon=True).start()
