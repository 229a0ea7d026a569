"""What the command line prints: results on stdout, everything about them on stderr."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def print_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """One JSON document on stdout."""
    out.file.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def table(columns: Iterable[str | tuple[str, str]], rows: Iterable[Sequence[object]], title: str = "") -> Table:
    """A plain table. A column is its heading, or heading and "right"."""
    made = Table(title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in columns:
        heading, justify = column if isinstance(column, tuple) else (column, "left")
        made.add_column(heading, justify="right" if justify == "right" else "left", header_style="dim")
    for row in rows:
        made.add_row(*["" if cell is None else _text(cell) for cell in row])
    return made


def _text(cell: object) -> str:
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)
