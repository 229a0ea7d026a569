"""A CSV report that grows with the batches of a run, and can be cut back to where a batch began."""

import csv
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from counterfoil.errors import InvalidInput
from counterfoil.mirror.csv_export import harmless


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A report at `path`, with `heading` as its first line. Positions in the file are in bytes."""

    path: Path
    heading: Sequence[str]

    def create(self) -> int:
        """Write an empty report over any existing file.

        Returns the position of its first line. Raises InvalidInput where it cannot be written.
        """
        try:
            self.path.write_bytes(b"")
        except OSError as error:
            raise InvalidInput(
                f"The report {self.path} cannot be written ({error.strerror}).", "Choose another path."
            ) from None
        return self.write(0, [self.heading])

    def reaches(self, position: int) -> bool:
        """Tell whether everything that was written up to a position is still there."""
        return self.path.is_file() and self.path.stat().st_size >= position

    def write(self, position: int, lines: Iterable[Sequence[object]]) -> int:
        """Write lines at `position` in place of what follows it.

        Returns the position after them. The lines are on the disk by then.
        """
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows([_cell(cell) for cell in line] for line in lines)
        with self.path.open("r+b") as file:
            file.truncate(position)
            file.seek(position)
            if text.getvalue():
                file.write(text.getvalue().encode())
                file.flush()
                os.fsync(file.fileno())
            return file.tell()


def _cell(value: object) -> object:
    return harmless(value) if isinstance(value, str) else value
