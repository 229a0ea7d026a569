"""E-mail addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.normalize import email as module
from counterfoil.normalize.email import email
from counterfoil.normalize.outcome import EMPTY, Normalized


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("info@acme.be", "info@acme.be"),
        (" Info@Acme.BE\n", "info@acme.be"),
        ("Jan Janssens <Jan@Acme.be>", "jan@acme.be"),
        ('"Janssens, Jan" <jan@acme.be>', "jan@acme.be"),
        ("mailto:jan@acme.be?subject=hello", "jan@acme.be"),
        ("E-mail: jan@acme.be", "jan@acme.be"),
        ("jan@acme.be; piet@acme.be", "jan@acme.be"),
        ("jan@acme.be,piet@acme.be", "jan@acme.be"),
        ("jan@acme.be / piet@acme.be", "jan@acme.be"),
        ("jan@; piet@acme.be", "piet@acme.be"),
        ("Jan @ piet@acme.be", "piet@acme.be"),
        ("info @ acme.be", "info@acme.be"),
        ("'info@acme.be'", "info@acme.be"),
        ("info@acme.be.", "info@acme.be"),
        ("info＠acme.be", "info@acme.be"),
        ("\u200binfo@acme.be\x00", "info@acme.be"),
        ("info@Café.be", "info@xn--caf-dma.be"),
        ("info@straße.de", "info@xn--strae-oqa.de"),
        ("first.last+tag@sub.acme.co.uk", "first.last+tag@sub.acme.co.uk"),
    ],
)
def test_the_first_valid_address_counts(typed: str, address: str) -> None:
    assert email(typed) == Normalized(address, None)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("info.acme.be", "no @"),
        ("none", "no @"),
        ("@acme.be", "nothing before @"),
        ("info@", "no domain after @"),
        ("info@acme", "no dot in the domain after @"),
        ("a@b@c.be", "more than one @"),
        ("info@acme..be", "not a valid domain after @"),
        ("info@-acme.be", "not a valid domain after @"),
        ("info@192.168.1.1", "not a valid domain after @"),
        ("in..fo@acme.be", "two dots in a row before @"),
        ("renée@acme.be", "a character that cannot stand before @"),
        ("x" * 65 + "@acme.be", "too long before @"),
        ("x" * 60 + "@" + "abcdefgh." * 27 + "example", "too long for an address"),
    ],
)
def test_the_reason_explains_an_invalid_value(typed: str, reason: str) -> None:
    assert email(typed) == Normalized(None, reason)


@pytest.mark.parametrize("typed", [None, "", "  ", "\x00"])
def test_empty_text_is_no_address_and_no_error(typed: str | None) -> None:
    assert email(typed) == EMPTY


@given(
    st.emails()
    | st.text("aA1.@-_'*` <>;é", max_size=30)
    | st.from_regex(r"[a-z'.]{1,5}@[a-z.-]{1,8}", fullmatch=True)
)
def test_the_fast_path_gives_the_same_result_as_the_slow_one(text: str) -> None:
    assert email(text) == module._email(text)


@given(st.emails() | st.text(st.characters()))
def test_normalising_an_address_twice_changes_nothing(text: str) -> None:
    found = email(text)
    if found.value:
        assert email(found.value) == found
        assert found.value.isascii()
        assert found.value == found.value.lower()
