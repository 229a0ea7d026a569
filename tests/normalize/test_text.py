"""Cleaning, folding and cutting text into search words."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.normalize.text import LONGEST_WORD, clean, compatible, fold, words

ANY_TEXT = st.text(st.characters())


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [
        ("  Acme   Cars ", "Acme Cars"),
        ("Salvation Army\n- Temple\r\n", "Salvation Army - Temple"),
        ("Acme\x00 NV", "Acme NV"),
        ("\u202eAcme\u200b Cars\ufeff", "Acme Cars"),
        ("soft\u00adware", "software"),
        ("Cafe\u0301", "Café"),
        ("a\u00a0b\u2028c", "a b c"),
        ("half \ud83d surrogate", "half surrogate"),
        ("👩‍🔧 Garage", "👩🔧 Garage"),
        ("", ""),
        (None, ""),
    ],
)
def test_clean_gives_one_tidy_line(typed: str | None, tidy: str) -> None:
    assert clean(typed) == tidy


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Müller", "muller"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("Søren Ægir", "soren aegir"),
        ("Œuvre Đorđe", "oeuvre dorde"),
        ("İstanbul ılık", "istanbul ilik"),
        ("ŠKODA", "skoda"),
        ("Ελλάδα", "ελλαδα"),
        ("ﬁne ＡＢＣ", "fine abc"),
        (None, ""),
    ],
)
def test_fold_removes_accents_and_capitals(typed: str | None, folded: str) -> None:
    assert fold(typed) == folded


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("info@acme-cars.be", ["info", "acme", "cars", "be"]),
        ("Garage Müller & Zonen", ["garage", "muller", "zonen"]),
        ("Cars cars CARS", ["cars"]),
        ("+32 475/12", ["32", "475", "12"]),
        ("株式会社 トヨタ", ["株式会社", "トヨタ"]),
        ("Tom_Jones", ["tom", "jones"]),
        ("ac\x00me wor\u200bld", ["acme", "world"]),
        ("🚗", []),
        ("", []),
        (None, []),
    ],
)
def test_words_are_what_a_search_finds(typed: str | None, found: list[str]) -> None:
    assert words(typed) == found


def test_a_very_long_word_is_cut_so_that_its_beginning_is_still_found() -> None:
    assert words("x" * 10_000 + " y") == ["x" * LONGEST_WORD, "y"]


def test_a_long_run_of_accents_is_not_slow_and_nothing_is_lost() -> None:
    text = "a" + "\u0301\u0323" * 20_000
    assert len(clean(text)) >= len(text) - 100
    assert fold(text) == "a"


@given(ANY_TEXT)
def test_clean_removes_what_a_database_rejects(text: str) -> None:
    tidy = clean(text)
    assert tidy.encode("utf-8").decode("utf-8") == tidy
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in tidy)
    assert "  " not in tidy
    assert tidy == tidy.strip()


@given(ANY_TEXT)
def test_cleaning_and_folding_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert fold(fold(text)) == fold(text)
    assert compatible(compatible(text)) == compatible(text)


@given(ANY_TEXT)
def test_words_hold_only_folded_letters_and_digits_each_once(text: str) -> None:
    found = words(text)
    assert len(found) == len(set(found))
    for word in found:
        assert word.isalnum()
        assert len(word) <= LONGEST_WORD
        assert fold(word) == word


@given(st.text(st.characters(codec="ascii"), max_size=80))
def test_capitals_make_no_difference_to_words(text: str) -> None:
    assert words(text.upper()) == words(text.lower())
