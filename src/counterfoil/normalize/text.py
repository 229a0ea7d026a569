"""Text as people type it: cleaned for keeping, folded for comparing, cut into words for searching."""

import re
from typing import Literal
from unicodedata import category, normalize

LONGEST_WORD = 64
"""Characters of a word that are kept; what is longer is cut, so that a typed prefix of it still finds it."""

_UNPRINTED = frozenset({"Cc", "Cf", "Cs"})
_UNFOLDED = frozenset({"Mn", "Mc", "Me", "Cf", "Cs"})
_UNACCENTED = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i"}
)
_LATIN_MARKS = re.compile("[\u0300-\u036f]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_WORD = re.compile(r"[^\W_]+")

# Normalising a run of combining marks takes the square of its length, so long texts go in pieces. A piece
# ends before an ASCII character where it can: nothing composes across that border.
_PIECE = re.compile(r"(?s:.{1,1000}(?=[\x00-\x7f]|\Z)|.{1,1000})")


def _normalized(form: Literal["NFC", "NFKC", "NFKD"], text: str) -> str:
    if len(text) <= 1000:
        return normalize(form, text)
    return "".join(normalize(form, piece) for piece in _PIECE.findall(text))


def clean(text: str | None) -> str:
    """The text as one tidy line: NFC, no control or zero-width characters, single spaces, no outer spaces.

    Half surrogates go too: no database stores them. Nothing else is lost, and nothing is cut short.
    """
    if not text:
        return ""
    if text.isprintable():
        return " ".join((text if text.isascii() else _normalized("NFC", text)).split())
    kept = "".join(c for c in text if c.isspace() or category(c) not in _UNPRINTED)
    return " ".join(_normalized("NFC", kept).split())


def compatible(text: str) -> str:
    """The cleaned text with look-alikes as plain characters (NFKC): full-width "＠" gives "@", "²" gives "2".

    For values that are typed by rule (addresses, numbers), not for names.
    """
    if text.isascii():
        return clean(text)
    return clean(_normalized("NFKC", text))


def fold(text: str | None) -> str:
    """The text without accents and capitals: "Müller" and "MULLER" give "muller", "Straße" gives "strasse".

    For comparing, never for showing. Combining marks of every script go; letters of other scripts stay.
    """
    if not text:
        return ""
    if text.isascii():
        return text.lower()
    folded = _LATIN_MARKS.sub("", _normalized("NFKD", text)).casefold()
    if folded.isascii():
        return folded
    return "".join(c for c in folded.translate(_UNACCENTED) if category(c) not in _UNFOLDED)


def words(text: str | None) -> list[str]:
    """The search words of a text: its runs of letters and digits, folded, each once, in order of appearance.

    "info@acme-cars.be" gives info, acme, cars, be. Words hold nothing but letters and digits, so that every
    search engine keeps them as they are; each is at most LONGEST_WORD characters.
    """
    if not text:
        return []
    if not text.isprintable():
        text = clean(text)
    found = _ASCII_WORD.findall(text.lower()) if text.isascii() else _WORD.findall(fold(text))
    if len(text) > LONGEST_WORD:
        found = [word[:LONGEST_WORD] for word in found]
    return list(dict.fromkeys(found))
