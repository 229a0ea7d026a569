"""Words for an empty cell are no values; words that can be somebody's or some town's name are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.normalize.empty_words import is_no_number, is_no_place, is_no_text, is_no_value

ANYWHERE = ["", " ", "NULL", "null", "(null)", "<NULL>", r"\N", "#N/A", "#NV", "n/a", "N/A", "NaN", "nan", "<NA>"]
SIGNS = ["-", "--", "---", "–", ".", "...", "_", "/", "//"]


@pytest.mark.parametrize("text", [*ANYWHERE, *SIGNS, "(leeg)", "undefined", " NULL "])
def test_law_12_what_only_programs_write_is_no_value_of_any_field(text: str) -> None:
    assert is_no_value(text)
    assert is_no_text(text)
    assert is_no_place(text)
    assert is_no_number(text)


@pytest.mark.parametrize("text", ["Null", "Nan", "None", "Na", "Leeg", "Leer", "Vide", "N", "A-", "-5", "./x"])
def test_law_12_words_that_are_names_too_are_left_to_the_field(text: str) -> None:
    assert not is_no_value(text)


@pytest.mark.parametrize(("text", "nothing"), [("None", True), ("leeg", True), ("LEEG", True), ("Leeg", False)])
def test_law_12_a_whole_text_is_a_name_if_it_is_written_like_one(text: str, nothing: bool) -> None:
    assert is_no_text(text) is nothing


@pytest.mark.parametrize("text", ["Leer", "leer", "NA", "na", "Nan", "0"])
def test_law_12_towns_codes_and_amounts_stay(text: str) -> None:
    assert not is_no_place(text)


@pytest.mark.parametrize("text", ["geen", "Geen", "aucun", "KEINE", "n.v.t.", "None", "0", "NA", "onbekend"])
def test_law_12_no_word_for_none_is_a_number_or_an_address(text: str) -> None:
    assert is_no_number(text)


@given(st.text())
def test_any_text_can_be_asked(text: str) -> None:
    assert is_no_text(text) or not is_no_value(text)
