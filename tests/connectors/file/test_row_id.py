"""A row's id is what the file says, or a text that stays the same as long as its values do."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors.file.layout import Layout
from counterfoil.connectors.file.records import Records
from counterfoil.connectors.file.row_id import choose_id_columns, id_of, is_shortened, value_at
from counterfoil.connectors.page import Page, PageRequest, ReadOutcome
from tests.support.upstream import Notes


def records(tmp_path: Path, text: str, *columns: str, name: str = "rows.csv") -> Records:
    path = tmp_path / name
    path.write_text(text)
    return Records(path, columns, Layout(), Notes())


def page(tmp_path: Path, text: str, *columns: str) -> Page:
    return records(tmp_path, text, *columns).fetch(PageRequest(number=0, size=500))


@pytest.mark.parametrize("written", ["4.6E+17", "4,6E+17", "4.6e+17", "4E+17", "4.6E17", "-4.6E+17"])
def test_law_12_an_id_that_a_spreadsheet_has_shortened_is_a_problem(tmp_path: Path, written: str) -> None:
    assert is_shortened(written)
    found = page(tmp_path, f"Id;Naam\n{written};A\n{written};B\n2;C\n", "Id")
    assert [item.external_id for item in found.items] == ["2"]
    assert len(found.bad) == 2
    assert all("a spreadsheet has shortened" in bad.reason for bad in found.bad)
    assert not any(bad.external_id or bad.repeated for bad in found.bad), "nobody knows which records they are"


@pytest.mark.parametrize("written", ["12E5", "E+17", "A4.6E+17", "7.0", "007", "1e", "4600000000000260017"])
def test_other_ids_are_kept_as_they_are_written(tmp_path: Path, written: str) -> None:
    assert not is_shortened(written)
    assert [item.external_id for item in page(tmp_path, f"Id;Naam\n{written};A\n", "Id").items] == [written]


def test_law_3_while_ids_are_shortened_no_record_is_gone(tmp_path: Path) -> None:
    (read,) = records(tmp_path, "Id;Naam\n4.6E+17;A\n", "Id").read(["460000000000000123"])
    assert read.answer is ReadOutcome.UNCLEAR


def test_one_address_in_other_capitals_is_one_customer_and_said(tmp_path: Path) -> None:
    text = "E-mail;Naam\na@x.example;A\nA@X.example;A2\na@x.example;A3\nb@x.example;B\n"
    found = page(tmp_path, text, "E-mail")
    assert [item.external_id for item in found.items] == ["a@x.example", "b@x.example"]
    assert [bad.reason for bad in found.bad] == [
        "Line 3 has an e-mail address as id that an earlier line has in other capitals.",
        "Line 4 repeats an id of an earlier line.",
    ]
    (read,) = records(tmp_path, text, "E-mail").read(["A@X.example"])
    assert read.answer is ReadOutcome.UNCLEAR, "it is in the file, so it is not gone"


def test_ids_that_are_no_addresses_may_differ_by_capitals(tmp_path: Path) -> None:
    found = page(tmp_path, "Id;Naam\n0015Yb;A\n0015yB;B\n", "Id")
    assert [item.external_id for item in found.items] == ["0015Yb", "0015yB"]


def test_several_columns_together_are_an_id(tmp_path: Path) -> None:
    text = "Naam;Postcode\nGarage Élan;9000\nGARAGE  elan;9000\nGarage Élan;2000\n;\n"
    found = page(tmp_path, text, "Naam", "Postcode")
    assert [item.external_id for item in found.items] == ["garage elan | 9000", "garage elan | 2000"]
    assert [bad.repeated for bad in found.bad] == [True]
    (read,) = records(tmp_path, text, "Naam", "Postcode").read(["garage elan | 2000"])
    assert read.answer is ReadOutcome.FOUND


def test_id_columns_are_typed_one_by_one_or_together() -> None:
    columns = ["Naam", "Postcode", "Naam, voornaam"]
    assert choose_id_columns(["Naam, Postcode"], columns) == ("Naam", "Postcode")
    assert choose_id_columns(["Naam", "Postcode"], columns) == ("Naam", "Postcode")
    assert choose_id_columns(["Naam, voornaam"], columns) == ("Naam, voornaam",)


def test_an_id_within_an_object_is_found(tmp_path: Path) -> None:
    file = records(tmp_path, '{"attributes":{"id":"7"},"x.y":{"z.w":1}}\n', "attributes.id", name="rows.jsonl")
    assert [item.external_id for item in file.fetch(PageRequest(number=0, size=10)).items] == ["7"]
    assert value_at({"x.y": {"z.w": 1}}, "x.y.z.w") == 1
    assert value_at({"x.y": 5}, "x.y") == 5
    assert value_at({"x": 5}, "x.y") is None


parts = st.text(st.characters(codec="utf-8"), max_size=10)


@given(parts, parts)
def test_capitals_and_spaces_do_not_change_an_id_of_several_columns(one: str, two: str) -> None:
    found = id_of({"a": one, "b": two}, ["a", "b"])
    assert found == id_of({"a": f"  {one} ", "b": two.replace(" ", "  ")}, ["a", "b"])
    assert (
        bool(found) == bool(one.replace("|", " ").strip("\0 ") or two.replace("|", " ").strip("\0 ")) or not found
    )


@pytest.mark.parametrize("written", ["NULL", r"\N", "#N/A", "n/a", "-", "nan"])
def test_law_12_a_word_for_an_empty_cell_is_no_id(written: str) -> None:
    assert id_of({"Id": written}, ("Id",)) == ""
    assert id_of({"Naam": "A", "Id": written}, ("Naam", "Id")) == id_of({"Naam": "A", "Id": ""}, ("Naam", "Id"))
