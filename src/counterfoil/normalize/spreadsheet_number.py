"""Undo what spreadsheets do to long numbers: "475123456.0", "3.2475123456E+10". Digits that are lost stay lost."""

import re
from typing import NamedTuple

SHORTENED = "a spreadsheet has shortened it; its last digits are lost"
MARKS_OF_TEXT = "'\"="
"""What spreadsheets and their users put before a number that shall stay a text."""

_ALONE, _ENDED = r"(?<!\d)(?<!\d[ .,()/-])", r"(?![ .,()/-]*\d)"
_GROUPS = re.compile(_ALONE + r"([1-9]\d{0,2}(?:([.,' ])\d{3})(?:\2\d{3})+)(?!\2)[.,]0" + _ENDED)
_FLOAT = re.compile(_ALONE + r"(?:(\d{4,15})[.,]0|(\d{9,15})[.,]00)" + _ENDED)
_SCIENTIFIC = re.compile(r"(?<![\d.,])(\d)(?:[.,](\d+))?E(\+?)(\d{1,2})(?:[.,]0)?(?!\d)", re.IGNORECASE)


class RestoredText(NamedTuple):
    """A text whose floats are whole numbers again; `shortened` where digits of one are lost, which is left out."""

    text: str
    shortened: bool


def restore(text: str) -> RestoredText:
    """Write floats as the whole numbers that they were: "475.123.456,0" becomes "475123456"."""
    shortened = False

    def whole(found: re.Match[str]) -> str:
        nonlocal shortened
        first, rest, plus, power = found.groups(default="")
        if not (rest or plus):
            return found[0]  # an "E" between two numbers
        kept, more = rest[: int(power)], rest[int(power) :]
        if len(kept) == int(power) and not more.strip("0"):
            return first + kept
        shortened = True
        return ";"

    text = _SCIENTIFIC.sub(whole, text.replace("’", "'"))
    text = _GROUPS.sub(lambda found: re.sub(r"\D", "", found[1]), text)
    return RestoredText(_FLOAT.sub(lambda found: found[1] or found[2], text), shortened)


def without_decimals(text: str) -> str:
    """Return the text of a cell without the decimals of a whole number: "9120.0" as "9120"."""
    return text[:-2] if text[-2:] == ".0" and text[:-2].isdecimal() else text
