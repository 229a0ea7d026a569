"""The simulator in the foreground, for a command line that is built elsewhere."""

import signal
import threading
from collections.abc import Callable
from types import FrameType

from counterfoil.simulator.robaws.simulator import RobawsSimulator


def run(
    host: str = "127.0.0.1",
    port: int = 0,
    customers: int = 4017,
    seed: int = 1,
    *,
    rate: float | None = 15.0,
    burst: int = 20,
    daily_limit: int = 10_000,
    latency_ms: float = 0.0,
    api_key: str | None = None,
    api_secret: str | None = None,
    on_ready: Callable[[RobawsSimulator], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, then stop cleanly. Prints nothing; `on_ready` hears when it listens."""
    simulator = RobawsSimulator(
        customers,
        seed,
        host=host,
        port=port,
        api_key=api_key,
        api_secret=api_secret,
        rate=rate,
        burst=burst,
        daily_limit_live=daily_limit,
        daily_limit_replica=daily_limit,
        latency_ms=latency_ms,
    )

    def terminate(signum: int, frame: FrameType | None) -> None:
        simulator.tenant.stopping.set()

    if threading.current_thread() is not threading.main_thread():
        simulator.serve_forever(on_ready)
        return
    before = signal.signal(signal.SIGTERM, terminate)
    try:
        simulator.serve_forever(on_ready)
    finally:
        signal.signal(signal.SIGTERM, before)
