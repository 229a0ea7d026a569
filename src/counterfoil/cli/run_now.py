"""Carrying a run out in this process, with its progress on the terminal."""

import shlex
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import err
from counterfoil.cli.progress import watching

if TYPE_CHECKING:
    from counterfoil.mirror.models import Run
    from counterfoil.runs.execute import Execution


INTERRUPTED = 130


def run_here(run: "Run", *, quiet: bool = False, person: bool = False) -> "Execution":
    """Carry a run out with its progress shown; Ctrl-C and SIGTERM leave it to be resumed."""
    from counterfoil.worker.handlers import execute_run

    before = signal.signal(signal.SIGTERM, stop)
    try:
        with watching(quiet=quiet or not sys.stderr.isatty()) as watcher:
            return execute_run(run, watcher=watcher, person=person)
    except (KeyboardInterrupt, SystemExit):
        verb, done = ("push", "sent") if run.kind == "push" else ("sync", "read")
        again = escape(acting_user.command(f"{verb} {shlex.quote(run.connection.name)}"))
        err.print(f"\nStopped. What was {done} is kept; [bold]{again}[/] goes on there.")
        raise typer.Exit(INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def stop(_signal: int, _frame: FrameType | None) -> None:
    """What SIGTERM does to a command that works on a run."""
    raise SystemExit(INTERRUPTED)
