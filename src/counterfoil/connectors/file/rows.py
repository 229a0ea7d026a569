"""Read the rows of a file, whatever its form. Every reading is found out first; see `reading`."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from counterfoil.connectors.file import messages
from counterfoil.connectors.file.csv_records import CsvRecord, CsvRecords
from counterfoil.connectors.file.encoding import STRAY, show_bytes
from counterfoil.connectors.file.header import NameOrigin
from counterfoil.connectors.file.json_document import MOST_VALUES, JsonDocument
from counterfoil.connectors.file.layout import Layout
from counterfoil.connectors.file.lines import SHOWN, Lines, LineTooLong
from counterfoil.connectors.file.reading import FileForm, Reading, find_reading
from counterfoil.connectors.file.row import FileRow
from counterfoil.connectors.file.workbook import Sheet
from counterfoil.connectors.json_outline import has_more_values
from counterfoil.connectors.partial_decoder import decode_readable

MOST_STRAY_SHOWN = 5
_END_OF_DOS_FILE = "\x1a"


def columns(path: Path, layout: Layout) -> list[str]:
    """Read the columns: those of the header, or the keys of the first objects, each of which may lack some."""
    return find_reading(path, layout).names


def rows(path: Path, layout: Layout) -> Iterator[FileRow]:
    """Read all rows in order. The file stays open while the iterator lives."""
    yield from read_rows(find_reading(path, layout))


def read_rows(reading: Reading) -> Iterator[FileRow]:
    """Read all rows in order, as it was found out how. The file stays open while the iterator lives."""
    if reading.sheet is not None:
        yield from _sheet_rows(reading.sheet, reading)
        return
    with reading.open() as file:
        if reading.form is FileForm.TABLE:
            yield from _csv_rows(Lines(file, reading.path), reading)
        elif reading.form is FileForm.JSON_LINES:
            yield from _json_rows(Lines(file, reading.path), reading.encoding.title)
        else:
            for found in JsonDocument(file, reading.path.name, reading.layout.names):
                yield FileRow(found.line, found.values, found.problem, found.text)


def _csv_rows(lines: Lines, reading: Reading) -> Iterator[FileRow]:
    for _ in islice(lines, reading.header_line - 1):
        pass
    header = reading.names
    nameless = [column.name for column in reading.columns if column.origin is NameOrigin.NUMBER]
    encoding = reading.encoding.title
    whole = not reading.encoding.stray
    records = iter(CsvRecords(lines, reading.delimiter, reading.header_line))
    next(records)
    for record in records:
        if record.problem:
            problem = messages.UNREADABLE_LINE(line=record.line, problem=record.problem)
            yield _shown(FileRow(record.line, dict(zip(header, record.cells, strict=False)), problem, record.text))
        elif any(record.cells) and record.text != _END_OF_DOS_FILE:
            row = _row(record, header, nameless)
            yield row if whole or record.text.isascii() else _without_stray_bytes(row, record.text, encoding)


def _row(record: CsvRecord, header: Sequence[str], nameless: Sequence[str]) -> FileRow:
    """Put the cells under their columns. A last line that was cut off has fewer, and no end."""
    cells = record.cells
    values = dict(zip(header, cells, strict=False))
    if len(cells) == len(header) and not nameless:
        return FileRow(record.line, values)
    missing = [name for name in header[len(cells) :] if name not in nameless]
    values.update(dict.fromkeys(header[len(cells) :], ""))
    problem = ""
    if any(cells[len(header) :]):
        problem = messages.TOO_MANY_CELLS(line=record.line, cells=len(cells), columns=len(header))
    elif missing and not record.ended:
        problem = messages.CUT_OFF(line=record.line, cells=len(cells), columns=len(header))
        values = dict(zip(header, cells[:-1], strict=False))
    for name in nameless:
        if not values.get(name):
            values.pop(name, None)
    text = record.text if problem or missing else ""
    return FileRow(record.line, values, problem, text, len(missing))


def _without_stray_bytes(row: FileRow, text: str, encoding: str) -> FileRow:
    """Return the row; with a problem if it has bytes that are no text, which are shown instead."""
    stray = STRAY.findall(text)
    if not stray:
        return row
    shown = ", ".join(show_bytes(each) for each in stray[:MOST_STRAY_SHOWN])
    problem = row.problem or messages.STRAY_BYTES(line=row.line, encoding=encoding, bytes=shown)
    return _shown(FileRow(row.line, row.values, problem, text))


def _shown(row: FileRow) -> FileRow:
    """Return a row that is no record with its bytes shown, so that it can be kept."""
    values = {name: show_bytes(value) if isinstance(value, str) else value for name, value in row.values.items()}
    return FileRow(row.line, values, row.problem, show_bytes(row.text), row.missing)


def _json_rows(lines: Lines, encoding: str) -> Iterator[FileRow]:
    while True:
        try:
            line = next(lines)
        except StopIteration:
            return
        except LineTooLong as error:
            problem = messages.UNREADABLE_LINE(line=lines.number, problem=str(error))
            yield _shown(FileRow(lines.number, {}, problem, error.start))
            continue
        if line.strip():
            yield _json_row(lines.number, line, encoding)


def _json_row(number: int, line: str, encoding: str) -> FileRow:
    encoded = line.encode(errors="replace")
    if has_more_values(encoded, MOST_VALUES):
        problem = messages.LINE_OF_TOO_MANY_VALUES(line=number, most=MOST_VALUES)
        return FileRow(number, {}, problem, line[:SHOWN])
    try:
        values = orjson.loads(line)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        values = decode_readable(encoded) or {}  # the id may be among them
        row = FileRow(number, values, "", line)
        if STRAY.search(line):
            return _without_stray_bytes(row, line, encoding)
        return FileRow(number, values, messages.LINE_NOT_JSON(line=number), line)
    if isinstance(values, dict):
        return FileRow(number, values, text=line)
    return FileRow(number, {}, messages.LINE_NOT_OBJECT(line=number), line)


def _sheet_rows(sheet: Sheet, reading: Reading) -> Iterator[FileRow]:
    """Read the rows below the header. An error in a cell leaves it empty, and is kept beside it."""
    header = reading.names
    nameless = [column.name for column in reading.columns if column.origin is NameOrigin.NUMBER]
    for number, cells in sheet.rows():
        if number <= reading.header_line or not any(cell not in {"", False} for cell in cells):
            continue
        values: dict[str, Any] = dict(zip(header, cells, strict=False))
        for column, error in sheet.errors.get(number, {}).items():
            index = column - sheet.first_column
            if 0 <= index < len(header):
                values[header[index]] = ""
                values[f"{header[index]} (error)"] = error
        for name in nameless:
            if values.get(name) == "":
                del values[name]
        yield FileRow(number, values)
