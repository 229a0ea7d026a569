"""Prints for the command line: results on stdout, everything about them on stderr.

All that is printed goes through here, and no character of it that a terminal would obey or that nobody sees.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from datetime import UTC, date, datetime
from typing import Any

import typer
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderableType, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from counterfoil.cli import streams
from counterfoil.normalize.hidden_characters import HIDDEN, json_escaped, visible, visible_line

streams.open_closed()
streams.accept_all_characters()

type Column = str | tuple[str, str]

PIPE_WIDTH = 240
"""Terminal columns assumed for a pipe or a log, so that nothing is cut to the width of a screen."""
NARROWEST = 6
"""Characters of a column below which it says nothing."""


class SafeConsole(Console):
    """Shows the codes of characters that a terminal would obey; see `hidden_characters`."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as rich does. Of texts, rich itself would leave out some controls without a trace.

        That stderr is closed or full fails no command.
        """
        with suppress(OSError) if self.stderr else nullcontext():
            super().print(*(visible(each) if isinstance(each, str) else each for each in objects), **options)

    def on_broken_pipe(self) -> None:
        """Leave it to the command line what a reader that has gone means."""
        raise  # noqa: PLE0704  the error that rich calls this for

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as rich does; here passes everything, also the cells of tables and bars of progress."""
        for segment in super().render(renderable, options):
            if segment.control is None and HIDDEN.search(segment.text):
                yield Segment(visible(segment.text), segment.style)
            else:
                yield segment


_WIDTH = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
out = SafeConsole(highlight=False, width=_WIDTH)
err = SafeConsole(stderr=True, highlight=False)


def print_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """Print a value as JSON, hidden characters escaped."""
    print_body(json.dumps(value, ensure_ascii=not streams.is_unicode(out.file), indent=2, default=_plain))


def print_body(text: str) -> None:
    """Print a text that is to be JSON as it is, hidden characters escaped as JSON does it."""
    out.file.write(json_escaped(text) + "\n")


def confirm(question: str) -> bool:
    """Ask a question that may name a record."""
    return typer.confirm(visible_line(question))


def _plain(value: object) -> str:
    """Write times in UTC, as in 2026-11-20T13:05:33Z, whatever the database or the reader uses."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else str(value)


def local_time(value: datetime, *, seconds: bool = False) -> str:
    """Format a time in this install's time zone, with the zone's name, as in "2026-11-20 14:05 CET"."""
    from django.utils import timezone

    local = timezone.localtime(value)
    return f"{local:%Y-%m-%d %H:%M:%S %Z}" if seconds else f"{local:%Y-%m-%d %H:%M %Z}"


class FittedTable:
    """A plain table; where the terminal is too narrow for it, each row on lines of its own."""

    def __init__(self, plain: Table, narrow: Sequence[Table], needed: int) -> None:
        self._plain = plain
        self._narrow = narrow
        self._needed = needed

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Choose by the width that there is."""
        yield from self._chosen(options.max_width)

    def _chosen(self, width: int) -> Iterator[ConsoleRenderable]:
        if width >= self._needed or not self._narrow:
            yield self._plain
            return
        if self._plain.title:
            yield Text(str(self._plain.title), style="bold")
        for at, row in enumerate(self._narrow):
            if at:
                yield Text()
            yield row


def table(columns: Sequence[Column], rows: Iterable[Sequence[object]], title: str = "") -> FittedTable:
    """Build a plain table. A column is its heading, or a heading with "right" (for numbers) or "keep" (never cut).

    Cells that do not fit are cut, never wrapped.
    """
    result = Table(title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False)
    cells = [["" if cell is None else visible_line(_text(cell)) for cell in row] for row in rows]
    needed = 0
    for at, column in enumerate(columns):
        heading, style = column if isinstance(column, tuple) else (column, "")
        widest = max([len(heading), *(_width(row[at]) for row in cells)])
        needed += 1 + (widest if style else min(widest, NARROWEST))
        result.add_column(
            heading,
            justify="right" if style == "right" else "left",
            header_style="dim",
            min_width=widest if style else None,
            no_wrap=True,
            overflow="ellipsis",
        )
    for row in cells:
        result.add_row(*row)
    headings = [column if isinstance(column, str) else column[0] for column in columns]
    return FittedTable(result, [_one_below_the_other(headings, row) for row in cells], needed - 1)


def _one_below_the_other(headings: Sequence[str], row: Sequence[str]) -> Table:
    lines = Table(box=None, pad_edge=False, show_header=False)
    lines.add_column(style="dim", no_wrap=True)
    lines.add_column(overflow="fold")
    for heading, cell in zip(headings, row, strict=True):
        if cell:
            lines.add_row(heading, cell)
    return lines


def _width(cell: str) -> int:
    return cell_len(Text.from_markup(cell).plain)


def brief(value: object, limit: int) -> str:
    """Return a value on one line, cut to so many characters."""
    text = " ".join(str(value or "").split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _text(cell: object) -> str:
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)
