"""Shows a run at work: rows, pages, rows per second, API calls left today, time left."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from counterfoil.cli.output import err

if TYPE_CHECKING:
    from counterfoil.runs.context import Progress as State
    from counterfoil.runs.context import Watcher


WIDE = 110
"""Terminal columns from which there is room for a long bar."""
_STAGES = {
    "listing": "Listing",
    "confirming": "Confirming",
    "approved": "Approved",
    "mapping": "Mapping",
    "importing": "Importing",
    "pushing": "Pushing",
}


class _Speed(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f} rows/s" if speed else "", style="dim")


@contextmanager
def show_progress(*, quiet: bool) -> "Iterator[Watcher]":
    """Show a live progress line on stderr, unless `quiet`. Yields what the run is to call with its progress."""
    if quiet:
        yield lambda _: None
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24 if err.width >= WIDE else 5),
        TextColumn("{task.fields[rows]}"),
        TextColumn("[dim]{task.fields[pages]}[/]"),
        _Speed(),
        TextColumn("[dim]{task.fields[calls]}[/]"),
        TimeRemainingColumn(),
        console=err,
        transient=True,
    )
    task = bar.add_task("Starting", total=None, rows="", pages="", calls="")

    def watch(state: "State") -> None:
        if state.stage == "waiting":
            return
        rows = f"{state.rows:,}" + (f"/{state.expected:,} rows" if state.expected is not None else " rows")
        pages = f"{state.pages_done:,}/{state.pages:,} pages" if state.pages else ""
        calls = f"{state.calls_left:,} calls left" if state.calls_left is not None else ""
        bar.update(
            task,
            description=_STAGES.get(state.stage, state.stage),
            total=state.expected,
            completed=state.rows,
            rows=rows,
            pages=pages,
            calls=calls,
        )

    with bar:
        yield watch
