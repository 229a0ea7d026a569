"""Properties of every normaliser for any text."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.normalize.country import country
from counterfoil.normalize.email import email
from counterfoil.normalize.name import name_key
from counterfoil.normalize.outcome import EMPTY, Normalized
from counterfoil.normalize.phone import phone
from counterfoil.normalize.text import clean, fold, words
from counterfoil.normalize.value import boolean, day, instant
from counterfoil.normalize.vat import vat
from counterfoil.normalize.website import website

Normaliser = Callable[[str], Normalized]

NORMALISERS: dict[str, Normaliser] = {
    "phone": lambda text: phone(text, "BE"),
    "phone without country": lambda text: phone(text, None),
    "vat": lambda text: vat(text, "BE"),
    "vat without country": lambda text: vat(text, None),
    "email": email,
    "website": website,
    "country": country,
    "day": day,
}
LONG_TEXTS = [
    piece * (10_000 // len(piece))
    for piece in (
        "a",
        "0",
        "+",
        "@",
        ".",
        " ",
        "/",
        "a@",
        "a.",
        "0 ",
        "1/",
        "é",
        "\u0301",
        "\x00",
        "😀",
        "(0)",
        "A,",
        "BE0",
        "ht",
        "\ud800",
    )
]


@pytest.mark.parametrize("name", NORMALISERS)
@settings(deadline=None)
@given(text=st.text(st.characters()))
def test_any_text_gives_a_value_or_a_reason_and_only_blank_text_neither(name: str, text: str) -> None:
    outcome = NORMALISERS[name](text)
    assert (outcome.value is None) != (outcome.reason is None) or (outcome == EMPTY and not clean(text))


@pytest.mark.parametrize("name", NORMALISERS)
def test_ten_thousand_characters_of_anything_are_handled(name: str) -> None:
    for text in LONG_TEXTS:
        outcome = NORMALISERS[name](text)
        assert outcome.value is None or len(outcome.value) < 3_000


def test_long_texts_are_cleaned_folded_and_read_too() -> None:
    for text in LONG_TEXTS:
        assert len(clean(text)) <= len(text)
        assert isinstance(fold(text), str)
        assert all(len(word) <= 64 for word in words(text))
        assert isinstance(name_key(text), str)
        assert boolean(text) in (True, False, None)
        assert instant(text) is None
