"""A sheet is read as the CSV file that it could be saved as: ids to the digit, dates as dates, memory bounded."""

import io
import zipfile
from pathlib import Path

import pytest

from counterfoil.connectors.file import workbook_size
from counterfoil.connectors.file.layout import Layout
from counterfoil.connectors.file.reading import find_reading
from counterfoil.connectors.file.row import FileRow
from counterfoil.connectors.file.rows import rows
from counterfoil.errors import InvalidInput, NotFound
from tests.support.workbook import (
    DATE,
    NO_REFERENCE,
    Cell,
    Raw,
    Rows,
    sheet_xml,
    write_ods,
    write_old_xls,
    write_xlsx,
)

HEADER = ["Id", "Naam", "Sinds"]
PLAIN: Rows = [HEADER, [7, "Bakkerij Élan", DATE], [8.5, "B", None]]
READ = [
    {"Id": "7", "Naam": "Bakkerij Élan", "Sinds": "2024-01-02"},
    {"Id": "8.5", "Naam": "B", "Sinds": ""},
]


def read(path: Path, layout: Layout | None = None) -> list[FileRow]:
    return list(rows(path, layout or Layout()))


def xlsx(tmp_path: Path, *records: list[Cell], name: str = "rows.xlsx") -> Path:
    return write_xlsx(tmp_path / name, {"Klanten": records})


def test_numbers_dates_and_texts_are_read_as_they_are_meant(tmp_path: Path) -> None:
    assert [row.values for row in read(write_xlsx(tmp_path / "a.xlsx", {"Klanten": PLAIN}))] == READ
    assert [row.values for row in read(write_old_xls(tmp_path / "a.xls"))] == READ
    ods = write_ods(tmp_path / "a.ods", [HEADER, [7, "Bakkerij Élan", "2024-01-02"], [8.5, "B", None]])
    assert [row.values for row in read(ods)] == READ


@pytest.mark.parametrize("name", ["export.csv", "export", "export.xls", "export.json"])
def test_a_workbook_is_known_by_its_content_not_its_name(tmp_path: Path, name: str) -> None:
    assert [row.values for row in read(write_xlsx(tmp_path / name, {"Klanten": PLAIN}))] == READ


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (7, "7"),
        (7.0, "7"),
        (123456789012345, "123456789012345"),
        (0.1 + 0.2, "0.3"),
        (0.00001, "0.00001"),
        (-3, "-3"),
    ],
)
def test_law_12_a_number_has_its_digits_and_no_others(tmp_path: Path, number: float, text: str) -> None:
    (row,) = read(xlsx(tmp_path, ["Id", "Naam"], [number, "A"]))
    assert row.values["Id"] == text


@pytest.mark.parametrize("number", [460000000000000123, 1234567890123456, 10**15])
def test_law_12_a_number_that_lost_digits_shows_that_it_did(tmp_path: Path, number: int) -> None:
    (row,) = read(xlsx(tmp_path, ["Id", "Naam"], [number, "A"]))
    assert "e+" in row.values["Id"]


def test_a_long_id_that_is_text_keeps_all_digits(tmp_path: Path) -> None:
    (row,) = read(xlsx(tmp_path, ["Id", "Naam"], ["460000000000000123", "A"]))
    assert row.values["Id"] == "460000000000000123"


def test_law_12_an_error_in_a_cell_leaves_it_empty_and_is_kept_beside_it(tmp_path: Path) -> None:
    formula = Raw('<c t="e"><f>1/0</f><v>#DIV/0!</v></c>')
    first, second = read(xlsx(tmp_path, ["Id", "Naam"], [1, NO_REFERENCE], [2, formula]))
    assert first.values == {"Id": "1", "Naam": "", "Naam (error)": "#REF!"}
    assert second.values["Naam (error)"] == "#DIV/0!"


def test_booleans_stay_booleans(tmp_path: Path) -> None:
    (row,) = read(xlsx(tmp_path, ["Id", "Actief"], [1, True]))
    assert row.values["Actief"] is True


def test_title_lines_and_empty_columns_are_left_out(tmp_path: Path) -> None:
    records: list[list[Cell]] = [["Klantenlijst"], [], [None, "Id", "Naam"], [None, 1, "A"], [], [None, 2, "B"]]
    found = read(xlsx(tmp_path, *records))
    assert [(row.line, row.values) for row in found] == [
        (4, {"Id": "1", "Naam": "A"}),
        (6, {"Id": "2", "Naam": "B"}),
    ]


