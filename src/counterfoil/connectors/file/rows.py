"""Read the rows of a CSV or JSON-lines file. Encoding and delimiter are detected."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import orjson

from counterfoil.connectors.file import messages
from counterfoil.connectors.file.csv_records import CsvRecord, CsvRecords
from counterfoil.connectors.partial_decoder import decode_readable
from counterfoil.errors import InvalidInput, NotFound

_BLOCK = 1 << 20
_DELIMITERS = ",;\t|"
csv.field_size_limit(16 * _BLOCK)


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
    try:
        return path.open(encoding=layout.encoding or encoding_of(path), errors=layout.errors, newline="")
    except FileNotFoundError:
        raise NotFound(messages.NO_FILE(path=str(path)), messages.CHECK_PATH()) from None
    except IsADirectoryError:
        raise InvalidInput(messages.IS_FOLDER(path=str(path)), messages.GIVE_FILE()) from None
    except PermissionError:
        raise InvalidInput(messages.MAY_NOT_READ(path=str(path)), messages.CHANGE_PERMISSIONS()) from None
    except LookupError:
        raise InvalidInput(
            messages.UNKNOWN_ENCODING(encoding=layout.encoding), messages.USUAL_ENCODINGS()
        ) from None


def encoding_of(path: Path) -> str:
    """Detect UTF-16 by its byte order mark, UTF-8 by reading the whole file; else assume Windows' cp1252."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
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


def columns(path: Path, layout: Layout) -> list[str]:
    """Read the columns: the CSV header, or the keys of the first object."""
    with open_text(path, layout) as file:
        if not is_json_lines(path):
            return _header(file, layout, path)[0]
        first = next(_json_rows(file), None)
        return list(first.values) if first else []


def rows(path: Path, layout: Layout) -> Iterator[FileRow]:
    """Read all rows in order. The file stays open while the iterator lives."""
    with open_text(path, layout) as file:
        if is_json_lines(path):
            yield from _json_rows(file)
        else:
            yield from _csv_rows(file, layout, path)


def _header(file: TextIO, layout: Layout, path: Path) -> tuple[list[str], str]:
    first = file.readline()
    if not first.strip():
        raise InvalidInput(messages.EMPTY_FILE(file=path.name), messages.GIVE_HEADER())
    delimiter = layout.delimiter or delimiter_of(first)
    file.seek(0)
    header = [name.strip() for name in next(csv.reader(file, delimiter=delimiter))]
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    if repeated:
        raise InvalidInput(
            messages.REPEATED_COLUMNS(file=path.name, columns=", ".join(repeated)), messages.RENAME_COLUMNS()
        )
    return header, delimiter


def _csv_rows(file: TextIO, layout: Layout, path: Path) -> Iterator[FileRow]:
    header, delimiter = _header(file, layout, path)
    file.seek(0)
    records = iter(CsvRecords(file, delimiter))
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


def _json_rows(file: TextIO) -> Iterator[FileRow]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            values = orjson.loads(line)
        except (orjson.JSONDecodeError, UnicodeEncodeError):
            values = decode_readable(line.encode(errors="replace")) or {}  # the id may be among them
            yield FileRow(number, values, messages.LINE_NOT_JSON(line=number), line)
            continue
        if isinstance(values, dict):
            yield FileRow(number, values, text=line)
        else:
            yield FileRow(number, {}, messages.LINE_NOT_OBJECT(line=number), line)
