"""Measure a workbook before it is opened: what it unpacks to, and how far its sheets reach.

A sheet is read into memory as a rectangle, so that a single cell in its last row and column would fill any memory.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from counterfoil.connectors.file import messages
from counterfoil.errors import InvalidInput

MOST_BYTES = 1 << 30
"""Bytes that a workbook may unpack to."""
MOST_CELLS = 12_000_000
"""Cells of a sheet: as many rows as a sheet can have, of eleven columns."""
_BLOCK = 1 << 20
ZIP = b"PK\x03\x04"
_LARGEST_LIST = 1 << 24
"""Bytes of the list of sheets."""
_ODS = "content.xml"
_WORKBOOKS = ("xl/workbook.xml", "xl/workbook.bin")
_CELL = re.compile(rb'<(?:\w+:)?c(?= )[^>]*? r="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>')
"""A cell with content: those that are formatted only are not read."""
_ERROR = re.compile(
    rb'<(?:\w+:)?c(?= )(?=[^>]* t="e")[^>]*? r="([A-Z]{1,3})(\d{1,7})"[^>]*>'
    rb"(?:<f[^>]*>[^<]*</f>|<f[^>]*/>)?<v>([^<]*)"
)
_ODS_PART = re.compile(rb"<table:(table|table-row|table-cell|covered-table-cell)(?=[ />])([^>]*)>")
_REPEATED = re.compile(rb'table:number-(?:rows|columns)-repeated="(\d{1,9})"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

type Errors = Mapping[str, Mapping[int, Mapping[int, str]]]
"""For each sheet, row (from 1) and column (from 0): the error that is in the cell."""


def holds_workbook(file: io.BufferedReader) -> bool:
    """Tell whether an archive is a workbook; one that cannot be read is left to the library."""
    try:
        names = set(zipfile.ZipFile(file).namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return True
    return any(name in names for name in _WORKBOOKS) or {_ODS, "mimetype"} <= names


def check(path: Path, file: io.BufferedReader) -> Errors:
    """Raise InvalidInput for a workbook that would take too much memory. Returns the errors in its cells."""
    file.seek(0)
    if file.peek(len(ZIP))[: len(ZIP)] != ZIP:
        return {}  # .xls, whose sheets have at most 65,536 rows of 256 columns
    try:
        archive = zipfile.ZipFile(file)
        sheets = _sheets(archive)
        left = MOST_BYTES
        errors: dict[str, Mapping[int, Mapping[int, str]]] = {}
        for entry in archive.infolist():
            extent = _OdsExtent() if entry.filename == _ODS else _Extent()
            for block in _blocks(archive, entry):
                left -= len(block)
                if left < 0:
                    raise InvalidInput(messages.UNPACKS_TOO_LARGE(path=str(path)), messages.SAVE_AS_CSV())
                if entry.filename in sheets:
                    extent.add(block)
            extent.finish()
            if extent.cells > MOST_CELLS:
                raise InvalidInput(
                    messages.SHEET_TOO_LARGE(path=str(path), sheet=sheets[entry.filename], most=MOST_CELLS),
                    messages.SAVE_AS_CSV(),
                )
            if extent.errors:
                errors[sheets[entry.filename]] = extent.errors
        return errors
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, KeyError, ET.ParseError, EOFError):
        raise InvalidInput(messages.DAMAGED_WORKBOOK(path=str(path)), messages.EXPORT_AGAIN()) from None


def _blocks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Unpack an entry. One that says that it is smaller than it is fails its checksum."""
    with archive.open(entry) as packed:
        while block := packed.read(_BLOCK):
            yield block


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the names of an Excel workbook's sheets by their entries."""
    if _WORKBOOKS[0] not in archive.namelist():
        return {_ODS: _ODS}
    targets = {
        relation.get("Id"): str(relation.get("Target")) for relation in _xml(archive, "xl/_rels/workbook.xml.rels")
    }
    found: dict[str, str] = {}
    for element in _xml(archive, _WORKBOOKS[0]).iter():
        target = targets.get(element.get(_RELATION))
        if element.tag.endswith("}sheet") and target:
            entry = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            found[entry] = element.get("name", "")
    return found


def _xml(archive: zipfile.ZipFile, name: str) -> ET.Element:
    if archive.getinfo(name).file_size > _LARGEST_LIST:
        raise ValueError(name)
    return ET.fromstring(archive.read(name))  # noqa: S314  the parser limits how far entities unfold


class _Extent:
    """How far the cells of a sheet reach, and which of them hold an error."""

    def __init__(self) -> None:
        self.errors: dict[int, dict[int, str]] = {}
        self._rows = self._columns = 0
        self._rest = b""

    @property
    def cells(self) -> int:
        return self._rows * self._columns

    def add(self, block: bytes) -> None:
        """Look through the next bytes of the sheet."""
        text = self._rest + block
        cut = max(text.rfind(b"<"), 0) if len(text) > _BLOCK else 0
        cut = max(text.rfind(b"<c ", 0, cut), text.rfind(b":c ", 0, cut), text.rfind(b"<table:table", 0, cut), 0)
        self._look(text[:cut])  # what the block cuts is looked at with the next one
        self._rest = text[cut:][-2 * _BLOCK :]

    def finish(self) -> None:
        """Look at the rest."""
        self._look(self._rest)
        self._rest = b""

    def _look(self, text: bytes) -> None:
        for letters, digits in _CELL.findall(text):
            self._rows = max(self._rows, int(digits))
            self._columns = max(self._columns, _column(letters) + 1)
        for letters, digits, shown in _ERROR.findall(text) if b't="e"' in text else ():
            self.errors.setdefault(int(digits), {})[_column(letters)] = shown.decode(errors="replace")


class _OdsExtent(_Extent):
    """The same of the sheets in an .ods file, where rows and cells say how often they are repeated."""

    _row = _column = _most = 0

    @property
    def cells(self) -> int:
        return max(self._most, super().cells)

    def _look(self, text: bytes) -> None:
        for kind, attributes in _ODS_PART.findall(text):
            repeated = _REPEATED.search(attributes)
            times = int(repeated[1]) if repeated else 1
            if kind == b"table":
                self._most, self._rows, self._columns, self._row = self.cells, 0, 0, 0
            elif kind == b"table-row":
                self._row, self._column = self._row + times, 0
            else:
                self._column += times
                if b"value-type=" in attributes:
                    self._rows = max(self._rows, self._row)
                    self._columns = max(self._columns, self._column)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