def test_the_first_visible_sheet_with_content_is_read_unless_one_is_chosen(tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {"Leeg": [], "Verborgen": [["x"], ["y"]], "Klanten": PLAIN, "Oud": [["Id"], [9]]}
    path = write_xlsx(tmp_path / "a.xlsx", sheets, hidden=["Verborgen"])
    reading = find_reading(path, Layout())
    assert reading.sheet is not None
    assert (reading.sheet.name, list(reading.sheet.others)) == ("Klanten", ["Oud", "Verborgen"])
    assert [row.values for row in read(path, Layout(sheet="Oud"))] == [{"Id": "9"}]
    with pytest.raises(NotFound, match="has no sheet 'Nieuw'") as caught:
        read(path, Layout(sheet="Nieuw"))
    assert "Klanten, Oud" in caught.value.advice


@pytest.mark.parametrize("sheets", [{"Leeg": []}, {"Leeg": [], "Ook": []}])
def test_a_workbook_without_content_is_refused(tmp_path: Path, sheets: dict[str, Rows]) -> None:
    with pytest.raises(InvalidInput, match="is empty"):
        read(write_xlsx(tmp_path / "a.xlsx", sheets))


@pytest.mark.parametrize("length", [30, 400, 1500])
def test_a_workbook_that_is_cut_off_is_refused_in_one_line(tmp_path: Path, length: int) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"Klanten": PLAIN})
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(InvalidInput, match="it is damaged"):
        read(path)
    old = write_old_xls(tmp_path / "a.xls")
    old.write_bytes(old.read_bytes()[:length])
    with pytest.raises(InvalidInput, match="it is damaged"):
        read(old)


def test_an_archive_of_other_files_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "rows.zip", "w") as archive:
        archive.writestr("rows.csv", "Id;Naam\n1;A\n")
    with pytest.raises(InvalidInput, match="is an archive of files"):
        read(tmp_path / "rows.zip")


def test_a_sheet_with_a_cell_in_its_last_corner_is_refused_before_it_fills_memory(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"Klanten": PLAIN})
    corner = sheet_xml(PLAIN).replace(
        "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    _replace(path, "xl/worksheets/sheet1.xml", corner.encode())
    with pytest.raises(InvalidInput, match="reaches over more than 12,000,000 cells"):
        read(path)


def test_cells_that_are_only_formatted_make_no_sheet_too_large(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"Klanten": PLAIN})
    styled = '<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    _replace(path, "xl/worksheets/sheet1.xml", sheet_xml(PLAIN).replace("</sheetData>", styled).encode())
    assert [row.values for row in read(path)] == READ


def test_rows_that_are_said_to_be_repeated_fill_no_memory(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "a.ods", [["Id"], [1]])
    content = zipfile.ZipFile(path).read("content.xml").decode()
    for times, kind in ((5000, ""), (1, 'table:number-columns-repeated="16384"')):
        cell = f'<table:table-cell {kind} office:value-type="float" office:value="1"/>'
        row = f'<table:table-row table:number-rows-repeated="{times}">{cell}</table:table-row>'
        content = content.replace("</table:table>", f"{row}</table:table>")
    _replace(path, "content.xml", content.encode())
    with pytest.raises(InvalidInput, match="reaches over more than"):
        read(path)


def test_empty_rows_to_the_end_of_the_sheet_are_no_rows(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "a.ods", [["Id"], [1]])
    empty = '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
    content = (
        zipfile.ZipFile(path).read("content.xml").decode().replace("</table:table>", f"{empty}</table:table>")
    )
    _replace(path, "content.xml", content.encode())
    assert [row.values for row in read(path)] == [{"Id": "1"}]


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_size, "MOST_BYTES", 1 << 20)
    path = write_xlsx(tmp_path / "a.xlsx", {"Klanten": PLAIN})
    _replace(path, "xl/media/picture.bin", bytes(2 << 20))
    assert path.stat().st_size < 10_000
    with pytest.raises(InvalidInput, match="is too large to be read"):
        read(path)


def _replace(path: Path, name: str, content: bytes) -> None:
    """Write an entry of an archive again."""
    old = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in old.namelist():
            if entry != name:
                archive.writestr(entry, old.read(entry))
        archive.writestr(name, content)


def test_a_table_that_begins_elsewhere_keeps_its_lines_and_errors(tmp_path: Path) -> None:
    (row,) = read(xlsx(tmp_path, [], [None, None, "Id", "Naam"], [None, None, 1, NO_REFERENCE]))
    assert (row.line, row.values) == (3, {"Id": "1", "Naam": "", "Naam (error)": "#REF!"})
