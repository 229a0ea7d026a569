"""The rows of a CSV or JSON-lines file, one after the other, whatever program wrote it."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import orjson

from counterfoil.errors import InvalidInput, NotFound

_BLOCK = 1 << 20
_DELIMITERS = ",;\t|"
csv.field_size_limit(16 * _BLOCK)


@dataclass(frozen=True, slots=True)
class FileRow:
    """`values` of the row that ends on `line`, or `problem` in words with the text as it stands in the file."""

    line: int
    values: dict[str, Any]
    problem: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the file is to be read. Empty means: find out. `errors`: what becomes of bytes that are no text."""

    encoding: str = ""
    delimiter: str = ""
    errors: str = "strict"


def is_json_lines(path: Path) -> bool:
    """By the name's ending: .jsonl, .ndjson or .json."""
    return path.suffix.lower() in {".jsonl", ".ndjson", ".json"}


def open_text(path: Path, layout: Layout) -> TextIO:
    """Open the file as text. Raises NotFound or InvalidInput in plain words."""
    try:
        return path.open(encoding=layout.encoding or encoding_of(path), errors=layout.errors, newline="")
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.", "Check the path, or connect the file again.") from None
    except IsADirectoryError:
        raise InvalidInput(f"{path} is a folder, not a file.", "Give the file itself.") from None
    except PermissionError:
        raise InvalidInput(f"The file {path} may not be read.", "Change its permissions.") from None
    except LookupError:
        raise InvalidInput(f"There is no encoding called {layout.encoding}.", "Use utf-8 or cp1252.") from None


def encoding_of(path: Path) -> str:
    """UTF-8 where the whole file is valid UTF-8 (a byte order mark is dropped), else Windows' cp1252."""
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
    """The one of , ; tab | that the header line has most of (Belgian Excel writes semicolons)."""
    return max(_DELIMITERS, key=header.count)


def columns(path: Path, layout: Layout) -> list[str]:
    """The file's columns: the CSV header, or the keys of the first object."""
    with open_text(path, layout) as file:
        if not is_json_lines(path):
            return _header(file, layout, path)[0]
        first = next(_json_rows(file), None)
        return list(first.values) if first else []


def rows(path: Path, layout: Layout) -> Iterator[FileRow]:
    """All rows in the file's order. The file stays open while the iterator lives."""
    with open_text(path, layout) as file:
        if is_json_lines(path):
            yield from _json_rows(file)
        else:
            yield from _csv_rows(file, layout, path)


def _header(file: TextIO, layout: Layout, path: Path) -> tuple[list[str], str]:
    first = file.readline()
    if not first.strip():
        raise InvalidInput(f"{path.name} is empty: it has no header line.", "Give a file with a header line.")
    delimiter = layout.delimiter or delimiter_of(first)
    file.seek(0)
    header = [name.strip() for name in next(csv.reader(file, delimiter=delimiter))]
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise InvalidInput(
            f"The header of {path.name} names a column twice: {', '.join(doubled)}.", "Rename one of them."
        )
    return header, delimiter


def _csv_rows(file: TextIO, layout: Layout, path: Path) -> Iterator[FileRow]:
    header, delimiter = _header(file, layout, path)
    file.seek(0)
    reader = csv.reader(file, delimiter=delimiter)
    next(reader)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield FileRow(reader.line_num, {}, f"line {reader.line_num} cannot be read ({error})")
            continue
        if not any(cells):
            continue
        values = dict(zip(header, cells, strict=False))
        values.update(dict.fromkeys(header[len(cells) :], ""))
        if any(cells[len(header) :]):
            problem = f"line {reader.line_num} has {len(cells)} cells, the header has {len(header)}"
            yield FileRow(reader.line_num, values, problem, delimiter.join(cells))
        else:
            yield FileRow(reader.line_num, values)


def _json_rows(file: TextIO) -> Iterator[FileRow]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            values = orjson.loads(line)
        except (orjson.JSONDecodeError, UnicodeEncodeError):
            yield FileRow(number, {}, f"line {number} is not readable JSON", line)
            continue
        if isinstance(values, dict):
            yield FileRow(number, values)
        else:
            yield FileRow(number, {}, f"line {number} is not an object", line)
