"""VAT numbers."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from counterfoil.normalize import vat as module
from counterfoil.normalize.outcome import EMPTY, Normalized
from counterfoil.normalize.vat import vat


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("BE0123456749", "BE", "BE0123456749"),
        ("27AAPFU0939F1ZV", "IN", "IN27AAPFU0939F1ZV"),
        ("GSTIN: 27AAPFU0939F1ZV", "IN", "IN27AAPFU0939F1ZV"),
        ("GSTIN IN27AAPFU0939F1ZV", "BE", "IN27AAPFU0939F1ZV"),
        ("be 0123.456.749", None, "BE0123456749"),
        ("0123.456.749", "BE", "BE0123456749"),
        ("123.456.749", "BE", "BE0123456749"),
        ("BE 123 456 749", None, "BE0123456749"),
        ("BTW BE-0123.456.749", "NL", "BE0123456749"),
        ("BTW-nr: BE 0123/456/749", None, "BE0123456749"),
        ("BE BTW 0123.456.749", None, "BE0123456749"),
        ("TVA N° BE0123456749", None, "BE0123456749"),
        ("Nº 0123456749", "BE", "BE0123456749"),
        ("TVA BE0123456749 RPM Bruxelles", None, "BE0123456749"),
        ("BE0123456748 / BE0403019261", None, "BE0403019261"),
        ("\u200bBE０１２３４５６７４９\x00", None, "BE0123456749"),
        ("DE 136,695 976", "BE", "DE136695976"),
        ("136695976", "DE", "DE136695976"),
        ("FR 40 303 265 045", "BE", "FR40303265045"),
        ("NL004495445B01", "BE", "NL004495445B01"),
        ("004495445B01", "NL", "NL004495445B01"),
        ("ATU13585627", None, "ATU13585627"),
        ("B-58378431", "ES", "ESB58378431"),
        ("IE 6433435F", None, "IE6433435F"),
        ("P.IVA 00743110157", "IT", "IT00743110157"),
        ("GR 094259216", None, "EL094259216"),
        ("094259216", "GR", "EL094259216"),
        ("EL094259216", None, "EL094259216"),
        ("GB 980 7806 84", None, "GB980780684"),
        ("XI980780684", None, "XI980780684"),
        ("CHE-107.787.577 MWST", None, "CHE107787577"),
        ("107.787.577", "CH", "CHE107787577"),
        ("NO 995 525 828 MVA", None, "NO995525828MVA"),
        ("995525828", "NO", "NO995525828MVA"),
        ("EU372022452", None, "EU372022452"),
    ],
)
def test_a_vat_number_is_recognised_by_its_prefix_or_its_country(
    typed: str, country: str | None, number: str
) -> None:
    assert vat(typed, country) == Normalized(number, None)


@pytest.mark.parametrize(
    ("typed", "country", "reason"),
    [
        ("0123456748", "BE", "check digits do not match"),
        ("DE136695978", "BE", "check digits do not match"),
        ("BE01234567490", "BE", "wrong length for a VAT number of Belgium"),
        ("12", "NL", "not written like a VAT number of the Netherlands"),
        ("BE0123é456749", "BE", "not written like a VAT number of Belgium"),
        ("000.000.000", "BE", "not written like a VAT number of Belgium"),
        ("123456749", None, "does not say of which country"),
        ("0123456749", "Belgium", "does not say of which country"),
        ("AE100123456700003", "BE", "no VAT rules known for AE"),
        ("27AAPFU0939F1ZX", "IN", "check digits do not match"),
        ("100123456700003", "AE", "no VAT rules known for AE"),
        ("US12-3456789", None, "no VAT rules known for US"),
        ("n/a", "BE", "no digits in it"),
        ("particulier", "BE", "no digits in it"),
    ],
)
def test_the_reason_explains_an_invalid_value(typed: str, country: str | None, reason: str) -> None:
    assert vat(typed, country) == Normalized(None, reason)


@pytest.mark.parametrize("typed", [None, "", "  ", "\x00"])
def test_empty_text_is_no_vat_number_and_no_error(typed: str | None) -> None:
    assert vat(typed, "BE") == EMPTY


def luhn(digits: str) -> str:
    doubled = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits))]
    return str(-sum(d // 10 + d % 10 for d in doubled) % 10)


def german(digits: str) -> str:
    check = 10
    for digit in digits:
        check = ((int(digit) + check) % 10 or 10) * 2 % 11
    return digits + str((11 - check) % 10)


def french(digits: str) -> str:
    siren = digits + luhn(digits)
    return f"{(12 + 3 * (int(siren) % 97)) % 97:02}{siren}"


VALID = st.one_of(
    st.integers(1_000_000, 19_999_999).map(lambda n: f"BE{n:08}{97 - n % 97:02}"),
    st.integers(1_000_000, 9_999_999).map(lambda n: f"DE{german(str(n) + '7')}"),
    st.integers(100_000, 999_999).map(lambda n: f"LU{n}{n % 89:02}"),
    st.integers(10_000_000, 99_999_999).map(lambda n: f"FR{french(str(n))}"),
    st.integers(1, 9_999_999).map(lambda n: f"IT{n:07}001{luhn(f'{n:07}001')}"),
)


@given(VALID, st.sampled_from(["", " ", ".", "-"]))
def test_a_number_with_right_check_digits_passes_with_any_spacing(number: str, between: str) -> None:
    assert vat(between.join([number[:2], number[2:5], number[5:]]), None).value == number
    assert vat(number[2:].lower(), number[:2]).value == number


@given(VALID, st.data())
def test_one_changed_digit_is_always_noticed(number: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(2, len(number) - 1))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != number[at]]))
    assert vat(number[:at] + digit + number[at + 1 :], None).value is None


@given(VALID, st.sampled_from(["BE", "NL", "FR", "AE", None]))
@example("DE155353477", "FR")
def test_a_foreign_number_never_becomes_one_of_the_customers_own_country(number: str, country: str | None) -> None:
    """French numbers may begin with two letters: one that is valid in both ways is marked, with both."""
    value, reason = vat(number, country)
    assert value == number or (country == "FR" and value is None and f"may be {number} or FR" in (reason or ""))


BELGIAN_LIKE = st.tuples(
    st.sampled_from(["", "BE", "BE ", "be"]),
    st.integers(0, 19_999_999).map(lambda n: f"{n:08}{97 - n % 97:02}") | st.text("0129", max_size=11),
    st.sampled_from(["", ".", " "]),
).map(lambda t: f"{t[0]}{t[1][:4]}{t[2]}{t[1][4:7]}{t[2]}{t[1][7:]}")


@given(BELGIAN_LIKE | st.text("BE019 .", max_size=14), st.sampled_from(["BE", "NL", None]))
def test_the_fast_path_gives_the_same_result_as_the_slow_one(text: str, country: str | None) -> None:
    assert vat(text, country) == module._vat(text, country)


ANY_COUNTRY = (
    st.none() | st.sampled_from([*module._RULES, "GR", "AE", "UK"]) | st.text(st.characters(), max_size=3)
)


@given(st.text(st.characters()) | st.text("ABEIOXM0123456789 .-/", max_size=16), ANY_COUNTRY)
def test_normalising_a_number_twice_changes_nothing(text: str, country: str | None) -> None:
    found = vat(text, country)
    if found.value:
        assert vat(found.value, None) == found


@given(st.sampled_from(sorted(module._RULES)), st.text("ABIOXM0123456789", max_size=14))
def test_no_rule_of_any_country_raises(prefix: str, number: str) -> None:
    outcome = vat(prefix + number, None)
    assert (outcome.value is None) != (outcome.reason is None)
