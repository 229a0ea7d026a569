"""The simulator in the foreground, for a command line that is defined elsewhere."""

from collections.abc import Callable

from counterfoil_simulators.foreground import serve
from counterfoil_simulators.robaws.simulator import RobawsSimulator


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
    """Serve until SIGINT or SIGTERM, then stop cleanly. Prints nothing; `on_ready` is called once it listens."""
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
    serve(simulator, on_ready)
