"""What the command line prints: results on stdout, everything about them on stderr."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

type Column = str | tuple[str, str]

PIPE_WIDTH = 240
"""Columns where nobody looks: what is piped or logged is not cut to a screen."""

_WIDTH = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
out = Console(highlight=False, width=_WIDTH)
err = Console(stderr=True, highlight=False)


def print_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """One JSON document on stdout."""
    out.file.write(json.dumps(value, ensure_ascii=False, indent=2, default=_plain) + "\n")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def table(columns: Sequence[Column], rows: Iterable[Sequence[object]], title: str = "") -> Table:
    """A plain table. A column is its heading, or heading and "right" (for numbers) or "keep" (never cut).

    What does not fit is cut, never wrapped.
    """
    made = Table(title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False)
    cells = [["" if cell is None else _text(cell) for cell in row] for row in rows]
    for at, column in enumerate(columns):
        heading, how = column if isinstance(column, tuple) else (column, "")
        widest = max([len(heading), *(cell_len(row[at]) for row in cells)]) if how else None
        made.add_column(
            heading,
            justify="right" if how == "right" else "left",
            header_style="dim",
            min_width=widest,
            no_wrap=True,
            overflow="ellipsis",
        )
    for row in cells:
        made.add_row(*row)
    return made


def brief(value: object, most: int) -> str:
    """A value on one line, cut where it is long."""
    text = " ".join(str(value or "").split())
    return text if len(text) <= most else text[: most - 1] + "…"


def _text(cell: object) -> str:
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)
