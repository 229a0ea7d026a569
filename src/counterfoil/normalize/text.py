"""Clean text for storing, fold it for comparing, and split it into words for searching."""

import re
from typing import Literal
from unicodedata import category, normalize

LONGEST_WORD = 64
"""Longest search word in characters. Longer ones are cut, so that a typed prefix still finds them."""

_UNPRINTED = frozenset({"Cc", "Cf", "Cs"})
_UNSEEN = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and signs without a shape: fillers of Hangul, the empty braille pattern."""
_UNFOLDED = frozenset({"Mn", "Mc", "Me", "Cf", "Cs"})
_UNACCENTED = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i"}
)
_LATIN_MARKS = re.compile("[\u0300-\u036f]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_WORD = re.compile(r"[^\W_]+")

# Normalising a run of combining marks takes quadratic time, so long texts are split into pieces. A piece ends
# before an ASCII character if possible, because nothing composes across that border.
_PIECE = re.compile(r"(?s:.{1,1000}(?=[\x00-\x7f]|\Z)|.{1,1000})")


def _normalized(form: Literal["NFC", "NFKC", "NFKD"], text: str) -> str:
    if len(text) <= 1000:
        return normalize(form, text)
    return "".join(normalize(form, piece) for piece in _PIECE.findall(text))


def clean(text: str | None) -> str:
    """Return the text as one line in NFC, without control and zero-width characters, extra and outer spaces.

    Lone surrogates are removed too, because no database stores them. Nothing else is lost.
    """
    if not text:
        return ""
    if text.isprintable():
        return " ".join((text if text.isascii() else _normalized("NFC", text)).split())
    kept = "".join(c for c in text if c.isspace() or category(c) not in _UNPRINTED)
    return " ".join(_normalized("NFC", kept).split())


def is_blank(text: str) -> bool:
    """Return whether nothing of a text can be seen: it is spaces, control and zero-width characters only."""
    if text.isascii() and text.isprintable():
        return not text.strip()
    return not clean(text).strip(_UNSEEN)


def compatible(text: str) -> str:
    """Clean the text and replace look-alikes by plain characters (NFKC): "＠" becomes "@", "²" becomes "2".

    For values with a syntax (addresses, numbers), not for names.
    """
    if text.isascii():
        return clean(text)
    return clean(_normalized("NFKC", text))


def fold(text: str | None) -> str:
    """Remove accents and capitals: "Müller" and "MULLER" become "muller", "Straße" becomes "strasse".

    For comparing, never for showing. Combining marks of all scripts are removed; letters of other scripts stay.
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
    """Return the search words of a text: its runs of letters and digits, folded, each once, in order.

    "info@acme-cars.be" becomes info, acme, cars, be. Words hold only letters and digits, so that every search
    engine keeps them unchanged; each is at most LONGEST_WORD characters.
    """
    if not text:
        return []
    if not text.isprintable():
        text = clean(text)
    found = _ASCII_WORD.findall(text.lower()) if text.isascii() else _WORD.findall(fold(text))
    if len(text) > LONGEST_WORD:
        found = [word[:LONGEST_WORD] for word in found]
    return list(dict.fromkeys(found))
