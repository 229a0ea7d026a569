"""Possible phone numbers in a text, best guess first: what people write around and between numbers. Pure."""

import re
from collections.abc import Iterator
from itertools import islice

LONGEST = 20
"""Digits of one number, with "00" and country code."""
FULL_NUMBER = 7
"""Digits from which on two numbers may stand side by side."""
AREA_CODE = 4
"""Digits, with the leading 0, that are never a number by themselves."""
SECOND = re.compile(r"[ .-]+(?=0)")
_MOST = 24
_FOREIGN = re.compile(r"[^0-9+ .()'/-]+|(?=\+)")
_RANGE = re.compile(r"(.*[ .]\d{2,} ?|[+\d]+ ?)[-/] ?\d{1,3}[ )]*")
_NO_DIGITS = re.compile(r"[^0-9]+")


def candidates(text: str) -> list[tuple[str, str | None]]:
    """Return possible numbers, best guess first. The first of a pair counts only if the second is valid too."""
    return list(islice(_candidates(text), _MOST))


def digits_in(text: str) -> str:
    """Return the digits of a text."""
    return _NO_DIGITS.sub("", text)


def _candidates(text: str) -> Iterator[tuple[str, str | None]]:
    for chunk in _FOREIGN.split(text):
        for whole in _joined(chunk):
            for gap in SECOND.finditer(whole):
                first, second = whole[: gap.start()], whole[gap.end() :]
                if _count(first) >= FULL_NUMBER and _count(second) >= FULL_NUMBER:
                    yield first, second
            yield whole, None
            if "(0)" in whole:  # "+34 (0)91 ..": a zero that this country does not dial
                yield whole.replace("(0)", ""), None
            if several := _RANGE.fullmatch(whole):  # "03 234 56 78-80"
                yield several[1], None


def _joined(chunk: str) -> Iterator[str]:
    # Joins parts between slashes, shortest first: slashes occur inside "0475/12.34.56" and between numbers.
    parts = [part for part in chunk.split("/") if _count(part)]
    for start, part in enumerate(parts):
        if start and not part.lstrip(" (").startswith("0") and _count(parts[start - 1]) <= AREA_CODE + 1:
            continue  # the rest of a number that began before the slash
        whole = ""
        for end, more in enumerate(parts[start:], start + 1):
            whole += more
            if _count(whole) > LONGEST:
                break
            if _count(whole) > AREA_CODE or end == len(parts):
                yield whole


def _count(text: str) -> int:
    return len(digits_in(text))
