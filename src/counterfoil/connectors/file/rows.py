"""Read the rows of a CSV or JSON-lines file. Encoding and delimiter are detected."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import orjson

from counterfoil.connectors.file import messages
from counterfoil.connectors.file.csv_records import CsvRecord, CsvRecords
from counterfoil.connectors.file.lines import LONGEST_LINE, SHOWN, Lines, LineTooLong
from counterfoil.connectors.file.plain_file import as_text, open_plain
from counterfoil.connectors.json_outline import has_more_values
from counterfoil.connectors.partial_decoder import decode_readable
from counterfoil.errors import InvalidInput

MOST_COLUMNS = 10_000
MOST_VALUES = 1_000_000
"""Values of a JSON line: `[],[],[]` takes thirty times its size when it is decoded."""
_BLOCK = 1 << 20
_DELIMITERS = ",;\t|"
csv.field_size_limit(LONGEST_LINE)


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


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read a file. Empty values are detected; `errors` is the error handler for bytes that are no text."""

    encoding: str = ""
    delimiter: str = ""
    errors: str = "strict"


def is_json_lines(path: Path) -> bool:
    """Decide by the suffix: .jsonl, .ndjson or .json."""
    return path.suffix.lower() in {".jsonl", ".ndjson", ".json"}


def open_text(path: Path, layout: Layout) -> TextIO:
    """Open a file as text. Raises NotFound or InvalidInput."""
    encoding = layout.encoding or encoding_of(path)
    file = open_plain(path)
    try:
        return as_text(file, encoding, layout.errors)
    except (LookupError, ValueError):  # a NUL in the name of the encoding
        file.close()
        raise InvalidInput(
            messages.UNKNOWN_ENCODING(encoding=layout.encoding), messages.USUAL_ENCODINGS()
        ) from None


def encoding_of(path: Path) -> str:
    """Detect UTF-16 by its byte order mark, UTF-8 by reading the whole file; else assume Windows' cp1252."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with open_plain(path) as file:
        start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        file.seek(0)
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def delimiter_of(header: str) -> str:
    """Return the most frequent of , ; tab | in the header line. Belgian Excel writes semicolons."""
    return max(_DELIMITERS, key=header.count)


OBJECTS = 1_000
"""Objects of a JSON-lines file whose keys are taken for its columns."""


def columns(path: Path, layout: Layout) -> list[str]:
    """Read the columns: the CSV header, or the keys of the first objects, each of which may lack some."""
    with open_text(path, layout) as file:
        if not is_json_lines(path):
            return _header(Lines(file, path), layout, path)[0]
        first = islice(_json_rows(Lines(file, path)), OBJECTS)
        return list(dict.fromkeys(key for row in first for key in row.values))


def rows(path: Path, layout: Layout) -> Iterator[FileRow]:
    """Read all rows in order. The file stays open while the iterator lives."""
    with open_text(path, layout) as file:
        if is_json_lines(path):
            yield from _json_rows(Lines(file, path))
        else:
            yield from _csv_rows(Lines(file, path), layout, path)


def _header(lines: Lines, layout: Layout, path: Path) -> tuple[list[str], str]:
    first = next(lines, "")
    if not first.strip():
        raise InvalidInput(messages.EMPTY_FILE(file=path.name), messages.GIVE_HEADER())
    delimiter = layout.delimiter or delimiter_of(first)
    lines.rewind()
    try:
        header = [name.strip() for name in next(csv.reader(lines, delimiter=delimiter))]
    except csv.Error as error:
        problem = messages.UNREADABLE_LINE(line=lines.number, problem=str(error))
        raise InvalidInput(problem, messages.GIVE_CSV()) from None
    if len(header) > MOST_COLUMNS:
        raise InvalidInput(messages.TOO_MANY_COLUMNS(file=path.name, most=MOST_COLUMNS), messages.GIVE_CSV())
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    if repeated:
        raise InvalidInput(
            messages.REPEATED_COLUMNS(file=path.name, columns=", ".join(repeated)), messages.RENAME_COLUMNS()
        )
    return header, delimiter


def _csv_rows(lines: Lines, layout: Layout, path: Path) -> Iterator[FileRow]:
    header, delimiter = _header(lines, layout, path)
    lines.rewind()
    records = iter(CsvRecords(lines, delimiter))
    next(records)
    for record in records:
        if record.problem:
            problem = messages.UNREADABLE_LINE(line=record.line, problem=record.problem)
            yield FileRow(record.line, dict(zip(header, record.cells, strict=False)), problem, record.text)
        elif any(record.cells):
            yield _row(record, header)


def _row(record: CsvRecord, header: Sequence[str]) -> FileRow:
    """Put the cells under their columns. A last line that was cut off has fewer, and no end."""
    cells = record.cells
    values = dict(zip(header, cells, strict=False))
    missing = [name for name in header[len(cells) :] if name]
    values.update(dict.fromkeys(header[len(cells) :], ""))
    problem = ""
    if any(cells[len(header) :]):
        problem = messages.TOO_MANY_CELLS(line=record.line, cells=len(cells), columns=len(header))
    elif missing and not record.ended:
        problem = messages.CUT_OFF(line=record.line, cells=len(cells), columns=len(header))
        values = dict(zip(header, cells[:-1], strict=False))
    text = record.text if problem or missing else ""
    return FileRow(record.line, values, problem, text, len(missing))


def _json_rows(lines: Lines) -> Iterator[FileRow]:
    while True:
        try:
            line = next(lines)
        except StopIteration:
            return
        except LineTooLong as error:
            problem = messages.UNREADABLE_LINE(line=lines.number, problem=str(error))
            yield FileRow(lines.number, {}, problem, error.start)
            continue
        if line.strip():
            yield _json_row(lines.number, line)


def _json_row(number: int, line: str) -> FileRow:
    encoded = line.encode(errors="replace")
    if has_more_values(encoded, MOST_VALUES):
        problem = messages.LINE_OF_TOO_MANY_VALUES(line=number, most=MOST_VALUES)
        return FileRow(number, {}, problem, line[:SHOWN])
    try:
        values = orjson.loads(line)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        values = decode_readable(encoded) or {}  # the id may be among them
        return FileRow(number, values, messages.LINE_NOT_JSON(line=number), line)
    if isinstance(values, dict):
        return FileRow(number, values, text=line)
    return FileRow(number, {}, messages.LINE_NOT_OBJECT(line=number), line)
