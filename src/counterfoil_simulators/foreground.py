"""A simulator in the foreground, for a command line that is defined elsewhere."""

import signal
import threading
from collections.abc import Callable
from types import FrameType

from counterfoil_simulators.simulator import Simulator


def serve[S: Simulator](simulator: S, on_ready: Callable[[S], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM, then stop cleanly. Prints nothing; `on_ready` is called once it listens."""

    def terminate(signum: int, frame: FrameType | None) -> None:
        simulator.end()

    if threading.current_thread() is not threading.main_thread():
        simulator.serve_forever(on_ready)
        return
    before = signal.signal(signal.SIGTERM, terminate)
    try:
        simulator.serve_forever(on_ready)
    finally:
        signal.signal(signal.SIGTERM, before)
