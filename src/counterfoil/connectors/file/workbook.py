"""Read a sheet of a workbook (.xlsx, .xlsm, .xlsb, .xls, .ods), its cells as the text that a CSV file would have.

The library holds a whole sheet in memory, so that its size is known before it is opened.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import python_calamine as calamine

from counterfoil.connectors.file import messages, workbook_size
from counterfoil.connectors.file.plain_file import open_plain
from counterfoil.errors import InvalidInput, NotFound

_COMPOUND = b"\xd0\xcf\x11\xe0"
_EXACT = 10**15
"""A spreadsheet keeps fifteen digits of a number: the last ones of a larger one are lost."""

type Cell = str | bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet, and the names of others with content. `errors`: the columns with #REF! and the like, by row."""

    name: str
    others: Sequence[str]
    content: calamine.CalamineSheet
    errors: Mapping[int, Mapping[int, str]]

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the rows with their number in the sheet, from 1. Empty columns before the table are left out."""
        for number, cells in enumerate(self.content.iter_rows(), start=1):
            yield number, [cell_value(cell) for cell in cells]

    @property
    def first_column(self) -> int:
        """Return which column of the sheet the first cell of a row is, from 0."""
        return (self.content.start or (0, 0))[1]


def is_workbook(path: Path) -> bool:
    """Tell by its content whether a file is a workbook. Raises InvalidInput for an archive of other files."""
    with open_plain(path) as file:
        start = file.read(4)
        if start == _COMPOUND:
            return True
        if start != workbook_size.ZIP:
            return False
        if not workbook_size.holds_workbook(file):
            raise InvalidInput(messages.IS_ARCHIVE(path=str(path)), messages.UNPACK())
        return True


def open_sheet(path: Path, name: str = "") -> Sheet:
    """Open the sheet with a name, else the first one with content. Raises NotFound, InvalidInput."""
    with open_plain(path) as file:
        errors = workbook_size.check(path, file)
        file.seek(0)
        try:
            return _open(path, file, name, errors)
        except calamine.PasswordError:
            raise InvalidInput(messages.HAS_PASSWORD(path=str(path)), messages.SAVE_WITHOUT_PASSWORD()) from None
        except (calamine.CalamineError, OSError, ValueError) as error:
            raise InvalidInput(messages.DAMAGED_WORKBOOK(path=str(path)), messages.EXPORT_AGAIN()) from error
        except BaseException as error:
            if type(error).__name__ == "PanicException":  # of the library; no Exception
                raise InvalidInput(messages.DAMAGED_WORKBOOK(path=str(path)), messages.EXPORT_AGAIN()) from None
            raise


def _open(path: Path, file: io.BufferedReader, name: str, errors: workbook_size.Errors) -> Sheet:
    book = calamine.load_workbook(file)
    visible = [each.name for each in book.sheets_metadata if each.visible == calamine.SheetVisibleEnum.Visible]
    names = [*visible, *(each for each in book.sheet_names if each not in visible)]
    if name and name not in names:
        raise NotFound(messages.NO_SHEET(path=str(path), sheet=name), messages.SHEETS_ARE(sheets=", ".join(names)))
    chosen: tuple[str, calamine.CalamineSheet] | None = None
    others: list[str] = []
    for each in [name] if name else names:
        sheet = book.get_sheet_by_name(each)
        if sheet.end is None and not name:
            continue
        if chosen is None:
            chosen = each, sheet
        else:
            others.append(each)
    if chosen is None or chosen[1].end is None:
        raise InvalidInput(messages.EMPTY_FILE(file=path.name), messages.GIVE_HEADER())
    return Sheet(chosen[0], others, chosen[1], errors.get(chosen[0], {}))


def cell_value(value: Any) -> Cell:
    """Return a cell as a CSV file would have it: numbers without `.0`, dates in ISO form."""
    if isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) else ""


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    written = f"{value:.15g}"
    if "e" in written and abs(value) < 1:
        return f"{Decimal(written):f}"
    return written if "e" in written or abs(value) < _EXACT else f"{value:.14e}"
