"""Prints for the command line: results on stdout, everything about them on stderr."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

type Column = str | tuple[str, str]

PIPE_WIDTH = 240
"""Terminal columns assumed for a pipe or a log, so that nothing is cut to the width of a screen."""

_WIDTH = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
out = Console(highlight=False, width=_WIDTH)
err = Console(stderr=True, highlight=False)


def print_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    out.file.write(json.dumps(value, ensure_ascii=False, indent=2, default=_plain) + "\n")


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


def table(columns: Sequence[Column], rows: Iterable[Sequence[object]], title: str = "") -> Table:
    """Build a plain table. A column is its heading, or a heading with "right" (for numbers) or "keep" (never cut).

    Cells that do not fit are cut, never wrapped.
    """
    result = Table(title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False)
    cells = [["" if cell is None else _text(cell) for cell in row] for row in rows]
    for at, column in enumerate(columns):
        heading, style = column if isinstance(column, tuple) else (column, "")
        widest = max([len(heading), *(cell_len(row[at]) for row in cells)]) if style else None
        result.add_column(
            heading,
            justify="right" if style == "right" else "left",
            header_style="dim",
            min_width=widest,
            no_wrap=True,
            overflow="ellipsis",
        )
    for row in cells:
        result.add_row(*row)
    return result


def brief(value: object, limit: int) -> str:
    """Return a value on one line, cut to so many characters."""
    text = " ".join(str(value or "").split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _text(cell: object) -> str:
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)
