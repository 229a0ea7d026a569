"""Carries out a run in this process, with its progress on the terminal."""

import shlex
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import err
from counterfoil.cli.progress import show_progress

if TYPE_CHECKING:
    from counterfoil.mirror.models import Run
    from counterfoil.runs.execute import Execution


INTERRUPTED = 130


def run_here(run: "Run", *, quiet: bool = False, person: bool = False) -> "Execution":
    """Carry out a run and show its progress. Ctrl-C and SIGTERM leave it to be resumed."""
    from counterfoil.worker.handlers import execute_run

    before = signal.signal(signal.SIGTERM, stop)
    try:
        with show_progress(quiet=quiet or not sys.stderr.isatty()) as watcher:
            return execute_run(run, watcher=watcher, person=person)
    except (KeyboardInterrupt, SystemExit):
        verb, done = ("push", "sent") if run.kind == "push" else ("sync", "read")
        again = escape(acting_user.command(f"{verb} {shlex.quote(run.connection.name)}"))
        err.print(f"\nStopped. What was {done} so far is kept. Resume with [bold]{again}[/].")
        raise typer.Exit(INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def stop(_signal: int, _frame: FrameType | None) -> None:
    """Leave the run on SIGTERM, as Ctrl-C does."""
    raise SystemExit(INTERRUPTED)
