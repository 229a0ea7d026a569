"""Normalise phone numbers to E.164 ("+32475123456"), from whatever people write into a phone field."""

import re
from functools import lru_cache
from unicodedata import decimal

import phonenumbers
from phonenumbers import NumberParseException, ValidationResult

from counterfoil.normalize import phone_plan
from counterfoil.normalize.country import country_name
from counterfoil.normalize.other_numbers import LINE_END, leave_out
from counterfoil.normalize.outcome import EMPTY, Normalized
from counterfoil.normalize.phone_candidates import AREA_CODE, FULL_NUMBER, LONGEST, SECOND, candidates, digits_in
from counterfoil.normalize.spreadsheet_number import MARKS_OF_TEXT, SHORTENED, restore
from counterfoil.normalize.text import compatible

_LONGEST_TEXT = 200
_LONGEST_CACHED = 64
_SHORTEST = 6  # digits; shorter ones are postcodes and extensions, though some plans have such numbers
_LONGEST_DATE = 8  # digits
_SURELY_ABROAD = 11  # digits, with country code, that no number of ours with a typing mistake has

_CENTURIES = frozenset({"19", "20"})
_BREAKS = re.compile(rf"[,:_·•{LINE_END}]+")
_LINE_ENDS = re.compile(r"[\n\r]+")
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{2,4}", re.ASCII)
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")


def phone(raw: str | None, region: str | None) -> Normalized:
    """Return the first valid number in a text in E.164: "0475/12.34.56 (Jan)" in Belgium becomes "+32475123456".

    `region` is the ISO code of the country of numbers without a country code. Names, labels and extensions are
    left out. Valid means that the numbering plan (package phonenumbers) has such numbers, not that this one is in
    use.
    """
    if not raw:
        return EMPTY
    number = _fast(raw, region)
    if number is not None:
        return Normalized(number, None)
    return (_slow_cached if len(raw) <= _LONGEST_CACHED else _slow)(raw, region)


def digits(e164: str, region: str | None) -> list[str]:
    """Return the forms of a number that people type into a search: "32475123456" and "0475123456".

    The second is the number as dialled in its own country; `region` says which country, if several share a calling
    code. Returns an empty list for text that is not E.164.
    """
    international = e164[1:]
    if not (e164.startswith("+") and international.isascii() and international.isdecimal()):
        return []
    code = phone_plan.calling_code(international)
    if code is None:
        return [international]
    sharing = phone_plan.regions(code)
    home = region if region in sharing else sharing[0]
    national = phone_plan.national_prefix(home) + international[len(code) :]
    return [international] if national == international else [international, national]


def _fast(raw: str, region: str | None) -> str | None:
    # Returns what `_slow` would return for one cleanly written number, and None when in doubt.
    text = raw.replace(" ", "")
    if "." in text:
        if raw[-2:] == ".0" or raw[4:5] == "." == raw[8:9]:
            return None  # a float, or written as Belgian VAT numbers are
        text = text.replace(".", "")
    if "-" in text:
        text = text.replace("-", "")
    if "(" in text or "/" in text:
        text = _without_area_signs(text)
    length = len(text)
    if length <= _LONGEST_DATE and _too_short_or_a_date(length, raw):
        return None
    if length >= 2 * FULL_NUMBER and (length > LONGEST or SECOND.search(raw)):
        return None  # perhaps two numbers
    abroad = 1 if text[:1] == "+" else 2 if text[:2] == "00" else 0
    number = text[abroad:] if abroad else text
    if not (number.isdecimal() and number.isascii()):
        return None
    if abroad or number[0] == "0":
        return _planned(number, region, abroad=abroad)
    return _bare(number, raw, region)


def _without_area_signs(text: str) -> str:
    # "(03)2345678" and "03/2345678"; "" where the slash may stand between two numbers.
    text = text.replace("(", "").replace(")", "")
    area, _, rest = text.partition("/")
    return "" if rest and (len(area) > AREA_CODE or area[:1] != "0") else area + rest


def _too_short_or_a_date(length: int, raw: str) -> bool:
    return length < _SHORTEST or (" " not in (date := raw.strip()) and _DATE.fullmatch(date) is not None)


def _bare(number: str, raw: str, region: str | None) -> str | None:
    # Digits without zero and plus may have lost either; those with a point or of a day may be something else.
    if "." in raw or (len(number) == _LONGEST_DATE and number[:2] in _CENTURIES):
        return None
    found = _planned(number, region, abroad=0)
    if found is None or region is None or found[1:] == number:
        return found
    return None if phone_plan.could_be_abroad(number) and not phone_plan.is_whole(region, len(number)) else found


