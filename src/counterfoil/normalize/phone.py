"""Normalise phone numbers to E.164 ("+32475123456"), from whatever people write into a phone field."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from unicodedata import decimal

import phonenumbers
from phonenumbers import NumberParseException, ValidationResult

from counterfoil.normalize import phone_plan
from counterfoil.normalize.country import country_name
from counterfoil.normalize.outcome import EMPTY, Normalized
from counterfoil.normalize.text import compatible

_LONGEST_TEXT = 200
_LONGEST_CACHED = 64
_LONGEST = 20  # digits of one number, with "00" and country code
_MOST_CANDIDATES = 24
_AREA_CODE = 4  # digits, with the leading 0, that are never a number by themselves
_FULL_NUMBER = 7  # digits from which on two numbers may stand side by side

_BREAKS = re.compile(r"[\n\r\t,:_·•]+")
_FOREIGN = re.compile(r"[^0-9+ .()'/-]+|(?=\+)")
_SECOND = re.compile(r"[ .-]+(?=0)")
_NO_DIGITS = re.compile(r"[^0-9]+")
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
    text = raw.replace(" ", "").replace(".", "").replace("-", "")
    if "(" in text:
        text = text.replace("(", "").replace(")", "")
    if "/" in text:
        area, _, text = text.partition("/")
        if len(area) > _AREA_CODE or area[:1] != "0":
            return None
        text = area + text
    if len(text) >= 2 * _FULL_NUMBER and (len(text) > _LONGEST or _SECOND.search(raw)):
        return None  # perhaps two numbers
    abroad = 1 if text[:1] == "+" else 2 if text[:2] == "00" else 0
    number = text[abroad:]
    if not (number.isascii() and number.isdecimal()):
        return None
    return _planned(number, region, abroad=bool(abroad))


def _planned(number: str, region: str | None, *, abroad: bool) -> str | None:
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
    candidates = list(islice(_candidates(text), _MOST_CANDIDATES))
    for candidate, neighbour in candidates:
        number = _valid(candidate, known)
        if number and (neighbour is None or _valid(neighbour, known)):
            return Normalized(number, None)
    longest = max((candidate for candidate, _ in candidates), key=_count, default=text)
    return Normalized(None, _objection(longest, known))


_slow_cached = lru_cache(maxsize=8192)(_slow)


def _tidy(raw: str) -> str:
    text = compatible(_BREAKS.sub("/", raw.strip()))
    if text.isascii():
        return text
    return "".join(str(decimal(c, c)) for c in text.translate(_DASHES))


def _candidates(text: str) -> Iterator[tuple[str, str | None]]:
    # Possible numbers, best guess first. The first of a pair counts only if the second is valid too.
    for chunk in _FOREIGN.split(text):
        for whole in _joined(chunk):
            for gap in _SECOND.finditer(whole):
                first, second = whole[: gap.start()], whole[gap.end() :]
                if _count(first) >= _FULL_NUMBER and _count(second) >= _FULL_NUMBER:
                    yield first, second
            yield whole, None
            if "(0)" in whole:  # "+34 (0)91 ..": a zero that this country does not dial
                yield whole.replace("(0)", ""), None


def _joined(chunk: str) -> Iterator[str]:
    # Joins parts between slashes, shortest first: slashes occur inside "0475/12.34.56" and between numbers.
    parts = [part for part in chunk.split("/") if _count(part)]
    for start, part in enumerate(parts):
        if start and not part.lstrip(" (").startswith("0") and _count(parts[start - 1]) <= _AREA_CODE + 1:
            continue  # the rest of a number that began before the slash
        whole = ""
        for end, more in enumerate(parts[start:], start + 1):
            whole += more
            if _count(whole) > _LONGEST:
                break
            if _count(whole) > _AREA_CODE or end == len(parts):
                yield whole


def _count(text: str) -> int:
    return len(_NO_DIGITS.sub("", text))


def _dialled(candidate: str) -> str:
    # Digits, with "+" before a country code: "0032 (475) .." becomes "+32475..".
    number = _NO_DIGITS.sub("", candidate)
    if number[:2] == "00" and number[2:3] != "0":
        return "+" + number[2:]
    return f"+{number}" if "+" in candidate and number[:1] != "0" else number


def _valid(candidate: str, region: str | None) -> str | None:
    dialled = _dialled(candidate)
    abroad = dialled[:1] == "+"
    return _planned(dialled[abroad:], region, abroad=abroad) or _parsed(dialled, region)


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
