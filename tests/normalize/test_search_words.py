"""What people type reaches what a record says, however either writes numbers, initials and hyphens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.normalize.search_words import phone_words, record_words, texts_of, vat_words
from counterfoil.normalize.text import words
from counterfoil.normalize.typed_terms import MOST_TERMS, Term, terms

PHONE = phone_words("03/555.07.51", "+3235550751", "BE")
VAT = vat_words("BE 0957.117.212", "BE0957117212")


def matches(typed: str, record: list[str]) -> bool:
    """Tell whether a record with these words is found, as both databases do."""
    found = terms(typed)
    return bool(found) and all(_one(term, record) for term in found)


def _one(term: Term, record: list[str]) -> bool:
    return any(
        all(any(word.startswith(wanted) for word in record) for wanted in alternative)
        for alternative in (*term.alternatives, *term.loose)
    )


@pytest.mark.parametrize(
    "typed",
    [
        "03/555.07.51",
        "+32 3 555 07 51",
        "+32 (0)3 555 07 51",
        "+32 03 555 07 51",
        "0032 3 555 07 51",
        "(03) 555-07-51",
        "03 555",
        "035550751",
        "3235550751",
        "3 555 07 51",
        "0751",
        "50751",
        "07 51",
        "550.751",
        "٠٣٥٥٥٠٧٥١",
    ],
)
def test_a_phone_is_found_as_it_is_written_by_its_beginning_and_by_its_end(typed: str) -> None:
    assert matches(typed, PHONE)


@pytest.mark.parametrize("typed", ["03/555.07.52", "+32 3 555 07 52", "0752", "751 07", "35", "04 555"])
def test_another_phone_is_not_found(typed: str) -> None:
    assert not matches(typed, PHONE)


@pytest.mark.parametrize(
    "typed",
    [
        "BE 0957.117.212",
        "BE0957.117.212",
        "be0957117212",
        "BE-0957-117-212",
        "0957.117.212",
        "0957117212",
        "957117",
        "957117212",
        "BE 0957",
        "be 0957.117",
    ],
)
def test_a_vat_number_is_found_as_it_is_written(typed: str) -> None:
    assert matches(typed, [*VAT, "957117212"])


@pytest.mark.parametrize(
    ("written", "normalized"),
    [
        ("NL 1234.56.789.B.01", "NL123456789B01"),
        ("ATU 12345678", "ATU12345678"),
        ("FR 12 345 678 901", "FR12345678901"),
        ("ES B-12345678", "ESB12345678"),
        ("GB 123 4567 89", "GB123456789"),
        ("CHE-123.456.789", "CHE123456789"),
        ("BE 0957.117.213", None),
        ("ON 0957.117.213", None),
    ],
)
def test_a_vat_number_of_any_country_is_found_as_written_valid_or_not(
    written: str, normalized: str | None
) -> None:
    found = vat_words(written, normalized)
    assert matches(written, found)
    assert matches(written.lower().replace(" ", "").replace(".", ""), found)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("abc cars", "A.B.C. Cars N.V."),
        ("a.b.c.", "A.B.C. Cars N.V."),
        ("A.B.C. Cars N.V.", "A.B.C. Cars N.V."),
        ("a.b.c. cars nv", "ABC Cars NV"),
        ("a b c cars", "ABC Cars"),
        ("abc", "A B C Cars"),
        ("A. B. C. Cars", "ABC Cars"),
        ("bvba", "Janssens B.V.B.A."),
        ("b.v.b.a.", "Janssens BVBA"),
        ("sa", "Dupont S.A."),
        ("s.a", "Dupont S.A."),
        ("jp peeters", "J.P. Peeters"),
        ("peeters claes", "Autogarage Peeters-Claes"),
        ("peetersclaes", "Autogarage Peeters-Claes"),
        ("peeters-claes", "Autogarage Peeters-Claes"),
        ("peeters-claes", "Peetersclaes"),
        ("peeters‐claes", "Peeters–Claes"),
        ("obrien", "Garage O'Brien"),
        ("o'brien", "OBrien"),
        ("o’brien", "Garage O'Brien"),
        ("h&m", "H&M"),
        ("hm", "H&M"),
        ("kerkstraat 12 34", "Kerkstraat 12 bus 34"),
        ("12-14", "Markt 12-14"),
        ("c-00012", "C00012"),
        ("2024-0001", "2024-0001"),
        ("0012-345678", "id 0012-345678"),
        ("0475/12.34.56", "Ask for Jan on 0475 12 34 56 please"),
        ("info@acme-cars.be", "info@acme-cars.be"),
        ("acmecars.be", "info@acme-cars.be"),
        ("bv 0475 123456", "Cars BV 0475123456"),
        ("0475123456 9000", "0475123456 Gent 9000"),
    ],
)
def test_what_is_typed_finds_the_name(typed: str, name: str) -> None:
    assert matches(typed, record_words(name))


@pytest.mark.parametrize(
    ("typed", "name"), [("abc", "A.B. Cars"), ("a.b.c.", "Anna Bert Cas"), ("12 34", "Markt 12"), ("ab", "A1 B2")]
)
def test_what_is_typed_does_not_find_another_name(typed: str, name: str) -> None:
    assert not matches(typed, record_words(name))


@given(st.text(max_size=60) | st.text("ab01 .-/(+)'&,éB", max_size=24))
def test_a_text_finds_itself_unless_it_has_too_many_terms(text: str) -> None:
    found = terms(text)
    assert bool(found) == bool(words(text))
    if found and len(found) < MOST_TERMS:
        assert matches(text, [*record_words(text), *vat_words(text, None), *phone_words(text, None, None)])


def test_texts_are_found_in_lists_and_objects_without_times_and_web_addresses() -> None:
    values = ["Note", 3, None, {"a": ["In a list", "2025-01-22T13:49:30.263Z"]}, "https://x.example", True, ""]
    assert list(texts_of(values)) == ["Note", "In a list"]
