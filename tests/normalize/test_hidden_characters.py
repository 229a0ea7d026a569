"""What a terminal obeys, or nobody sees, is shown by its code; all other text stays as it is."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.normalize.hidden_characters import HIDDEN, called, json_escaped, visible, visible_line

ANY = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;root\x07", "<U+001B>]0;root<U+0007>"),
        ("\x1b]8;;http://evil\x1b\\x", "<U+001B>]8;;http://evil<U+001B>\\x"),
        ("\x9b31m", "<U+009B>31m"),
        ("a\u202egpj.exe", "a<U+202E>gpj.exe"),
        ("\u2066\u2069\u200e\u200f\u061c", "<U+2066><U+2069><U+200E><U+200F><U+061C>"),
        ("Gar\u200bage\xad\ufeff", "Gar<U+200B>age<U+00AD><U+FEFF>"),
        ("\ud800", "<U+D800>"),
        ("a\u2028b\x85c\rd\x0be", "a<U+2028>b<U+0085>c<U+000D>d<U+000B>e"),
        ("two\r\nlines\n\tof it", "two\nlines\n\tof it"),
        ("Café “Zoë”, 株式会社, مقهى, קפה, 🚗", "Café “Zoë”, 株式会社, مقهى, קפה, 🚗"),
    ],
)
def test_hidden_characters_are_shown_by_their_codes_and_no_others(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(ANY)
def test_no_text_reaches_a_terminal_with_a_character_that_it_obeys(text: str) -> None:
    assert not [
        character
        for character in visible(text)
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} and character not in "\n\t"
    ]
    assert not {"\u202a", "\u202e", "\u2066", "\u2069", "\u200b", "\ufeff"} & set(visible(text))
    assert not set(visible_line(text)) & set("\n\t\r")


@given(st.text())
def test_escaped_json_is_the_same_json(text: str) -> None:
    written = json_escaped(json.dumps({text: [text]}, ensure_ascii=False, indent=2))
    assert json.loads(written) == {text: [text]}
    assert not [found for found in HIDDEN.findall(written) if found != "\n"]


def test_half_a_character_is_escaped_in_json() -> None:
    assert json_escaped('"\ud800"') == '"\\ud800"'


def test_the_ends_of_lines_are_shown_on_one_line() -> None:
    assert visible_line("Garage\r\nPeeters\n") == "Garage↵Peeters↵"


def test_a_character_is_called_by_its_code_and_name() -> None:
    assert called("\u202e") == "U+202E right-to-left override"
    assert called("\x1b") == "U+001B control character"
