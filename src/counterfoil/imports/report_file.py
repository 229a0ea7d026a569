"""A CSV that grows with the batches of a run, and can be taken back to where a batch began."""

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
    """`heading` is its first line. Places in the file are in bytes."""

    path: Path
    heading: Sequence[str]

    def begin(self) -> int:
        """An empty report, whatever stood there. Returns where its first line goes. Raises InvalidInput."""
        try:
            self.path.write_bytes(b"")
        except OSError as error:
            raise InvalidInput(
                f"The report {self.path} cannot be written ({error.strerror}).", "Name another place for it."
            ) from None
        return self.write(0, [self.heading])

    def holds(self, place: int) -> bool:
        """Whether all that was written up to there is still in it."""
        return self.path.is_file() and self.path.stat().st_size >= place

    def write(self, place: int, lines: Iterable[Sequence[object]]) -> int:
        """Write lines from `place` on; what stood behind it goes. They are on the disk before this returns where
        the next line goes."""
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows([_cell(cell) for cell in line] for line in lines)
        with self.path.open("r+b") as file:
            file.truncate(place)
            file.seek(place)
            if text.getvalue():
                file.write(text.getvalue().encode())
                file.flush()
                os.fsync(file.fileno())
            return file.tell()


def _cell(value: object) -> object:
    return harmless(value) if isinstance(value, str) else value
