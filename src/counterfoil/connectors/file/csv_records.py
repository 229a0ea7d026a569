"""Read the records of a CSV file one by one; a line that was cut off costs itself, not the lines after it.

Where a quote is never closed, a plain reader takes the following lines for the rest of that field: they are lost,
or a piece of them becomes a value. So a record of several lines that is not well formed, while a line within it
is a whole record by itself, is taken apart: its first line was cut, and the others are read again.
"""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from counterfoil.connectors.file.lines import LONGEST_LINE, LineTooLong

csv.field_size_limit(LONGEST_LINE)


class CsvRecord(NamedTuple):
    """A record that ends on `line`, and its `text`. With a `problem`, `cells` are those before it.

    `ended` tells whether its last line has an end: that of a file which was cut off has none.
    """

    line: int
    text: str
    cells: Sequence[str] = ()
    problem: str = ""
    ended: bool = True


UNCLOSED = "a quote is not closed"


class CsvRecords:
    """Iterates over the records in lines, the header first, which is on line `first`.

    A blank line is a record without cells.
    """

    def __init__(self, lines: Iterator[str], delimiter: str, first: int = 1) -> None:
        self._source = lines
        self._delimiter = delimiter
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self._line = first - 1
        self._width = 0
        self._reader = self._start()

    def __iter__(self) -> Iterator[CsvRecord]:
        while record := self._next():
            self._width = self._width or len(record.cells)
            yield record

    def _next(self) -> CsvRecord | None:
        self._taken = []
        try:
            cells = next(self._reader)
        except StopIteration:
            return None
        except LineTooLong as error:
            self._reader = self._start()
            self._taken.append(error.start)
            return self._record((), str(error))
        except csv.Error as error:
            self._reader = self._start()
            return self._malformed(error)
        if len(self._taken) > 1 and len(cells) != self._width and self._swallows_a_record():
            self._reader = self._start()
            return self._first_line_cut()
        return self._record(cells)

    def _start(self) -> Iterator[list[str]]:
        return csv.reader(self._lines(), delimiter=self._delimiter, strict=True)

    def _lines(self) -> Iterator[str]:
        """Yield lines one by one, those to be read again first, and note what was taken."""
        while line := self._again.popleft() if self._again else next(self._source, ""):
            self._taken.append(line)
            yield line
        self._taken.append("")  # the end of the file

    def _malformed(self, error: csv.Error) -> CsvRecord:
        at_end = self._taken[-1] == ""
        if at_end or (len(self._taken) > 1 and self._swallows_a_record()):
            return self._first_line_cut()
        try:  # as a program writes it that does not double the quotes within a field
            cells = next(csv.reader(self._taken, delimiter=self._delimiter))
        except csv.Error:
            return self._record((), str(error))
        return self._record(cells)

    def _swallows_a_record(self) -> bool:
        return self._width > 1 and any(self._is_whole(line) for line in self._taken[1:])

    def _is_whole(self, line: str) -> bool:
        """Tell whether a line looks like a record; its own quotes may be wrong too."""
        if line.count(self._delimiter) == self._width - 1:
            return True
        try:
            return len(next(csv.reader([line], delimiter=self._delimiter, strict=True), ())) == self._width
        except csv.Error:
            return False

    def _first_line_cut(self) -> CsvRecord:
        first, *others = filter(None, self._taken)
        self._again.extendleft(reversed(others))
        self._taken = [first]
        before = next(csv.reader([first], delimiter=self._delimiter), [])[:-1]
        return self._record(before, UNCLOSED)

    def _record(self, cells: Sequence[str], problem: str = "") -> CsvRecord:
        self._line += len(self._taken)
        text = "".join(self._taken)
        return CsvRecord(self._line, text, cells, problem, text.endswith(("\n", "\r")))
