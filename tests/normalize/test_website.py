"""Websites."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.normalize.outcome import EMPTY, Normalized
from counterfoil.normalize.website import website


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("www.x.be", "https://www.x.be"),
        ("x.be", "https://x.be"),
        ("HTTPS://X.be/", "https://x.be"),
        ("http//x.be", "http://x.be"),
        ("http:/x.be", "http://x.be"),
        ("htpp://x.be", "http://x.be"),
        ("http://https://x.be", "https://x.be"),
        ("//x.be", "https://x.be"),
        ("http://www.x.be/Path/A/", "http://www.x.be/Path/A"),
        ("x.be:8080/a?b=c#d", "https://x.be:8080/a?b=c#d"),
        ("https://x.be:443/", "https://x.be"),
        ("x.be/?", "https://x.be"),
        ("(www.x.be).", "https://www.x.be"),
        ("Website: www.x.be", "https://www.x.be"),
        ("www.a.be / www.b.be", "https://www.a.be"),
        ("www.a.be,www.b.be", "https://www.a.be"),
        ("a.be,b.be", "https://a.be"),
        ("none, www.b.be", "https://www.b.be"),
        ("facebook.com/Acme-Cars,123", "https://facebook.com/Acme-Cars,123"),
        ("café.be/menü", "https://xn--caf-dma.be/men%C3%BC"),
        ("x.be/%C3%BC", "https://x.be/%C3%BC"),
        ("\ufeffwww.x.be\x00\n", "https://www.x.be"),
        ("https://medium.com/@acme", "https://medium.com/@acme"),
    ],
)
def test_a_website_becomes_one_absolute_address(typed: str, address: str) -> None:
    assert website(typed) == Normalized(address, None)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("info@x.be", "an e-mail address, not a website"),
        ("No", "no dot in it"),
        ("n/a", "no dot in it"),
        ("-", "no dot in it"),
        ("http://", "no dot in it"),
        ("n.v.t.", "not a web address"),
        ("192.168.1.1", "not a web address"),
        ("ftp://x.be", "not a web address"),
        ("javascript:alert(1.0)", "not a web address"),
        ("x.be:99999", "not a web address"),
        ("x..be", "not a web address"),
    ],
)
def test_the_reason_explains_an_invalid_value(typed: str, reason: str) -> None:
    assert website(typed) == Normalized(None, reason)


@pytest.mark.parametrize("typed", [None, "", "  ", "\x00"])
def test_empty_text_is_no_website_and_no_error(typed: str | None) -> None:
    assert website(typed) == EMPTY


@given(st.text(st.characters()) | st.text("xX.be/:?#@%ü ,;()'-\\", max_size=30).map("www.x.be/".__add__))
def test_normalising_a_website_twice_changes_nothing(text: str) -> None:
    found = website(text)
    if found.value:
        assert website(found.value) == found
        assert found.value.isascii()
        assert found.value.startswith(("http://", "https://"))
