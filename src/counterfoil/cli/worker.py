"""`counterfoil worker`: carries out queued runs in the background."""

import signal
from types import FrameType
from typing import Annotated

import typer

from counterfoil.cli.output import err
from counterfoil.cli.ready import ready
from counterfoil.mirror import app_settings


def worker(parent: Annotated[int | None, typer.Option(hidden=True)] = None) -> None:
    """Carry out what waits, until stopped. Several may run, on several machines."""
    ready()

    from counterfoil.webhooks import worker as deliveries
    from counterfoil.webhooks.maintenance import Maintenance
    from counterfoil.worker.loop import Worker
    from counterfoil.worker.scheduler import Scheduler

    made = Worker(parent, [deliveries, Maintenance(), *([Scheduler()] if app_settings.schedules_on() else [])])

    def stop(_signal: int, _frame: FrameType | None) -> None:
        made.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if parent is None:
        err.print("Worker started; Ctrl-C stops it, runs under way go on when a worker is back.")
    made.run()
