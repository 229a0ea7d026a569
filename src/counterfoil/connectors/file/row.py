"""A row of a file."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FileRow:
    """The row that ends on `line`: its values, or a `problem` (made of templates) and the text in the file.

    `missing` counts the columns that it has no cell for, at its end.
    """

    line: int
    values: dict[str, Any]
    problem: str = ""
    text: str = ""
    missing: int = 0
