"""What is said of a file before anything of it is written: how it is read, and what of it is doubtful."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from counterfoil.connectors.file.encoding import Encoding
from counterfoil.connectors.file.header import NameOrigin
from counterfoil.connectors.file.reading import FileForm, Reading
from counterfoil.connectors.file.row_id import id_of, is_shortened, same_for_people
from counterfoil.connectors.file.rows import read_rows

MOST_ROWS = 10_000
"""Rows that are looked at: enough to tell, and no long wait."""
_SIGNS = {"\t": "tabs", ";": "semicolons", ",": "commas", "|": "bars"}


@dataclass(slots=True)
class RowCounts:
    """What the first rows of a file are like; of each kind the line of the first one."""

    rows: int = 0
    all_of_them: bool = True
    short: int = 0
    unreadable: int = 0
    without_id: int = 0
    shortened: int = 0
    repeated: int = 0
    other_capitals: int = 0
    with_point: int = 0
    first_unreadable: str = ""
    shortened_example: str = ""


@dataclass(frozen=True, slots=True)
class FileCheck:
    """How a file is read, what its first rows are like, and which columns identify a row."""

    reading: Reading
    id_columns: Sequence[str]
    counts: RowCounts

    def sentences(self) -> Iterator[str]:
        """Say how the file is read, and what may be wrong with it."""
        yield from self._form()
        yield from self._columns()
        yield from self._counts()

    def _form(self) -> Iterator[str]:
        reading = self.reading
        if reading.sheet is not None:
            others = f"; the others are: {', '.join(reading.sheet.others)}" if reading.sheet.others else ""
            yield f"Read: the sheet “{reading.sheet.name}”{others}."
        elif reading.form is FileForm.TABLE:
            sign = _SIGNS.get(reading.delimiter, f"“{reading.delimiter}”")
            one = len(reading.columns) == 1
            yield f"Read: {'one column' if one else f'columns divided by {sign}'}, {_encoding(reading.encoding)}."
        else:
            yield f"Read: {reading.form}, {_encoding(reading.encoding)}."
        if reading.header_line > 1:
            yield f"The columns' names stand on line {reading.header_line}; the lines before it are left out."

    def _columns(self) -> Iterator[str]:
        numbered = [
            column.name for column in self.reading.columns if column.origin is NameOrigin.NUMBER and column.used
        ]
        counted = [column.name for column in self.reading.columns if column.origin is NameOrigin.REPEATED]
        if numbered:
            yield f"Columns without a name are called by their place: {_some(numbered)}."
        if counted:
            yield f"Columns with the name of an earlier one are counted: {_some(counted)}."

    def _counts(self) -> Iterator[str]:
        counts = self.counts
        ids = " and ".join(f"“{column}”" for column in self.id_columns)
        if counts.unreadable:
            yield f"{_counted(counts.unreadable, 'cannot be imported')}. The first one: {counts.first_unreadable}"
        if counts.short:
            yield f"{_counted(counts.short, 'has', 'have')} fewer cells than the header."
        if counts.shortened:
            have = _counted(counts.shortened, "has", "have")
            yield (
                f"{have} an id in {ids} that a spreadsheet has shortened, as in {counts.shortened_example}: "
                "export the file again without opening it there."
            )
        if counts.without_id:
            yield f"{_counted(counts.without_id, 'has', 'have')} no id in {ids}."
        if counts.repeated:
            repeat = _counted(counts.repeated, "repeats", "repeat")
            yield f"{repeat} the id of an earlier row; only the first is imported."
        if counts.other_capitals:
            have = _counted(counts.other_capitals, "has", "have")
            yield f"{have} an e-mail address as id that an earlier row has in other capitals: that is imported."
        if counts.with_point:
            have = _counted(counts.with_point, "has", "have")
            yield f"{have} an id such as 7.0, which is kept as it is written."
        if not counts.all_of_them:
            yield f"Only the first {counts.rows:,} rows were checked."


def check_rows(reading: Reading, id_columns: Sequence[str], most: int = MOST_ROWS) -> FileCheck:
    """Look at the first rows of a file."""
    counts = RowCounts()
    seen: set[str] = set()
    written: set[str] = set()
    rows = read_rows(reading)
    for row in islice(rows, most):
        counts.rows += 1
        counts.short += bool(row.missing and not row.problem)
        if row.problem:
            counts.unreadable += 1
            counts.first_unreadable = counts.first_unreadable or row.problem
            continue
        external_id = id_of(row.values, id_columns)
        same = same_for_people(external_id)
        if not external_id:
            counts.without_id += 1
        elif len(id_columns) == 1 and is_shortened(external_id):
            counts.shortened += 1
            counts.shortened_example = counts.shortened_example or external_id
        elif same in seen:
            counts.repeated += external_id in written
            counts.other_capitals += external_id not in written
        counts.with_point += external_id.endswith(".0") and external_id[:-2].isdigit()
        seen.add(same)
        written.add(external_id)
    counts.all_of_them = next(rows, None) is None
    return FileCheck(reading, id_columns, counts)


def _encoding(encoding: Encoding) -> str:
    sample = f", as in {', '.join(f'“{word}”' for word in encoding.sample)}" if encoding.sample else ""
    stray = f", with {encoding.stray:,} bytes that are no text in it" if encoding.stray > 1 else ""
    stray = ", with one byte that is no text in it" if encoding.stray == 1 else stray
    return f"{encoding.title}{sample}{stray}"


def _some(names: Sequence[str], most: int = 10) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _counted(count: int, one: str, several: str = "") -> str:
    return f"1 row {one}" if count == 1 else f"{count:,} rows {several or one}"
