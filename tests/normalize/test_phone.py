"""Phone numbers."""

from unittest.mock import patch

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from counterfoil.normalize import phone as module
from counterfoil.normalize.outcome import EMPTY, Normalized
from counterfoil.normalize.phone import digits, phone

MOBILE, LAND = "+32475123456", "+3232345678"


@pytest.mark.parametrize(
    "typed",
    [
        "0475123456",
        "0475 12 34 56",
        "0475/12.34.56",
        "0475/123456",
        "0475-12-34-56",
        "(0475) 12 34 56",
        "475 12 34 56",
        "32475123456",
        "+32475123456",
        "+32 475 12 34 56",
        "+32 (0)475 12 34 56",
        "+32 0475 12 34 56",
        "(+32) 475 12 34 56",
        "++32 475 12 34 56",
        "0032 475 12 34 56",
        "00 32 (0) 475 12 34 56",
        "+0032 475 12 34 56",
        "+0475 12 34 56",
        "0475 123456 (Jan)",
        "Jan: 0475 12 34 56; Piet: 0476 12 34 56",
        "GSM 0475 12 34 56",
        "tel:+32475123456",
        "Tel.: 0475/12 34 56",
        "0475 12 34 56 ext. 12",
        "0475 12 34 56x12",
        "0475 12 34 56 / 03 234 56 78",
        "0475/12.34.56/03/234.56.78",
        "0475 12 34 56 of 03 234 56 78",
        "0475 12 34 56 ou 03 234 56 78",
        "0475 12 34 56, 03 234 56 78",
        "0475 12 34 56\n03 234 56 78",
        "0475 12 34 56 | 03 234 56 78",
        "0475 12 34 56 - 03 234 56 78",
        "0475123456 032345678",
        "0475 12 34 56 +32 3 234 56 78",
        "\u202a+32 475 12 34 56\u202c",
        "+32\u00a0475\u00a012\u00a034\u00a056",
        "0475‑12‑34‑56",
        "＋３２ ４７５ １２３４５６",
        "📱 0475 12 34 56\x00",
    ],
)
def test_a_belgian_mobile_is_found_however_it_is_written(typed: str) -> None:
    assert phone(typed, "BE") == Normalized(MOBILE, None)


@pytest.mark.parametrize(
    "typed",
    [
        "03/234.56.78",
        "03 / 234 56 78",
        "03 - 234 56 78",
        "03-2345678",
        "03/234.56.78/79",
        "03 234 56 78 & 79",
        "03/2345678 - 0475/123456",
        "T. 03 234 56 78",
        "+32 (0)3 234 56 78",
    ],
)
def test_a_slash_or_dash_belongs_to_the_number_where_it_must(typed: str) -> None:
    assert phone(typed, "BE") == Normalized(LAND, None)


@pytest.mark.parametrize(
    ("typed", "region", "number"),
    [
        ("0032 475 12 34 56", "US", MOBILE),
        ("+32475123456", None, MOBILE),
        ("0475 12 34 56", "be", MOBILE),
        ("06 6982 0000", "IT", "+390669820000"),
        ("+39 (0)6 6982 0000", "BE", "+390669820000"),
        ("+34 (0)912 34 56 78", "BE", "+34912345678"),
        ("+352 (0) 26 12 34 56", "BE", "+35226123456"),
        ("+44 (0)20 7946 0018", "BE", "+442079460018"),
        ("030 / 22715555", "DE", "+493022715555"),
        ("0621 12345-0", "DE", "+49621123450"),
        ("0621 12345 / 12346", "DE", "+4962112345"),
        ("0621 12345 - 0621 12346", "DE", "+4962112345"),
        ("(312)\n555-1234", "US", "+13125551234"),
        ("1 202 555 0123", "US", "+12025550123"),
        ("٠٥٠ ١٢٣ ٤٥٦٧", "AE", "+971501234567"),
    ],
)
def test_numbers_follow_the_rules_of_their_own_country(typed: str, region: str | None, number: str) -> None:
    assert phone(typed, region) == Normalized(number, None)


@pytest.mark.parametrize(
    ("typed", "region", "reason"),
    [
        ("0475 12 34", "BE", "too short for a number in Belgium"),
        ("0475 12 34 567", "BE", "too long for a number in Belgium"),
        ("+31 6 12", "BE", "too short for a number in the Netherlands"),
        ("03/234.56.788", "BE", "no such number can exist in Belgium"),
        ("2262649", "US", "the area code is missing"),
        ("1", "BE", "too short for a phone number"),
        ("1" * 30, "BE", "too long for a phone number"),
        ("+999 123456", "BE", "unknown country code"),
        ("0475 12 34 56", None, "no country code, and no country to go by"),
        ("0475 12 34 56", "XX", "no country code, and no country to go by"),
        ("n/a", "BE", "no digits in it"),
        ("-", "BE", "no digits in it"),
    ],
)
def test_the_reason_explains_an_invalid_value(typed: str, region: str | None, reason: str) -> None:
    assert phone(typed, region) == Normalized(None, reason)


