"""Edits keep everything that is typed, and two spellings of one value count as equal."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.errors import InvalidInput
from counterfoil.ingest.edit_values import (
    EDITABLE,
    LONGEST,
    column_value,
    likely_echo,
    likeness,
    parse,
    sameness,
)

fields = st.sampled_from(sorted(EDITABLE))
typed = st.text(max_size=40)
TEXTS = sorted(name for name, field in EDITABLE.items() if field.kind not in ("boolean", "date"))


@given(fields, typed)
def test_typed_text_is_a_value_that_its_column_takes_or_is_rejected(field: str, text: str) -> None:
    with suppress(InvalidInput):
        value = parse(field, text)
        assert column_value(field, value) == value or EDITABLE[field].kind == "date"


@given(st.sampled_from(TEXTS), typed)
def test_typing_a_parsed_value_again_gives_the_same_value(field: str, text: str) -> None:
    with suppress(InvalidInput):
        once = parse(field, text)
        assert once is None or parse(field, once) == once


@given(
    st.sampled_from([name for name in EDITABLE if name != "name"]), st.sampled_from(["", " ", "\t\n", "\u00a0"])
)
def test_blank_text_clears_the_field(field: str, text: str) -> None:
    assert parse(field, text) is None


@pytest.mark.parametrize("field", ["is_active", "id", "raw", ""])
def test_a_field_that_cannot_be_edited_is_rejected(field: str) -> None:
    with pytest.raises(InvalidInput, match="not a field"):
        parse(field, "x")


def test_a_value_that_is_too_long_is_rejected() -> None:
    with pytest.raises(InvalidInput, match="longer than 1,000"):
        parse("city", "x" * (LONGEST + 1))


@given(fields, typed | st.none(), typed | st.none())
def test_likeness_is_mutual_and_everything_is_like_itself(field: str, one: Any, other: Any) -> None:
    alike = likeness(field, "BE")
    assert alike(one, one)
    assert alike(one, other) == alike(other, one)


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("phone", "03 234 56 78", "+32 3 234 56 78"),
        ("mobile", "0470/12.34.56", "+32470123456"),
        ("vat_number", "BE 0403.170.701", "BE0403170701"),
        ("email", "Info@Example.com", "info@example.com"),
        ("country", "België", "BE"),
        ("name", "Acme  NV", "ACME nv"),
        ("name", "Acme B.V.", "acme bv"),
        ("name", "B.V.B.A. De Smet, Zonen", "BVBA De Smet Zonen"),
        ("legal_form", "B.V.", "BV"),
        ("website", "http://www.acme.be/", "acme.be"),
        ("website", "HTTPS://Acme.be/over", "www.acme.be/over/"),
        ("postal_code", "1234 AB", "1234ab"),
        ("street", "Café-straat 1", "Cafe\u0301-straat 1"),
        ("vat_number", "BE 123.456", "be123456"),
        ("phone", "03/12", "03 12"),
    ],
)
def test_two_spellings_of_one_value_are_alike(field: str, one: str, other: str) -> None:
    assert likeness(field, "BE")(one, other)
    assert sameness(field, "BE")(one, other)


@pytest.mark.parametrize(
    ("field", "more", "less"),
    [
        ("phone", "03 234 56 78 (Jan)", "+3232345678"),
        ("phone", "03 234 56 78 / 0475 12 34 56", "+3232345678"),
        ("phone", "03 234 56 78/79", "+3232345678"),
        ("email", "info@example.com; jan@example.com", "info@example.com"),
        ("email", "Jan <info@example.com>", "info@example.com"),
        ("website", "acme.be, acme.nl", "acme.be"),
        ("vat_number", "BE0403170701 / BE0456810810", "BE0403170701"),
    ],
)
def test_a_value_that_says_more_is_alike_but_not_the_same(field: str, more: str, less: str) -> None:
    assert likeness(field, "BE")(more, less)
    assert not sameness(field, "BE")(more, less)


@pytest.mark.parametrize(
    ("field", "sent", "kept"),
    [
        ("name", "Garage Peeters en Zonen", "Garage Peeters en"),
        ("name", "Garage Peeters ", "GARAGE PEETERS"),
        ("name", "De Smet & Zonen", "De Smet &amp; Zonen"),
        ("name", "De Smet & Zonen", "De Smet &am"),
        ("name", "Garage Müller 🚗", "Garage Muller ?"),
        ("street", "Kerkstraat 1\nbus 2", "Kerkstraat 1 bus 2"),
        ("email", "Jan@Example.com", "jan@example.com"),
        ("phone", "0475 12 34 56 (Jan)", "+32475123456"),
        ("country", "België", "BE"),
    ],
)
def test_what_upstreams_make_of_a_value_is_a_likely_echo(field: str, sent: str, kept: str) -> None:
    assert likely_echo(field, "BE")(sent, kept)


@pytest.mark.parametrize(
    ("sent", "kept"), [("Gent", "Brugge"), ("Gent", "Gentbrugge"), ("Gent", None), ("Gent", "-"), (None, "Gent")]
)
def test_another_value_is_no_echo(sent: Any, kept: Any) -> None:
    assert not likely_echo("city", "BE")(sent, kept)


@given(fields, typed, typed)
def test_the_same_value_is_alike_and_what_is_alike_is_a_likely_echo(field: str, one: Any, other: Any) -> None:
    same, alike, made_of = (build(field, "BE") for build in (sameness, likeness, likely_echo))
    assert alike(one, other) or not same(one, other)
    assert made_of(one, other) or not alike(one, other)


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("phone", "03 234 56 78", "03 234 56 79"),
        ("vat_number", "BE0403170701", "BE0403171295"),
        ("email", "info@example.com", "info@example.org"),
        ("name", "Acme NV", "Acme BV"),
        ("name", "Muller", "Müller"),
        ("name", "A & B", "A B"),
        ("city", "Gent", None),
    ],
)
def test_two_different_values_are_not_alike(field: str, one: Any, other: Any) -> None:
    assert not likeness(field, "BE")(one, other)
