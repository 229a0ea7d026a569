"""Phone and VAT numbers that a spreadsheet, a program or a form has damaged are read right, or marked."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import phonenumbers
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from counterfoil.normalize import phone_plan
from counterfoil.normalize.phone import phone
from counterfoil.normalize.spreadsheet_number import SHORTENED, restore
from counterfoil.normalize.vat import vat
from tests.normalize.test_vat import VALID as VAT_NUMBERS

MOBILE, LAND = "+32475123456", "+3232345678"


@pytest.mark.parametrize(
    ("typed", "region", "number"),
    [
        ("475123456.0", "BE", MOBILE),
        ("32475123456.0", "BE", MOBILE),
        ("475123456,0", "BE", MOBILE),
        ("475123456.00", "BE", MOBILE),
        ("475.123.456,0", "BE", MOBILE),
        ("475,123,456.0", "BE", MOBILE),
        ("475 123 456,0", "BE", MOBILE),
        ("GSM 475123456.0", "BE", MOBILE),
        ("+32475123456.0", "BE", MOBILE),
        ("0475123456.0", "BE", MOBILE),
        ("4.75123456E+8", "BE", MOBILE),
        ("4,75123456E+08", "BE", MOBILE),
        ("3.2475123456E+10", "BE", MOBILE),
        ("'0475123456", "BE", MOBILE),
        ('="0475123456"', "BE", MOBILE),
        ("475123456", "BE", MOBILE),
        ("32345678", "BE", LAND),
        ("32345678.0", "BE", LAND),
        ("3098765432.0", "DE", "+493098765432"),
        ("912345678.0", "ES", "+34912345678"),
        ("31612345678", "BE", "+31612345678"),
        ("31612345678.0", "BE", "+31612345678"),
        ("40721123456", "BE", "+40721123456"),
        ("33612345678", "BE", "+33612345678"),
        ("32475123456", "NL", MOBILE),
    ],
)
def test_law_12_a_damaged_phone_number_is_read_right(typed: str, region: str, number: str) -> None:
    assert phone(typed, region) == (number, None)


@pytest.mark.parametrize(
    ("typed", "region", "reason"),
    [
        ("3.2475123E+10", "BE", SHORTENED),
        ("3,2475E+10", "BE", SHORTENED),
        ("3.2475E10", "BE", SHORTENED),
        ("GSM 3.2475E+10", "BE", SHORTENED),
        ("468123456", "BE", "a zero or a plus is missing: it may be +468123456"),
        ("15123456789", "DE", "a zero or a plus is missing: it may be +15123456789"),
        ("32450000000", "LU", "a zero or a plus is missing: it may be +32450000000"),
        ("4751234560", "BE", "a zero or a plus is missing: it may be +4751234560"),
        ("9120.0", "BE", "too short for a number in Belgium"),
        ("30159", "DE", "no such number can exist in Germany"),
    ],
)
def test_law_12_a_phone_number_that_cannot_be_told_is_marked(typed: str, region: str, reason: str) -> None:
    assert phone(typed, region) == (None, reason)


@pytest.mark.parametrize(
    ("typed", "region", "kind"),
    [
        ("Fax: 03 234 56 78", "BE", "a fax number"),
        ("F. 03/234.56.78", "BE", "a fax number"),
        ("03 234 56 78 (fax)", "BE", "a fax number"),
        ("Fax 03 234 56 78 / 03 234 56 79", "BE", "a fax number"),
        ("Télécopie : 01 44 55 66 77", "FR", "a fax number"),
        ("Telefax 030 22715555", "DE", "a fax number"),
        ("Fernkopie 030 22715555", "DE", "a fax number"),
        ("Fx 03 234 56 78", "BE", "a fax number"),
        ("12/03/2024", "BE", "a date"),
        ("10.03.2024", "BE", "a date"),
        ("12-03-2024", "DK", "a date"),
        ("2024-03-12", "LU", "a date"),
        ("2024-03-12T10:00:00", "BE", "a date"),
        ("12.03.24", "LU", "a date"),
        ("19991231", "BE", "a date"),
        ("1.234,56", "DE", "an amount"),
        ("1234567.89", "NO", "an amount"),
        ("€ 12345678", "BE", "an amount"),
        ("12 345 678 EUR", "BE", "an amount"),
        ("BE68 5390 0754 7034", "BE", "a bank account"),
        ("NL91 ABNA 0417 1643 00", "NL", "a bank account"),
        ("Rekening 0475 12 34 56", "BE", "a bank account"),
        ("BE0123456749", "BE", "a VAT number"),
        ("BTW 0475.123.456", "BE", "a VAT number"),
        ("FR 40 303 265 045", "BE", "a VAT number"),
        ("be 0123 456 749", "NL", "a VAT number"),
        ("0400.000.185", "BE", "a VAT number"),
        ("Postcode 24105 12", "DE", "a postcode"),
    ],
)
def test_law_12_what_is_no_phone_number_never_becomes_one(typed: str, region: str, kind: str) -> None:
    assert phone(typed, region) == (None, f"{kind}, not a phone number")


@pytest.mark.parametrize(
    "typed",
    [
        "T 03 234 56 78 F 03 234 56 79",
        "Fax 03 234 56 79 Tel 03 234 56 78",
        "03 234 56 79 (F) 03 234 56 78 (T)",
        "03 234 56 78 / fax 03 234 56 79",
        "Fax 03 234 56 79\n03 234 56 78",
        "Fax: 03 234 56 79; 03 234 56 78",
        "Tel/Fax 03 234 56 78",
        "12/03/2024: 03 234 56 78",
        "03 234 56 78 (12/03/2024)",
        "BE0123456749 - Tel. 03 234 56 78",
        "3.2475E+10 / 03 234 56 78",
        "03 234 56 78-80",
        "03 234 56 78 - 80",
        "03/234.56.78-80",
        "032345678-80",
        "03 234 56 78/79",
        "03 234 56 78 toestel 5",
        "03 234 56 78 poste 12",
        "03 234 56 78 ext. 12",
    ],
)
def test_law_12_the_phone_number_is_found_beside_other_numbers(typed: str) -> None:
    assert phone(typed, "BE") == (LAND, None)


def test_a_number_with_one_digit_too_many_is_not_cut_to_a_range() -> None:
    assert phone("0475-12-34-56-7", "BE").value is None


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("477472701.0", "BE", "BE0477472701"),
        ("477472701", "BE", "BE0477472701"),
        ("BE 477472701.0", "BE", "BE0477472701"),
        ("477.472.701,0", "BE", "BE0477472701"),
        ("4.77472701E+8", "BE", "BE0477472701"),
        ("'0477472701", "BE", "BE0477472701"),
        ("RPR Antwerpen 0477.472.701", "BE", "BE0477472701"),
        ("RPR Antwerpen, afdeling Turnhout 0477.472.701", "BE", "BE0477472701"),
        ("RPM Bruxelles BE 0477.472.701", None, "BE0477472701"),
        ("Ondernemingsnr. 0477.472.701", "BE", "BE0477472701"),
        ("N° entreprise : 0477.472.701", "BE", "BE0477472701"),
        ("KBO/BCE 0477.472.701", None, "BE0477472701"),
        ("CVR 13585628", "DK", "DK13585628"),
        ("CVR-nr. 13585628", "BE", "DK13585628"),
        ("NIP 856-734-62-15", "PL", "PL8567346215"),
        ("DIČ: CZ25123891", "CZ", "CZ25123891"),
        ("DIČ 25123891", "CZ", "CZ25123891"),
        ("Partita IVA 00743110157", "IT", "IT00743110157"),
        ("NIPC 501964843", "PT", "PT501964843"),
        ("VAT Reg No 980 7806 84", "GB", "GB980780684"),
        ("KvK 12345678 BTW NL004495445B01", "NL", "NL004495445B01"),
        ("TVA intracommunautaire : FR 40 303 265 045", "FR", "FR40303265045"),
        ("13585627", "AT", "ATU13585627"),
        ("743110157", "IT", "IT00743110157"),
        ("743110157.0", "IT", "IT00743110157"),
        ("4495445B01", "NL", "NL004495445B01"),
        ("18547290.0", "RO", "RO18547290"),
    ],
)
def test_law_12_a_damaged_or_labelled_vat_number_is_read_right(
    typed: str, country: str | None, number: str
) -> None:
    assert vat(typed, country) == (number, None)


@pytest.mark.parametrize(
    ("typed", "country", "reason"),
    [
        ("4.7747E+08", "BE", SHORTENED),
        ("12/03/2024", "LU", "a date, not a VAT number"),
        ("SIREN 303265045", "FR", "another number, not a VAT number"),
        ("KvK 13585628", "DK", "another number, not a VAT number"),
        ("Steuernummer 136695976", "DE", "another number, not a VAT number"),
        ("303265045", "FR", "wrong length for a VAT number of France"),
        ("VAT No 980001008", "GB", "may be GB980001008 or NO980001008MVA"),
    ],
)
def test_law_12_a_vat_number_that_cannot_be_told_is_marked(typed: str, country: str, reason: str) -> None:
    assert vat(typed, country) == (None, reason)


def grouped(digits: str, by: str) -> str:
    return re.sub(r"(?<=\d)(?=(?:\d{3})+\Z)", by, digits)


DAMAGE: dict[str, Callable[[str], str]] = {
    "float": lambda digits: f"{digits}.0",
    "float with a comma": lambda digits: f"{digits},0",
    "apostrophe": lambda digits: f"'{digits}",
    "points": lambda digits: f"{grouped(digits, '.')},0",
    "commas": lambda digits: f"{grouped(digits, ',')}.0",
    "all digits": lambda digits: f"{digits[0]}.{digits[1:]}E+{len(digits) - 1}",
    "all digits with a comma": lambda digits: f"{digits[0]},{digits[1:]}E+{len(digits) - 1:02}",
    "lost digits": lambda digits: f"{digits[0]}.{digits[1:-3]}E+{len(digits) - 1}",
    "most digits lost": lambda digits: f"{digits[0]},{digits[1:5]}E+{len(digits) - 1}",
    "lost": lambda digits: digits,
}
REGIONS = ["BE", "NL", "DE", "FR", "LU", "GB", "US", "IT", "ES", "AT", "CH", "PL", "PT", "DK", "IE", "RO", "CZ"]


@st.composite
def phone_numbers(draw: st.DrawFn) -> tuple[str, str]:
    """Generate a valid mobile or fixed-line number and its country."""
    region = draw(st.sampled_from(REGIONS))
    kind = draw(st.sampled_from([PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE]))
    example = phonenumbers.example_number_for_type(region, kind)
    assert example is not None
    digits = phonenumbers.format_number(example, PhoneNumberFormat.E164)[1:]
    end = draw(st.text("0123456789", min_size=5, max_size=5))
    number = f"+{digits[:-5]}{end}"
    assume(phonenumbers.is_valid_number(phonenumbers.parse(number)))
    return number, region


@settings(max_examples=300, deadline=None)
@given(phone_numbers(), st.sampled_from(sorted(DAMAGE)), st.sampled_from(REGIONS))
def test_law_12_a_number_without_its_plus_never_becomes_another(
    given_number: tuple[str, str], damage: str, listed_in: str
) -> None:
    number, _ = given_number
    # Where numbers are dialled as so many digits, nothing tells that these are not one of them.
    assume(not phone_plan.is_whole(listed_in, len(number) - 1))
    found = phone(DAMAGE[damage](number[1:]), listed_in)
    assert found.value in {number, None}
    assert (found.value is None) == (found.reason is not None)


@settings(max_examples=300, deadline=None)
@given(phone_numbers(), st.sampled_from(sorted(DAMAGE)))
def test_law_12_a_number_without_its_zero_never_becomes_another(
    given_number: tuple[str, str], damage: str
) -> None:
    number, region = given_number
    digits = number[1 + len(str(phonenumbers.country_code_for_region(region))) :].lstrip("0")
    found = phone(DAMAGE[damage](digits), region)
    assert found.value in {number, None}
    assert (found.value is None) == (found.reason is not None)


DIGITS_OF_VAT = {
    **dict.fromkeys(["AT", "CZ", "DK", "FI", "HU", "MT", "RO", "SI"], 8),
    **dict.fromkeys(["BG", "CH", "EE", "EL", "GB", "LT", "NO", "PT"], 9),
    **dict.fromkeys(["PL", "SK"], 10),
    **dict.fromkeys(["HR", "LV"], 11),
    "SE": 12,
}


@st.composite
def vat_numbers(draw: st.DrawFn) -> tuple[str, str]:
    """Generate the digits of a valid VAT number, often with zeros before them, and its country."""
    if draw(st.booleans()):
        number = draw(VAT_NUMBERS)
        return number[2:], number[:2]
    country = draw(st.sampled_from(sorted(DIGITS_OF_VAT)))
    length = DIGITS_OF_VAT[country]
    start = draw(st.integers(0, 10 ** draw(st.integers(length - 3, length)) - 1))
    step = 100 if country == "SE" else 1  # its numbers end in 01
    first = start - start % step + (step > 1)
    for candidate in range(first, first + 200 * step, step):
        digits = f"{candidate:0{length}}"
        if vat(f"{country}{'U' if country == 'AT' else ''}{digits}", None).value:
            return digits, country
    assume(False)
    raise AssertionError


@settings(max_examples=100, deadline=None)
@given(vat_numbers(), st.sampled_from(sorted(DAMAGE)))
def test_law_12_a_damaged_vat_number_never_becomes_another(given_number: tuple[str, str], damage: str) -> None:
    digits, country = given_number
    assume(len(digits.lstrip("0")) >= 5)
    number = vat(f"{country}{'U' if country == 'AT' else ''}{digits}", None).value
    for written in (DAMAGE[damage](digits.lstrip("0")), f"{country} {DAMAGE['float'](digits)}"):
        found = vat(written, country)
        assert found.value in {number, None}, written
        assert (found.value is None) == (found.reason is not None)


@settings(max_examples=200, deadline=None)
@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.sampled_from(
        ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%d", "%Y/%m/%d", "%d/%m/%y", "%d.%m.%y"]
    ),
    st.sampled_from(["", " 10:30", "T10:30:00"]),
    st.sampled_from(REGIONS),
)
def test_law_12_no_date_is_a_phone_or_vat_number(one: date, form: str, time: str, region: str) -> None:
    for read in (phone, vat):
        assert read(one.strftime(form) + time, region).value is None


@settings(max_examples=200, deadline=None)
@given(st.decimals(1, 10**9, places=2), st.sampled_from([",.", ".,"]), st.sampled_from(REGIONS))
def test_law_12_no_amount_is_a_phone_number(amount: Decimal, signs: str, region: str) -> None:
    assume(amount % 1)
    text = f"{amount:,f}".translate(str.maketrans(",.", signs))
    for written in (text, f"€ {text}", f"{text} EUR", text.replace(signs[0], "")):
        assert phone(written, region).value is None, written


@given(st.text("0123456789.,E+ '", max_size=24))
def test_restoring_a_number_twice_changes_nothing(text: str) -> None:
    once = restore(text)
    assert restore(once.text).text == once.text
