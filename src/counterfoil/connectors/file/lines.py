"""The lines of a text file, none of them without end."""

import csv
from pathlib import Path
from typing import Self, TextIO

from counterfoil.connectors.file import messages
from counterfoil.errors import InvalidInput

LONGEST_LINE = 16 * 2**20
"""Characters of a line, or of a cell that goes over several."""
SHOWN = 1000
"""Characters that are kept of a line which is too long."""


class LineTooLong(csv.Error):
    """A line has more than LONGEST_LINE characters. `start` is how it begins; the next one can be read."""

    def __init__(self, start: str) -> None:
        super().__init__(f"it is longer than {LONGEST_LINE >> 20} MB")
        self.start = start


class Lines:
    """Iterates over the lines of a file, with their ends. `number` is that of the last one, from 1."""

    def __init__(self, file: TextIO, path: Path) -> None:
        self.number = 0
        self._file = file
        self._path = path

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        """Return the next line. Raises LineTooLong, and InvalidInput where the first one is: that is no table."""
        line = self._file.readline(LONGEST_LINE + 1)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) <= LONGEST_LINE:
            return line
        if self.number == 1:
            raise InvalidInput(
                messages.NO_LINES(file=self._path.name, megabytes=LONGEST_LINE >> 20), messages.GIVE_CSV()
            )
        start = line[:SHOWN]
        while line and not line.endswith(("\n", "\r")):
            line = self._file.readline(LONGEST_LINE)
        raise LineTooLong(start)
