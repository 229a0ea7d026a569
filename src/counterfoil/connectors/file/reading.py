"""How a file is read: its form, encoding, delimiter, header and columns, found before the first row is."""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn, TextIO

import orjson

from counterfoil.connectors.file import messages
from counterfoil.connectors.file.csv_records import CsvRecords
from counterfoil.connectors.file.delimiter import divide
from counterfoil.connectors.file.encoding import KEEP_BYTES, Encoding, find_encoding, require_clear, show_bytes
from counterfoil.connectors.file.header import FileColumn, FirstRecord, find_header, name_columns
from counterfoil.connectors.file.json_document import MOST_VALUES, JsonDocument
from counterfoil.connectors.file.layout import Layout
from counterfoil.connectors.file.lines import Lines, LineTooLong
from counterfoil.connectors.file.unpacked import open_data
from counterfoil.connectors.file.workbook import Sheet, is_workbook, open_sheet
from counterfoil.connectors.json_outline import has_more_values
from counterfoil.errors import InvalidInput

MOST_COLUMNS = 10_000
OBJECTS = 1_000
"""Objects of a JSON file whose keys are taken for its columns."""
_FIRST_LINES = 200
_FIRST_CHARACTERS = 1 << 20
_JSON_NAMES = {".jsonl", ".ndjson", ".json"}
_JSON_START = re.compile(r'\ufeff?\s*(\{\s*"|\[\s*\{)')
_OTHERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"SQLite format 3", b"{\\rtf")
"""How files begin that are documents, pictures, archives or databases."""
_MARKUP = re.compile(r"\s*<(!doctype|html|\?xml|table|head|body|meta)\b", re.IGNORECASE)


