"""A line of a CSV file that was cut off costs itself: the lines after it are read as what they are."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors.file.csv_records import CsvRecord, CsvRecords

HEADER = "a;b;c\n"
cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


def read(text: str) -> list[CsvRecord]:
    return list(CsvRecords(io.StringIO(HEADER + text, newline=""), ";"))[1:]


def found(text: str) -> list[tuple[int, str]]:
    """List the records as line and cells, or "cut"."""
    return [(record.line, "cut" if record.problem else "|".join(record.cells)) for record in read(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('1;"Acme\n2;"Beta";5\n3;x;y\n', [(2, "cut"), (3, "2|Beta|5"), (4, "3|x|y")]),
        ('1;"x;2\n2;3;4\n3;4;5\n', [(2, "cut"), (3, "2|3|4"), (4, "3|4|5")]),
        ('1;"x;2\n2;"y;4\n3;"z;5\n4;5;6', [(2, "cut"), (3, "cut"), (4, "cut"), (5, "4|5|6")]),
        ('1;2;3\n2;"x', [(2, "1|2|3"), (3, "cut")]),
        ('1;2;"A\n2;B;"C"\n', [(2, "cut"), (3, "2|B|C")]),
    ],
)
def test_a_quote_that_is_never_closed_costs_its_own_line(text: str, expected: list[tuple[int, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('1;"Main street 5\n9000 Gent";x\n2;y;z\n', [(3, "1|Main street 5\n9000 Gent|x"), (4, "2|y|z")]),
        ('1;"Acme" Corp;x\n', [(2, "1|Acme Corp|x")]),
        ('1;5" pipe;x\n', [(2, '1|5" pipe|x')]),
        ("1;2\n\n;;\n3;4;5;6\n", [(2, "1|2"), (3, ""), (4, "||"), (5, "3|4|5|6")]),
    ],
)
def test_other_records_are_read_as_before(text: str, expected: list[tuple[int, str]]) -> None:
    assert found(text) == expected


def test_the_end_of_a_file_tells_whether_its_last_line_has_one() -> None:
    assert [record.ended for record in read("1;2;3\n4;5")] == [True, False]
    assert [record.ended for record in read("1;2;3\r\n4;5\r\n")] == [True, True]


def test_the_cells_before_an_open_quote_are_known() -> None:
    assert [record.cells for record in read('7;"Acme')] == [["7"]]


@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_what_a_program_has_written_is_read_to_the_letter(rows: list[list[str]], ending: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator=ending, quoting=csv.QUOTE_ALL).writerows(rows)
    assert [list(record.cells) for record in read(text.getvalue())] == rows


@given(st.text(st.sampled_from('ab;"\n\r'), max_size=40))
def test_no_text_of_a_file_is_lost(text: str) -> None:
    assert "".join(record.text for record in read(text)) == text
