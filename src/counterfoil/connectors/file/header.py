"""Find the header of a table below its blank and title lines, and give each of its columns a name of its own."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

MOST_LINES_BEFORE = 30
"""Records in which the header is looked for."""
_NO_NAME = re.compile(r"[\d\s.,:/%€+-]+", re.ASCII)
"""A number or a date, which is rarely the name of a column."""
_NOTHING = " \t\r\n\xa0,;|"
"""What is left of a row of empty cells, whatever delimiter is tried."""
_NUMBERED = re.compile(r"column \d+( \(\d+\))?")


class NameOrigin(StrEnum):
    """Where the name of a column comes from."""

    FILE = "file"
    NUMBER = "number"
    """The header has no name there: it is numbered, as in `column 3`."""
    REPEATED = "repeated"
    """The header has the name before: it is counted, as in `Phone (2)`."""


class FileColumn(NamedTuple):
    """A column, and where its name comes from. `used`: it has a name, or a value in one of the first rows."""

    name: str
    origin: NameOrigin = NameOrigin.FILE
    used: bool = True


class FirstRecord(NamedTuple):
    """A record among the first ones of a file, and the line on which it starts."""

    line: int
    cells: Sequence[str]


def name_columns(cells: Sequence[str]) -> list[FileColumn]:
    """Name the columns of a header. Names that are there once are kept, whatever the others become."""
    written = [cell.strip() for cell in cells]
    taken = {name for name in written if name}
    used: set[str] = set()
    columns: list[FileColumn] = []
    for number, name in enumerate(written, start=1):
        origin = NameOrigin.NUMBER if not name else NameOrigin.REPEATED if name in used else NameOrigin.FILE
        wanted = name or f"column {number}"
        if origin is not NameOrigin.FILE and (origin is NameOrigin.REPEATED or wanted in taken):
            wanted = _count_up(wanted, taken | used)
        used.add(wanted)
        columns.append(FileColumn(wanted, origin))
    return columns


def _count_up(name: str, used: Collection[str]) -> str:
    count = 2
    while f"{name} ({count})" in used:
        count += 1
    return f"{name} ({count})"


def find_header(records: Sequence[FirstRecord], names: Collection[str] = (), line: int = 0) -> int | None:
    """Return the index of the header among the first records of a file; None where there is none.

    `names` are columns that it has, `line` the one that a person has chosen. A record with one cell, or with fewer
    than half of those that the others have, is a title.
    """
    filled = [sum(bool(cell.strip(_NOTHING)) for cell in record.cells) for record in records]
    written = [index for index, count in enumerate(filled) if count]
    if line:
        return next((index for index in written if records[index].line == line), None)
    telling = {name for name in names if not _NUMBERED.fullmatch(name)}
    found = {
        index: len(telling & {column.name for column in name_columns(records[index].cells)})
        for index in (written[:MOST_LINES_BEFORE] if telling else ())
    }
    if any(found.values()):
        return max(found, key=found.__getitem__)
    most = max((filled[index] for index in written), default=0)
    width = _usual_width(records)
    for index in written[:MOST_LINES_BEFORE]:
        if not _is_title(records[index], filled[index], most, width) and not (
            len(records[index].cells) < width and any(map(_has_names_only, _wider(records[index:], width)))
        ):
            return index
    return written[0] if written else None


def _usual_width(records: Sequence[FirstRecord]) -> int:
    widths = Counter(len(record.cells) for record in records if len(record.cells) > 1)
    return widths.most_common(1)[0][0] if widths else 1


def _wider(records: Sequence[FirstRecord], width: int) -> Iterator[FirstRecord]:
    return (record for record in records[1:MOST_LINES_BEFORE] if len(record.cells) == width)


def _has_names_only(record: FirstRecord) -> bool:
    """Tell whether a record looks like a header: each cell is filled, none is a number, none is there twice."""
    cells = [cell.strip() for cell in record.cells]
    return all(cells) and not any(map(_NO_NAME.fullmatch, cells)) and len(set(cells)) == len(cells)


def _is_title(record: FirstRecord, filled: int, most: int, width: int) -> bool:
    if filled >= most:
        return False
    numbers = sum(bool(_NO_NAME.fullmatch(cell.strip())) for cell in record.cells if cell.strip())
    return filled == 1 or filled * 2 < width or numbers * 2 >= filled
