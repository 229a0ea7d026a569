"""The words by which a record is found: those of its texts, joined forms of what people write apart, its numbers.

How typed text is read against them: `normalize.typed_terms`.
"""

import re
from collections.abc import Iterable, Iterator
from string import ascii_lowercase
from typing import Any

from counterfoil.normalize.phone import digits
from counterfoil.normalize.text import LONGEST_WORD, fold, words

END_MARK = "\ue000"
"""Prefix of a number written backwards, so that its last digits find it. No text has this letter as a word's."""
HYPHENS = "-‐‑–'’&"
"""Signs between parts of one name: "Peeters-Claes", "O'Brien", "H&M"."""
LONGEST_NUMBER = 20
SHORTEST_NUMBER = 4
"""Digits from which on a group is a number by itself, and is found by its end."""

_LETTERS = frozenset(ascii_lowercase)
_BETWEEN = " | "
_HYPHEN = re.compile(f"[{HYPHENS}]")
_COMPOUND = re.compile(rf"[^\W_]+(?:[{HYPHENS}][^\W_]+)+")
_INITIALS = re.compile(r"(?<![^\W_])[^\W\d_](?:(?:\.\s?|\s)[^\W\d_](?![^\W_]))+")
_NUMBER = re.compile(r"(?<![^\W_])\d[\d\s./()-]{4,}\d(?![^\W_])")
_NOT_ALNUM = re.compile(r"[\W_]+")
_NO_DIGITS = re.compile(r"\D+")
_UNSAID = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]|\Z)|https?://|[0-9a-f]{8}-[0-9a-f]{4}-|\Z", re.IGNORECASE)
"""Days and times, web addresses, UUIDs: nobody types them."""
_MOST_PARTS = 4


def record_words(text: str | None) -> list[str]:
    """Return a text's words, and joined: initials ("A.B.C."), names with hyphens, numbers with separators."""
    if not text:
        return []
    found = words(text)
    plain = text.isascii()  # the hot path of a first mirror
    joined: list[str] = []
    if not plain or not _LETTERS.isdisjoint(found):
        joined += _initials(text)
    if not plain or "-" in text or "'" in text or "&" in text:
        joined += _compounds(text)
    if len(found) > 1 and _NUMBER.search(text):
        joined += _numbers(text)
    return list(dict.fromkeys((*found, *joined))) if joined else found


def words_of_all(texts: Iterable[str | None]) -> list[str]:
    """Return the words of several texts, each once, in order. Nothing is joined across two of them."""
    return record_words(_BETWEEN.join([text for text in texts if text]))


def phone_words(written: str | None, e164: str | None, region: str | None) -> list[str]:
    """Return a phone number as dialled at home, and from its end: `typed_terms` reads the forms that people type.

    A number that is not valid is found by its digits as they were written.
    """
    if e164:
        forms = digits(e164, region)
        return [forms[-1], backwards(forms[0])] if forms else []
    number = _NO_DIGITS.sub("", written)[:LONGEST_NUMBER] if written else ""
    return [number, backwards(number)] if len(number) >= SHORTEST_NUMBER else []


def vat_words(written: str | None, normalized: str | None) -> list[str]:
    """Return the forms of a VAT number: with its country, without it, and its digits alone."""
    whole = normalized.lower() if normalized else _NOT_ALNUM.sub("", fold(written))[:LONGEST_WORD]
    if not whole:
        return []
    forms = (whole, whole[2:] if whole[:2].isalpha() else "", whole.lstrip("abcdefghijklmnopqrstuvwxyz"))
    return [form for form in dict.fromkeys(forms) if form]


def texts_of(values: Iterable[Any]) -> list[str]:
    """Return the texts among values and in their lists and objects, without those that are times and addresses."""
    found: list[str] = []
    for value in values:
        kind = type(value)
        if kind is str:
            if not _UNSAID.match(value):
                found.append(value)
        elif kind is dict:
            found += texts_of(value.values())
        elif kind is list:
            found += texts_of(value)
    return found


def without_scheme(website: str | None) -> str | None:
    """Return what tells one website's address from another's."""
    return website and website.rpartition("://")[2].removeprefix("www.")


def backwards(number: str) -> str:
    """Return the word that finds a number by its last digits."""
    return END_MARK + number[::-1]


def _initials(text: str) -> Iterator[str]:
    for found in _INITIALS.finditer(fold(text)):
        yield _NOT_ALNUM.sub("", found[0])[:LONGEST_WORD]


def _compounds(text: str) -> Iterator[str]:
    for found in _COMPOUND.findall(fold(text)):
        parts = _HYPHEN.split(found)
        whole = "".join(parts)
        if len(parts) <= _MOST_PARTS and len(whole) <= LONGEST_WORD and not whole.isdecimal():
            yield whole


def _numbers(text: str) -> Iterator[str]:
    for found in _NUMBER.finditer(text):
        number = _NO_DIGITS.sub("", found[0])
        if number.isascii() and len(number) <= LONGEST_NUMBER:
            yield number
