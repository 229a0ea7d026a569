"""`counterfoil worker`: carry out queued runs and webhooks in the background."""

import signal
from types import FrameType
from typing import Annotated

import typer

from counterfoil.cli.output import err
from counterfoil.cli.ready import ready
from counterfoil.mirror import app_settings


def worker(parent: Annotated[int | None, typer.Option(hidden=True)] = None) -> None:
    """Carry out queued runs, schedules and webhooks until stopped.

    Several workers may run, also on several machines.
    """
    ready()

    from counterfoil.webhooks import worker as deliveries
    from counterfoil.webhooks.maintenance import Maintenance
    from counterfoil.worker.loop import Worker
    from counterfoil.worker.scheduler import Scheduler

    loop = Worker(parent, [deliveries, Maintenance(), *([Scheduler()] if app_settings.schedules_on() else [])])

    def stop(_signal: int, _frame: FrameType | None) -> None:
        loop.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if parent is None:
        err.print("Worker started. Press Ctrl-C to stop; unfinished runs resume with the next worker.")
    loop.run()