class FileForm(StrEnum):
    """What kind of file it is."""

    TABLE = "CSV"
    JSON_LINES = "JSON lines"
    JSON_DOCUMENT = "JSON"
    WORKBOOK = "workbook"


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a file. `header_line` is 0 where there is no header, `first` the index of its first column."""

    path: Path
    layout: Layout
    form: FileForm
    encoding: Encoding
    columns: tuple[FileColumn, ...]
    delimiter: str = ""
    header_line: int = 0
    sheet: Sheet | None = field(default=None, compare=False)

    @property
    def names(self) -> list[str]:
        """Return the names of the columns."""
        return [column.name for column in self.columns]

    @property
    def used_names(self) -> list[str]:
        """Return the names of the columns, without those that have neither name nor value."""
        return [column.name for column in self.columns if column.used]

    def open(self) -> TextIO:
        """Open the file as text. Bytes that are none in its encoding become half surrogates."""
        return open_text(self.path, self.encoding)


def open_text(path: Path, encoding: Encoding) -> TextIO:
    """Open a file as text, with its line ends as they are."""
    return io.TextIOWrapper(open_data(path), encoding.name, KEEP_BYTES, newline="")


def find_reading(path: Path, layout: Layout) -> Reading:
    """Find out how to read a file, as far as `layout` does not say it. Raises NotFound, InvalidInput."""
    if is_workbook(path):
        return _workbook(path, layout)
    _require_data(path)
    encoding = require_clear(path, find_encoding(path, layout.encoding))
    with open_text(path, encoding) as file:
        lines, more = _first_lines(file)
    form = _form(path, lines, more=more)
    if form is FileForm.TABLE:
        return _table(path, layout, encoding, lines)
    with open_text(path, encoding) as file:
        objects: Iterable[Any]
        if form is FileForm.JSON_LINES:
            objects = _objects(Lines(file, path))
        else:
            objects = (found.values for found in JsonDocument(file, path.name, layout.names))
        names = dict.fromkeys(name for values in islice(filter(None, objects), OBJECTS) for name in paths(values))
    return Reading(path, layout, form, encoding, tuple(map(FileColumn, names)))


def _require_data(path: Path) -> None:
    with open_data(path) as file:
        if file.peek(8).startswith(_OTHERS):
            raise InvalidInput(messages.NO_DATA(file=path.name), messages.GIVE_CSV())


def paths(values: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the columns of a JSON object, those within objects as dotted paths."""
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from paths(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def _objects(lines: Lines) -> Iterator[dict[str, Any] | None]:
    while True:
        try:
            yield _object(next(lines))
        except LineTooLong:
            continue
        except StopIteration:
            return


def _object(line: str) -> dict[str, Any] | None:
    if has_more_values(line.encode(errors="replace"), MOST_VALUES):
        return None
    try:
        values = orjson.loads(line)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return None
    return values if isinstance(values, dict) else None


def _first_lines(file: TextIO) -> tuple[list[str], bool]:
    """Read the first lines, as many as tell how the others are to be read, and whether there are more."""
    text = file.read(_FIRST_CHARACTERS)
    lines = list(islice(io.StringIO(text, newline=""), _FIRST_LINES))
    if len(text) < _FIRST_CHARACTERS or len(lines) == _FIRST_LINES:
        return lines, len(lines) == _FIRST_LINES
    return lines[:-1] if len(lines) > 1 else lines, True


def _form(path: Path, lines: Sequence[str], *, more: bool) -> FileForm:
    """Decide by the name and the first characters."""
    first = next((line for line in lines if line.strip()), "")
    suffix = Path(path.name.lower().removesuffix(".gz")).suffix
    if suffix not in _JSON_NAMES and not _JSON_START.match("".join(lines[:3])):
        return FileForm.TABLE
    start = first.strip().lstrip("\ufeff")
    if start.startswith("["):
        return FileForm.JSON_DOCUMENT
    whole = _object(start) is not None
    if whole and (more or sum(bool(line.strip()) for line in lines) > 1):
        return FileForm.JSON_LINES
    broken = not whole and suffix != ".json" and not re.fullmatch(r'\{(\s*"[^"]*"\s*:?\s*[\[{]?)?', start)
    return FileForm.JSON_LINES if broken or not start.startswith("{") else FileForm.JSON_DOCUMENT


def _table(path: Path, layout: Layout, encoding: Encoding, lines: Sequence[str]) -> Reading:
    if _MARKUP.match("".join(lines[:3])):
        raise InvalidInput(messages.IS_MARKUP(file=path.name), messages.GIVE_CSV())
    if len(lines) == 1 and len(lines[0]) >= _FIRST_CHARACTERS:
        with open_text(path, encoding) as file:
            lines = [next(Lines(file, path))]
    division = divide([show_bytes(line) for line in lines], layout)
    if any(len(record.cells) > MOST_COLUMNS for record in division.records[: (division.header or 0) + 1]):
        raise InvalidInput(messages.TOO_MANY_COLUMNS(file=path.name, most=MOST_COLUMNS), messages.GIVE_CSV())
    if division.header is None:
        _refuse_without_header(path, layout)
    header = division.records[division.header]
    _require_closed(lines[header.line - 1 :], division.delimiter, header.line)
    columns = _named(header.cells, division.records[division.header + 1 :])
    return Reading(path, layout, FileForm.TABLE, encoding, columns, division.delimiter, header.line)


def _require_closed(lines: Sequence[str], delimiter: str, line: int) -> None:
    """Raise InvalidInput for a header with a quote that is never closed: all rows would be part of it."""
    record = next(iter(CsvRecords(iter(lines), delimiter, line)), None)
    if record is not None and record.problem:
        raise InvalidInput(messages.UNREADABLE_LINE(line=line, problem=record.problem), messages.GIVE_CSV())


def _workbook(path: Path, layout: Layout) -> Reading:
    sheet = open_sheet(path, layout.sheet)
    records = [
        FirstRecord(number, [str(cell) for cell in cells]) for number, cells in islice(sheet.rows(), _FIRST_LINES)
    ]
    header = find_header(records, layout.names, layout.header_line)
    if header is None:
        _refuse_without_header(path, layout)
    columns = _named(records[header or 0].cells, records[(header or 0) + 1 :])
    line = records[header or 0].line
    return Reading(path, layout, FileForm.WORKBOOK, Encoding(""), columns, "", line, sheet)


def _refuse_without_header(path: Path, layout: Layout) -> NoReturn:
    if layout.header_line:
        raise InvalidInput(
            messages.NO_HEADER_THERE(file=path.name, line=layout.header_line), messages.GIVE_HEADER_LINE()
        )
    raise InvalidInput(messages.EMPTY_FILE(file=path.name), messages.GIVE_HEADER())


def _named(header: Sequence[str], below: Sequence[FirstRecord]) -> tuple[FileColumn, ...]:
    """Name the columns, and find out which of those without a name have values."""
    used = {index for cells in (header, *(each.cells for each in below)) for index in _filled(cells)}
    return tuple(column._replace(used=index in used) for index, column in enumerate(name_columns(header)))


def _filled(cells: Sequence[str]) -> Iterator[int]:
    return (index for index, cell in enumerate(cells) if cell.strip())
