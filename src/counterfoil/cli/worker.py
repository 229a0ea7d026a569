"""`counterfoil worker`: carry out queued runs and webhooks in the background."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Annotated

import typer

from counterfoil.cli.output import err
from counterfoil.cli.ready import ready
from counterfoil.mirror import app_settings
from counterfoil.project.parent_process import watch_parent

PARK_SECONDS = 20.0
"""How long a worker whose `serve` is gone has for parking its runs."""


def worker(
    parent: Annotated[int | None, typer.Option(hidden=True)] = None,
    beats: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Carry out queued runs, schedules and webhooks until stopped.

    Several workers may run, also on several machines.
    """
    ready()

    from counterfoil.login.cleanup import Cleanup
    from counterfoil.mirror.vocabulary import Upkeep
    from counterfoil.webhooks import worker as deliveries
    from counterfoil.webhooks.maintenance import Maintenance
    from counterfoil.worker.loop import BackgroundTask, Worker
    from counterfoil.worker.removal import Removals
    from counterfoil.worker.scheduler import Scheduler

    tasks: list[BackgroundTask] = [
        deliveries,
        Maintenance(),
        Cleanup(),
        Removals(),
        Upkeep(),
        *([Scheduler()] if app_settings.schedules_on() else []),
    ]
    loop = Worker(tasks, None if beats is None else _beat(beats))

    def stop(_signal: int, _frame: FrameType | None) -> None:
        loop.stop()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, stop)
    if parent is None:
        err.print("Worker started. Press Ctrl-C to stop; unfinished runs resume with the next worker.")
    else:
        watch_parent(parent, loop.stop, PARK_SECONDS)
    loop.run()


def _beat(pipe: int) -> Callable[[], None]:
    """Build what tells the supervisor at the other end of a pipe that this worker is alive."""

    def beat() -> None:
        with suppress(OSError):  # it does not read at the moment, or is gone
            os.write(pipe, b".")

    return beat
