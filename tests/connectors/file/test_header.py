"""The header is found below other lines, and every column has a name of its own that stays the same."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors.file.header import name_columns
from counterfoil.connectors.file.layout import Layout
from counterfoil.connectors.file.reading import find_reading
from counterfoil.connectors.file.rows import rows
from counterfoil.errors import InvalidInput

PLAIN = [{"Id": "1", "Naam": "A", "Plaats": "Gent"}, {"Id": "2", "Naam": "B, C", "Plaats": "Aalst"}]


def read(tmp_path: Path, text: str, layout: Layout | None = None) -> list[dict[str, str]]:
    path = tmp_path / "rows.csv"
    path.write_text(text, newline="")
    found = list(rows(path, layout or Layout()))
    assert not [row.problem for row in found if row.problem]
    return [row.values for row in found]


@pytest.mark.parametrize(
    "before",
    [
        "",
        "\n",
        "\n\n;;\n",
        "sep=;\n",
        '"sep=;"\r\n',
        "\ufeffsep=;\n",
        "Klantenlijst;;\nVoorbeeld BV;;\n;;\n",
        "Klantenlijst\n\n",
        "Klanten, prospecten en leveranciers\nDatum: 01/02/2026\n\n",
        "Klantenlijst;;01/02/2026\n",
        "Firma;;\nDatum;01/02/2026;\n",
        "Export;Klanten\n\n",
        "Klanten\nGemaakt op 2026-01-02; door de beheerder\n",
    ],
)
def test_lines_before_the_header_are_left_out_and_no_row_is(tmp_path: Path, before: str) -> None:
    assert read(tmp_path, f"{before}Id;Naam;Plaats\n1;A;Gent\n2;B, C;Aalst\n") == PLAIN


def test_the_id_columns_tell_the_header_where_titles_look_like_one(tmp_path: Path) -> None:
    text = "Firma;Voorbeeld BV;Gent\nId;Naam;Plaats\n1;A;Gent\n2;B, C;Aalst\n"
    assert read(tmp_path, text, Layout(names=("Id",))) == PLAIN
    assert read(tmp_path, text, Layout(header_line=2)) == PLAIN


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("cell", ["B, C", "B; C", "B | C"])
def test_the_delimiter_is_the_one_that_divides_evenly(tmp_path: Path, delimiter: str, cell: str) -> None:
    quoted = f'"{cell}"' if delimiter in cell else cell
    lines = [("Id", "Naam", "Plaats"), ("1", quoted, "Gent"), ("2", quoted, "Aalst")]
    found = read(tmp_path, "\n".join(delimiter.join(line) for line in lines))
    assert [row["Naam"] for row in found] == [cell, cell]


def test_a_header_with_more_of_another_sign_does_not_decide(tmp_path: Path) -> None:
    found = read(tmp_path, "Id;Naam, voornaam, tweede naam\n1;Peeters\n2;Janssens\n")
    assert found == [{"Id": "1", "Naam, voornaam, tweede naam": name} for name in ("Peeters",)] + [
        {"Id": "2", "Naam, voornaam, tweede naam": "Janssens"}
    ]


def test_a_delimiter_can_be_chosen_and_must_be_one_sign(tmp_path: Path) -> None:
    assert read(tmp_path, "Id^Naam\n1^A\n", Layout(delimiter="^")) == [{"Id": "1", "Naam": "A"}]
    assert read(tmp_path, "Id\tNaam\n1\tA\n", Layout(delimiter="\\t")) == [{"Id": "1", "Naam": "A"}]
    for wrong in ("ab", '"', "\n"):
        with pytest.raises(InvalidInput, match="cannot be the delimiter"):
            read(tmp_path, "Id,Naam\n1,A\n", Layout(delimiter=wrong))


def test_columns_without_a_name_are_called_by_their_place_and_keep_their_values(tmp_path: Path) -> None:
    found = read(tmp_path, ";Naam;;Telefoon\n1;A;x;5\n2;B;y;\n")
    assert found[0] == {"column 1": "1", "Naam": "A", "column 3": "x", "Telefoon": "5"}


def test_columns_of_one_name_are_counted_and_keep_their_values(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "Id;Telefoon;Telefoon;Telefoon (2)\n1;a;b;c\n")
    assert row == {"Id": "1", "Telefoon": "a", "Telefoon (3)": "b", "Telefoon (2)": "c"}


def test_empty_columns_at_the_end_are_not_mentioned(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("Id;Naam;;\n1;A;;\n2;B\n")
    assert find_reading(path, Layout()).used_names == ["Id", "Naam"]
    assert [row.values for row in rows(path, Layout())] == [{"Id": "1", "Naam": "A"}, {"Id": "2", "Naam": "B"}]


def test_law_12_a_value_that_comes_late_in_a_nameless_column_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("Id;Naam;\n" + "".join(f"{number};A;\n" for number in range(300)) + "900;B;late\n")
    *_, last = rows(path, Layout())
    assert last.values == {"Id": "900", "Naam": "B", "column 3": "late"}


def test_the_sign_at_the_end_of_a_dos_file_is_no_row(tmp_path: Path) -> None:
    assert read(tmp_path, "Id;Naam\n1;A\n\x1a") == [{"Id": "1", "Naam": "A"}]


def test_a_header_with_a_quote_that_is_not_closed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="a quote is not closed"):
        read(tmp_path, 'Id;"Naam;Plaats\n1;A;Gent\n2;B;Aalst\n')


@pytest.mark.parametrize("text", ["", "\n\n", ";;\n;;\n"])
def test_a_file_without_a_header_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput, match="is empty"):
        read(tmp_path, text)


def test_a_line_that_is_no_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is no header"):
        read(tmp_path, "Id;Naam\n1;A\n", Layout(header_line=7))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html><html><table>", "is a web page"),
        (b"%PDF-1.7\n%\xe2\xe3", "is a document, a picture"),
        (b"PK\x03\x04rubbish", "is damaged"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=words):
        find_reading(path, Layout())


header_cells = st.lists(st.sampled_from(["", "a", "b", " a ", "a (2)", "column 1", "column 2", "column 2 (2)"]))


@given(header_cells)
def test_every_column_has_a_name_of_its_own(cells: list[str]) -> None:
    names = [column.name for column in name_columns(cells)]
    assert len(names) == len(cells)
    assert len(set(names)) == len(names)
    assert all(names)
    for cell, name in zip(cells, names, strict=True):
        if cell and [other.strip() for other in cells].count(cell.strip()) == 1:
            assert name == cell.strip()


@given(header_cells, st.sampled_from(["x", "y"]))
def test_a_column_that_is_added_at_the_end_renames_no_other(cells: list[str], added: str) -> None:
    before = [column.name for column in name_columns(cells)]
    assert [column.name for column in name_columns([*cells, added])][: len(before)] == before