def test_the_rest_of_a_mistyped_number_is_never_taken_for_a_number() -> None:
    # "123.45.678" alone would be a valid number in Liège.
    assert phone("03/123.45.678", "BE").value is None


@pytest.mark.parametrize("typed", [None, "", "  ", "\x00"])
def test_empty_text_is_no_number_and_no_error(typed: str | None) -> None:
    assert phone(typed, "BE") == EMPTY


@pytest.mark.parametrize(
    ("e164", "region", "forms"),
    [
        (MOBILE, "BE", ["32475123456", "0475123456"]),
        (MOBILE, "NL", ["32475123456", "0475123456"]),
        ("+390669820000", "BE", ["390669820000", "0669820000"]),
        ("+34912345678", "BE", ["34912345678", "912345678"]),
        ("+12025550123", "CA", ["12025550123", "2025550123"]),
        ("+999123", None, ["999123"]),
        ("0475123456", "BE", []),
        ("", None, []),
        ("+٣٢", "BE", []),
    ],
)
def test_a_number_is_searched_by_its_international_and_its_national_form(
    e164: str, region: str | None, forms: list[str]
) -> None:
    assert digits(e164, region) == forms


REGIONS = ["BE", "NL", "DE", "FR", "LU", "GB", "US", "IT", "ES", "AE"]
EXAMPLES = {
    region: [
        phonenumbers.national_significant_number(example)
        for kind in PhoneNumberType.values()
        if (example := phonenumbers.example_number_for_type(region, kind))
    ]
    for region in REGIONS
}


@st.composite
def numbers_as_written(draw: st.DrawFn) -> str:
    """Generate numbers of the ten countries, some with errors, with prefixes and separators inserted."""
    region = draw(st.sampled_from(REGIONS))
    example = draw(st.sampled_from(EXAMPLES[region]))
    kept = draw(st.integers(0, len(example)))
    number = example[:kept] + draw(st.text("0123456789", min_size=0, max_size=len(example) - kept + 1))
    code = str(phonenumbers.country_code_for_region(region))
    prefixes = [
        "",
        "0",
        f"+{code}",
        f"00{code}",
        f"+{code}0",
        f"+{code} (0)",
        f"(+{code})",
        code,
        "1",
        "011" + code,
    ]
    separators = draw(st.lists(st.sampled_from(["", "", "", " ", ".", "-", "/", " / ", "(", ")", " 0", " - "])))
    gaps = [*separators, *[""] * len(number)]
    spaced = "".join(digit + gap for digit, gap in zip(number, gaps, strict=False))
    return draw(st.sampled_from(prefixes)) + draw(st.sampled_from(["", " ", "/"])) + spaced


@settings(max_examples=1000, deadline=None)
@given(numbers_as_written() | st.text("+0123456789 ./-()", max_size=20), st.sampled_from([*REGIONS, "CA", None]))
def test_the_compiled_plans_agree_with_the_library(text: str, region: str | None) -> None:
    fast, slow = module._fast(text, region), module._slow(text, region)
    with patch.object(module, "_planned", return_value=None):  # phonenumbers alone
        by_the_library = module._slow(text, region)
    assert slow == by_the_library
    if fast is not None:
        assert Normalized(fast, None) == by_the_library


@pytest.mark.parametrize("region", REGIONS)
def test_the_fast_path_knows_the_common_forms_of_each_country(region: str) -> None:
    example = phonenumbers.example_number_for_type(region, PhoneNumberType.FIXED_LINE)
    assert example is not None
    for form in (
        phonenumbers.PhoneNumberFormat.E164,
        phonenumbers.PhoneNumberFormat.INTERNATIONAL,
        phonenumbers.PhoneNumberFormat.NATIONAL,
    ):
        assert module._fast(phonenumbers.format_number(example, form), region) is not None


@settings(deadline=None)
@given(numbers_as_written() | st.text(st.characters()), st.sampled_from(REGIONS))
def test_a_normalised_number_is_valid_and_needs_no_country(text: str, region: str) -> None:
    found = phone(text, region)
    if found.value:
        assert phonenumbers.is_valid_number(phonenumbers.parse(found.value))
        assert phone(found.value, None) == found
        assert digits(found.value, region)[0] == found.value[1:]
