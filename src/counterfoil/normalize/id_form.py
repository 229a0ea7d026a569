"""The forms that a spreadsheet or a program gives one and the same id: 7, 7.0, 007, '7."""

import re

LONGEST_PADDED = 12
"""Digits up to which zeros may stand before a number."""
_DECIMALS = ("", ".0", ",0", ".00", ",00")
_WHOLE = re.compile(r"(\d+)(?:[.,]0{1,2})?", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?:([.,' \u00a0\u202f])\d{3})(?:\1\d{3})*(?:[.,]0{1,2})?", re.ASCII)
_SHORTENED = re.compile(r"(\d)(?:[.,](\d+))?e\+?(\d{1,2})", re.ASCII | re.IGNORECASE)


def other_forms(external_id: str) -> frozenset[str]:
    """Return how else the id may have been written, without the form it has.

    Digits that a form has lost are not made up: `4.6E+17` has no other forms.
    """
    written = external_id.strip().removeprefix("'")
    found = {written, f"'{written}"}
    if any(character.isalpha() for character in written):
        found |= {written.lower(), written.upper()}
    for number in _numbers(written):
        found |= _forms_of_number(number)
    return frozenset(found) - {external_id, ""}


def _numbers(written: str) -> set[str]:
    """Return the digits of a whole number, as far as the text has them all. `1.234` may be read in two ways."""
    found: set[str] = set()
    if whole := _WHOLE.fullmatch(written):
        found.add(whole[1])
    if _GROUPED.fullmatch(written):
        without_decimals = re.sub(r"[.,]0{1,2}$", "", written)
        found.add(re.sub(r"\D", "", without_decimals))
    if (shortened := _SHORTENED.fullmatch(written)) and (digits := _all_digits(*shortened.groups(""))):
        found.add(digits)
    return {number.lstrip("0") or "0" for number in found}


def _all_digits(first: str, rest: str, exponent: str) -> str:
    return first + rest if len(rest) == int(exponent) else ""


def _forms_of_number(number: str) -> set[str]:
    grouped = f"{int(number):,}" if len(number) <= LONGEST_PADDED else number
    found = {number + ending for ending in _DECIMALS}
    found |= {number.zfill(length) for length in range(len(number) + 1, LONGEST_PADDED + 1)}
    found |= {grouped.replace(",", separator) for separator in (".", ",", " ")}
    return found
