"""Numbering plans as one compiled pattern per country, which is much faster than `phonenumbers` itself.

They are built from the metadata of `phonenumbers`, so an update of that package updates them too.
"""

import re
from functools import cache, lru_cache
from re import Pattern
from typing import NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata
from phonenumbers.phonemetadata import PhoneNumberDesc

_REGIONS = {str(code): tuple(names) for code, names in COUNTRY_CODE_TO_REGION_CODE.items()}

_ENDLESS = 1_000  # digits that no number has

# The most frequent types first, because the pattern tries them in this order.
_TYPES = (
    "mobile",
    "fixed_line",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)


class DialPlan(NamedTuple):
    """How the numbers of a country are written. `valid` matches what `is_valid_number` accepts.

    `plain_prefix` is a national prefix of digits only; others are a pattern.
    """

    calling_code: str
    plain_prefix: str
    national_prefix: Pattern[str] | None
    abroad: Pattern[str] | None  # the international prefix, if it is not just "00"
    valid: Pattern[str]

    def national(self, digits: str) -> str | None:
        """Return the national number, without prefix, in the digits after a calling code; None when in doubt."""
        if self.national_prefix is None:
            number = digits.removeprefix(self.plain_prefix)
        else:
            prefix = self.national_prefix.match(digits)
            number = digits[prefix.end() :] if prefix else digits
        return number if self.valid.match(number) else None

    def at_home(self, digits: str) -> str | None:
        """Return the national number in digits dialled inside the country; None when in doubt."""
        if self.abroad and self.abroad.match(digits):
            return None
        number = self.national(digits)
        if number is None or len(number) == len(digits) or not digits.startswith(self.calling_code):
            return number
        # A prefix that looks like the calling code (North America's 1): both readings must agree.
        alike = digits == self.calling_code + number and self.national(number) == number
        return number if alike else None


def calling_code(digits: str) -> str | None:
    """Return the calling code of an international number without its plus. No code is the start of another."""
    for length in (2, 1, 3):
        code = digits[:length]
        if code in _REGIONS:
            return code
    return None


def regions(code: str) -> tuple[str, ...]:
    """Return the regions that share a calling code, the main one first."""
    return _REGIONS[code]


def is_region(region: str) -> bool:
    """Return whether there is a numbering plan for this ISO code."""
    return PhoneMetadata.metadata_for_region(region, None) is not None


def plan_of_number(digits: str) -> DialPlan | None:
    """Return the plan of an international number without its plus; None where `dial_plan` has none."""
    code = calling_code(digits)
    return dial_plan(_REGIONS[code][0]) if code else None


@lru_cache(maxsize=512)
def dial_plan(region: str) -> DialPlan | None:
    """Return the plan of a country; None where one pattern is not enough.

    It is not for the smaller countries of a shared calling code, whose numbers differ by their digits, and for
    countries where the national prefix is rewritten instead of dropped.
    """
    data = PhoneMetadata.metadata_for_region(region, None)
    if data is None or data.leading_digits or data.national_prefix_transform_rule:
        return None
    code = str(data.country_code)
    if _REGIONS[code][0] != region:
        return None
    prefix, abroad = data.national_prefix_for_parsing or "", data.international_prefix
    plain = prefix.isdecimal() or not prefix
    return DialPlan(
        code,
        prefix if plain else "",
        None if plain else re.compile(prefix),
        re.compile(abroad) if abroad and abroad != "00" else None,
        re.compile(_valid_pattern(data)),
    )


@lru_cache(maxsize=512)
def national_prefix(region: str) -> str:
    """Return the prefix of national numbers: "0" in Belgium, none in Spain and North America."""
    data = PhoneMetadata.metadata_for_region(region, None)
    if data is None or data.country_code == 1:  # its prefix repeats the calling code and is rarely typed
        return ""
    return data.national_prefix or ""


def could_be_abroad(digits: str) -> bool:
    """Return whether digits are as long as an international number without its plus usually is.

    Some countries have much shorter ones, which could be found in almost any number of another.
    """
    return len(digits) >= _usual_length(digits[:3])


@cache
def is_whole(region: str, length: int) -> bool:
    """Return whether numbers of a country are dialled as so many digits: it has no prefix that may be missing."""
    return not national_prefix(region) and length in _usual_lengths(region)


@cache
def _usual_length(start: str) -> int:
    """Return the digits that international numbers with this start usually have, at the least."""
    code = calling_code(start)
    lengths = (length for region in _REGIONS[code] for length in _usual_lengths(region)) if code else ()
    return len(code or "") + min(lengths, default=_ENDLESS)


def _usual_lengths(region: str) -> set[int]:
    data = PhoneMetadata.metadata_for_region(region, None)
    examples = [getattr(data, name) for name in ("mobile", "fixed_line")] if data else []
    return {len(desc.example_number) for desc in examples if desc is not None and desc.example_number}


def _valid_pattern(data: PhoneMetadata) -> str:
    types = [_of_type(getattr(data, name)) for name in _TYPES]
    return f"(?={_of_type(data.general_desc)}\\Z)(?:{'|'.join(filter(None, types))})\\Z"


def _of_type(desc: PhoneNumberDesc | None) -> str:
    if desc is None or not desc.national_number_pattern:
        return ""
    if not desc.possible_length:
        return f"(?:{desc.national_number_pattern})"
    lengths = "|".join(f"[0-9]{{{length}}}" for length in desc.possible_length)
    return f"(?=(?:{lengths})\\Z)(?:{desc.national_number_pattern})"
