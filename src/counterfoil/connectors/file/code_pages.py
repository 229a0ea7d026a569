"""Decide in which of the single-byte code pages a text is written, by what its words would be in each.

Libraries that detect encodings need pages of text: a list of names has a few words with accents. In the right code
page those are likely words of some language; in another one letters become signs, capitals stand within words, or
letters meet that hardly ever do. A word speaks with the bits by which it is more surprising in the one or other.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from counterfoil.connectors.file.languages import is_written, surprise

CODE_PAGES: Mapping[str, tuple[str, int]] = {
    "cp1252": ("Windows, Western Europe", 0),
    "cp1250": ("Windows, Central Europe", 3),
    "iso8859-15": ("ISO, Western Europe", 3),
    "iso8859-2": ("ISO, Central Europe", 3),
    "mac_roman": ("Mac", 3),
    "cp850": ("DOS, Western Europe", 3),
    "cp437": ("DOS, United States", 3),
    "cp852": ("DOS, Central Europe", 3),
    "mac_latin2": ("Mac, Central Europe", 6),
    "cp1254": ("Windows, Turkish", 6),
    "cp1257": ("Windows, Baltic", 6),
    "cp1251": ("Windows, Cyrillic", 17),
    "koi8-u": ("KOI8, Cyrillic", 17),
    "cp866": ("DOS, Cyrillic", 17),
    "cp1253": ("Windows, Greek", 17),
    "cp737": ("DOS, Greek", 17),
}
"""Name for people, and the bits that speak against it before a word is seen."""

_LEAD = 6
"""Bits by which the best one must lead: one in sixty."""
_MOST = 22
"""Bits with which one word speaks at most, and that speak against one which is none in any language."""
_MOST_OF_SHORT = 8
"""The same of one or two letters, which say little."""
_MOST_BY_LETTER = 8
"""Bits for each letter from which on a word is none."""
_MAYBE = 15
"""Bits behind the best one with which another is worth showing."""
MOST_SHOWN = 4
WORD = re.compile(rb"[0-9A-Za-z\x80-\xff]*[\x80-\xff][0-9A-Za-z\x80-\xff]*")
"""A word of bytes with one outside ASCII."""


@dataclass(frozen=True, slots=True)
class CodePage:
    """A code page, the bits that speak against it, and how many words it makes no sense of."""

    name: str
    bits: int
    unexplained: int


def rank(words: Collection[bytes], used: bytes) -> list[CodePage]:
    """Rank the code pages by how well they explain words, without those that read `used` bytes as a better one."""
    most = [_MOST if len(word) > 2 else _MOST_OF_SHORT for word in words]
    readings = {name: [_bits(word, name) for word in words] for name in CODE_PAGES}
    least = [
        min((bits for bits in each if bits is not None), default=0)
        for each in zip(*readings.values(), strict=True)
    ]
    found = sorted(
        (_judge(name, bits, least, most) for name, bits in readings.items()), key=lambda page: page.bits
    )
    texts: set[str] = set()
    distinct: list[CodePage] = []
    for page in found:
        text = "|".join(shown([bytes([byte]) for byte in used], page.name))
        if text not in texts:
            texts.add(text)
            distinct.append(page)
    return distinct


def _judge(name: str, readings: Sequence[int | None], least: Sequence[int], most: Sequence[int]) -> CodePage:
    against = [
        high if bits is None else min(bits - low, high)
        for bits, low, high in zip(readings, least, most, strict=True)
    ]
    return CodePage(name, CODE_PAGES[name][1] + sum(against), sum(bits is None for bits in readings))


def decide(words: Collection[bytes], used: bytes) -> tuple[CodePage | None, list[CodePage]]:
    """Return the code page that is clearly the best one, or None; and the best few.

    `words` are some of those with bytes outside ASCII, `used` all such bytes of the whole text.
    """
    best, *others = rank(words, used)
    is_clear = best.unexplained * 2 <= len(words) and all(
        other.bits - best.bits >= _LEAD or _differ_in_damage(words, best.name, other.name) for other in others
    )
    plausible = [best, *(other for other in others if other.bits - best.bits < _MAYBE)]
    return (best if is_clear else None), plausible[:MOST_SHOWN]


def _differ_in_damage(words: Collection[bytes], best: str, other: str) -> bool:
    """Tell whether two differ only in words that have no text in the better one and make no sense in the other."""
    return all(
        any("\\x" in text for text in shown([word], best)) and not explains(word, other)
        for word in differing(words, best, other)
    )


def differing(words: Collection[bytes], one: str, other: str) -> list[bytes]:
    """List the words that two encodings read differently."""
    return [
        word for word in words if word.decode(one, "backslashreplace") != word.decode(other, "backslashreplace")
    ]


def explains(word: bytes, name: str) -> bool:
    """Tell whether a word makes sense, read in an encoding."""
    return _bits(word, name) is not None


_FREE = frozenset("\xa0–—·•")
_OPENING, _CLOSING = frozenset("“«‘„‚‹¿¡"), frozenset("”»’›…")
_BESIDE_LETTERS = frozenset("°ºª²³¹½¼¾€£§©®™±×№µ¢¥÷")
_LETTERS = re.compile(rf"[^\W\d_{''.join(_BESIDE_LETTERS)}]+")
_ELISION = re.compile(r"(?:^|[^\w])(?:[a-zA-Z]|[Qq]u|QU)$")
_AFTER_ELISION = "aeiouyhàâéèêëîïôûœæ"
_SIGN_BITS, _SIGN_AT_LETTER_BITS, _SMALL_FIRST_BITS = 2, 14, 2
_UNIT = re.compile(r"(?<![^\W\d_])[a-zA-Z]{1,2}[°²³ªº]")


def _bits(word: bytes, name: str) -> int | None:
    """Return how surprising a word is in a code page; None where it is none in any language."""
    try:
        text = word.decode(name)
    except UnicodeDecodeError:
        return None
    signs = [at for at, sign in enumerate(text) if sign in _BESIDE_LETTERS or not sign.isalnum()]
    if not all(_makes_sense(text, at) for at in signs):
        return None
    bits = sum(_sign_bits(text, at) for at in signs)
    for letters in _LETTERS.findall(text):
        if not letters.isascii() and (_mixes_cases(letters) or not is_written(letters)):
            return None
        surprising = surprise(letters)
        if not letters.isascii() and surprising > _MOST_BY_LETTER * (len(letters) + 1):
            return None
        bits += surprising
        if not letters[0].isascii() and letters[0].islower():  # names have a capital there
            bits += _SMALL_FIRST_BITS
    return bits


def _sign_bits(text: str, at: int) -> int:
    """Return what speaks against a sign: one at the end of a word may be its last letter in another code page."""
    if text[at].isascii() or text[at] in _FREE or text[at] in "’´":
        return 0
    beside_letter = text[at - 1 : at].isalpha() or text[at + 1 : at + 2].isalpha()
    return _SIGN_AT_LETTER_BITS if beside_letter and not _UNIT.match(text[max(at - 2, 0) : at + 1]) else _SIGN_BITS


def _makes_sense(text: str, at: int) -> bool:
    """Judge a sign by what stands beside it."""
    sign, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    between = before.isalpha() and after.isalpha()
    if sign in _FREE:
        if sign in "·•":  # as in the Catalan col·lecció
            return before == after == "l" or not (before.isalpha() or after.isalpha())
        if sign in "–—":
            return (between and after.isupper()) or not (before.isalpha() or after.isalpha())
        return not (before.islower() and after.islower())
    if sign in "’´" and between:
        short_ending = at + 2 >= len(text) or not text[at + 2].isalpha()
        elided = _ELISION.search(text[:at]) is not None and (after.lower() in _AFTER_ELISION or after.isupper())
        return elided or short_ending
    if sign in _OPENING:
        return not before.isalnum()
    return (
        not after.isalnum()
        if sign in _CLOSING
        else sign in _BESIDE_LETTERS and not between and not (after and after in _BESIDE_LETTERS)
    )


def _mixes_cases(letters: str) -> bool:
    """Tell whether a letter outside ASCII is a capital within small letters, or the other way round."""
    for at, letter in enumerate(letters):
        if letter.isascii() or letter == "ß":
            continue
        before, after = letters[:at], letters[at + 1 : at + 2]
        if letter.isupper() and before and (before[-1].islower() or after.islower()):
            return True
        if letter.islower() and (after.isupper() or (len(before) > 1 and before[-1].isupper())):
            return True
    return False


def telling(words: Sequence[bytes], name: str, most: int = 3) -> list[bytes]:
    """Return the words that say most: of those that an encoding explains the longest."""
    explained = [word for word in words if explains(word, name)]
    return sorted(explained or words, key=lambda word: (-min(len(word), 12), word))[:most]


def shown(words: Sequence[bytes], name: str) -> tuple[str, ...]:
    """Read words as an encoding does, with codes for what is no visible character in it."""
    texts = (word.decode(name, "backslashreplace") for word in words)
    return tuple("".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text) for text in texts)
