"""Find out the delimiter of a table by how evenly it divides the first lines."""

import csv
import re
from collections.abc import Sequence
from typing import NamedTuple

from counterfoil.connectors.file.header import FirstRecord, find_header
from counterfoil.connectors.file.layout import Layout

DELIMITERS = ",;\t|"
_SEP_LINE = re.compile(r"[\ufeff]?\"?sep=(.)\"?\s*", re.IGNORECASE)
"""What Excel writes before the header to tell itself the delimiter."""


class Division(NamedTuple):
    """The first lines of a file, divided by a delimiter. `header` is the index of its record, None without one."""

    delimiter: str
    records: Sequence[FirstRecord]
    header: int | None

    @property
    def evenness(self) -> float:
        """Return the share of the records below the header that have as many cells."""
        if self.header is None:
            return 0.0
        width = len(self.records[self.header].cells)
        below = [record for record in self.records[self.header + 1 :] if any(record.cells)]
        return sum(len(record.cells) == width for record in below) / len(below) if below else 1.0

    def rank(self, names: Sequence[str]) -> tuple[bool, bool, float, int, int]:
        """Return what the best delimiter has most of: `names`, several columns, even records, few lines before."""
        if self.header is None:
            return False, False, 0.0, 0, 0
        cells = self.records[self.header].cells
        named = {cell.strip() for cell in cells}
        return any(name in named for name in names), len(cells) > 1, self.evenness, -self.header, len(cells)


def divide(lines: Sequence[str], layout: Layout) -> Division:
    """Divide the first lines of a file by the delimiter that is chosen, or that it names, or that fits best."""
    named = _SEP_LINE.fullmatch(lines[0]) if lines else None
    first = 1 if named else 0
    chosen = layout.separator or (named[1] if named else "")
    found = [
        _divide(lines, first, delimiter, layout) for delimiter in (chosen or DELIMITERS)
    ]  # the first of equal ones
    return max(found, key=lambda division: division.rank(layout.names))


def _divide(lines: Sequence[str], first: int, delimiter: str, layout: Layout) -> Division:
    records: list[FirstRecord] = []
    reader = csv.reader(lines[first:], delimiter=delimiter)
    line = first + 1
    try:
        for cells in reader:
            records.append(FirstRecord(line, cells))
            line = first + reader.line_num + 1
    except csv.Error:  # the records before it tell enough
        pass
    return Division(delimiter, records, find_header(records, layout.names, layout.header_line))
