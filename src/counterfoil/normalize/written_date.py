"""Recognise dates by their form, so that no other number is read from one. Which day it is, is not asked here."""

import re

_DAY, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:19|20)\d\d"
_TIME = r"(?:[T ,]+\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?Z?)?"
WRITTEN_DATE = re.compile(
    rf"(?<!\d)(?<![\d+][./-])(?:{_DAY}([./-]){_DAY}\1{_YEAR}|{_YEAR}([./-]){_DAY}\2{_DAY}){_TIME}(?![./-]?\d)"
)
"""A date with a year of four digits, anywhere in a text."""
_SHORT = re.compile(rf"{_DAY}([./-]){_DAY}\1\d\d{_TIME}")
_BARE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


def is_date(text: str) -> bool:
    """Return whether a text is a date and nothing else: "12/03/2024", "12.03.24", "2024-03-12 10:00"."""
    return bool(WRITTEN_DATE.fullmatch(text) or _SHORT.fullmatch(text))


def may_be_date(digits: str) -> bool:
    """Return whether digits may be a date: "20240312"."""
    return bool(_BARE.fullmatch(digits))