def _planned(number: str, region: str | None, *, abroad: int) -> str | None:
    # Returns the number in E.164 if the compiled plans show that it is valid, and None when in doubt.
    if abroad:
        plan = phone_plan.plan_of_number(number)
        national = plan.national(number[len(plan.calling_code) :]) if plan else None
    else:
        plan = phone_plan.dial_plan(region) if region else None
        national = plan.at_home(number) if plan else None
    return f"+{plan.calling_code}{national}" if plan and national else None


def _slow(raw: str, region: str | None) -> Normalized:
    text = _tidy(raw[:_LONGEST_TEXT])
    if not any(c in "0123456789" for c in text):
        return Normalized(None, "no digits in it") if text else EMPTY
    known = region.upper() if region and phone_plan.is_region(region.upper()) else None
    text, shortened = restore(text.lstrip(MARKS_OF_TEXT))
    text, kind = leave_out(text, known)
    found = candidates(_BREAKS.sub("/", text))
    for candidate, neighbour in found:
        number = _valid(candidate, known)
        if number and (neighbour is None or _valid(neighbour, known)):
            return Normalized(number, None)
    if kind or shortened:
        return Normalized(None, SHORTENED if shortened else f"{kind}, not a phone number")
    longest = max((candidate for candidate, _ in found), key=lambda each: len(digits_in(each)), default=text)
    return Normalized(None, _objection(longest, known))


_slow_cached = lru_cache(maxsize=8192)(_slow)


def _tidy(raw: str) -> str:
    text = compatible(_LINE_ENDS.sub(LINE_END, raw.strip()))
    if text.isascii():
        return text
    return "".join(str(decimal(c, c)) for c in text.translate(_DASHES))


def _dialled(candidate: str) -> str:
    # Digits, with "+" before a country code: "0032 (475) .." becomes "+32475..".
    number = digits_in(candidate)
    if number[:2] == "00" and number[2:3] != "0":
        return "+" + number[2:]
    return f"+{number}" if "+" in candidate and number[:1] != "0" else number


def _valid(candidate: str, region: str | None) -> str | None:
    dialled = _dialled(candidate)
    if len(dialled) < _SHORTEST:
        return None
    if dialled[:1] == "+":
        return _planned(dialled[1:], region, abroad=1) or _parsed(dialled, region)
    home = _planned(dialled, region, abroad=0) or _parsed(dialled, region)
    if dialled[:1] == "0" or region is None:
        return home
    abroad = _abroad(dialled)
    if home is None:
        return abroad if len(dialled) >= _SURELY_ABROAD else None
    # Digits without the zero that numbers there begin with have lost this zero, or a plus.
    lost_plus = abroad not in (None, home) and not phone_plan.is_whole(region, len(dialled))
    return None if lost_plus else home


def _abroad(dialled: str) -> str | None:
    # Returns the international number in digits that may have lost their plus.
    if not phone_plan.could_be_abroad(dialled):
        return None
    return _planned(dialled, None, abroad=1) or _parsed(f"+{dialled}", None)


def _parsed(dialled: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(dialled, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _objection(candidate: str, region: str | None) -> str:
    dialled = _dialled(candidate)
    if dialled[:1] not in {"+", "0"} and region and (abroad := _abroad(dialled)):
        return f"a zero or a plus is missing: it may be {abroad}"
    return _objection_of_plan(dialled, region)


def _objection_of_plan(dialled: str, region: str | None) -> str:
    try:
        number = phonenumbers.parse(dialled, region)
    except NumberParseException as error:
        if error.error_type != NumberParseException.INVALID_COUNTRY_CODE:
            return "too long for a phone number" if len(dialled) > 10 else "too short for a phone number"
        return "unknown country code" if dialled[:1] == "+" else "no country code, and no country to go by"
    home = phonenumbers.region_code_for_country_code(number.country_code or 0)
    where = country_name(home) or "that country code"
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible == ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        return "the area code is missing"
    # A zero that the parser kept is a dialling prefix before too few digits.
    kept_zero = number.italian_leading_zero and phone_plan.national_prefix(home) == "0"
    if possible == ValidationResult.TOO_SHORT or kept_zero:
        return f"too short for a number in {where}"
    if possible == ValidationResult.TOO_LONG:
        return f"too long for a number in {where}"
    return f"no such number can exist in {where}"
