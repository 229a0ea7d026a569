"""Decide in which of the single-byte code pages a text is written, by what its words would be in each.

Libraries that detect encodings need pages of text: a list of names has a few words with accents. In the right code
page those are words of some language; in another one letters become signs, capitals stand within words, or
letters meet that no language writes together.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from counterfoil.connectors.file.alphabets import LANGUAGES

CODE_PAGES: Mapping[str, tuple[str, float]] = {
    "cp1252": ("Windows, Western Europe", 0.0),
    "cp1250": ("Windows, Central Europe", 0.3),
    "iso8859-15": ("ISO, Western Europe", 0.3),
    "iso8859-2": ("ISO, Central Europe", 0.35),
    "mac_roman": ("Mac", 0.3),
    "cp850": ("DOS, Western Europe", 0.3),
    "cp437": ("DOS, United States", 0.35),
    "cp852": ("DOS, Central Europe", 0.4),
    "mac_latin2": ("Mac, Central Europe", 1.2),
    "cp1254": ("Windows, Turkish", 0.5),
    "cp1257": ("Windows, Baltic", 0.6),
    "cp1251": ("Windows, Cyrillic", 1.3),
    "koi8-u": ("KOI8, Cyrillic", 1.5),
    "cp866": ("DOS, Cyrillic", 1.5),
    "cp1253": ("Windows, Greek", 1.5),
    "cp737": ("DOS, Greek", 1.6),
}
"""Name for people, and what speaks against it before a word is seen: the rarer ones must explain more."""

UNEXPLAINED = 1.0
"""The cost of a word that is none in any language."""
_RARE = 0.15
"""The cost of a word that is one only in a language that is not common here."""
_SMALL_FIRST = 0.2
_LEAST_LEAD, _LEAD_BY_WORD = 0.25, 0.05
MOST_SHOWN = 4
WORD = re.compile(rb"[0-9A-Za-z\x80-\xff]*[\x80-\xff][0-9A-Za-z\x80-\xff]*")
"""A word of bytes with one outside ASCII."""


@dataclass(frozen=True, slots=True)
class CodePage:
    """A code page, and how well it explains the words: 0 is best, 1 for each word is worst."""

    name: str
    cost: float
    unexplained: int

    @property
    def title(self) -> str:
        """Return its name for people."""
        return CODE_PAGES[self.name][0]


def rank(words: Collection[bytes], used: bytes) -> list[CodePage]:
    """Rank the code pages by how well they explain words, without those that read `used` bytes as a better one."""
    found = sorted((_judge(name, words) for name in CODE_PAGES), key=lambda page: page.cost)
    texts: set[str] = set()
    distinct: list[CodePage] = []
    for page in found:
        text = used.decode(page.name, "backslashreplace")
        if text not in texts:
            texts.add(text)
            distinct.append(page)
    return distinct


def decide(words: Collection[bytes], used: bytes) -> tuple[CodePage | None, list[CodePage]]:
    """Return the code page that is clearly the best one, or None; and the best few.

    `words` are some of those with bytes outside ASCII, `used` all such bytes of the whole text.
    """
    ranked = rank(words, used)
    best, *others = ranked
    clear = best.unexplained * 2 <= len(words) and all(
        other.cost - best.cost >= max(_LEAST_LEAD, _LEAD_BY_WORD * len(differing(words, best.name, other.name)))
        for other in others
    )
    plausible = [page for page in ranked if page.cost <= best.cost + max(1.0, len(words) / 4)]
    return (best if clear else None), plausible[:MOST_SHOWN]


def differing(words: Collection[bytes], one: str, other: str) -> list[bytes]:
    """List the words that two encodings read differently."""
    return [
        word for word in words if word.decode(one, "backslashreplace") != word.decode(other, "backslashreplace")
    ]


def explains(word: bytes, name: str) -> bool:
    """Tell whether a word is one of some language, read in an encoding."""
    return _cost(word, name) < UNEXPLAINED


def _judge(name: str, words: Collection[bytes]) -> CodePage:
    costs = [_cost(word, name) for word in words]
    unexplained = sum(cost >= UNEXPLAINED for cost in costs)
    return CodePage(name, CODE_PAGES[name][1] + sum(costs), unexplained)


def _cost(word: bytes, name: str) -> float:
    try:
        text = word.decode(name)
    except UnicodeDecodeError:
        return UNEXPLAINED
    cost = max((_cost_of_sign(text, at) for at, sign in enumerate(text) if _is_sign(sign)), default=0.0)
    for letters in _LETTERS.findall(text):
        if cost >= UNEXPLAINED:
            break
        if not letters.isascii():
            cost = max(cost, _cost_of_letters(letters))
    return min(cost, UNEXPLAINED)


_FREE = frozenset("\xa0–—·•")
_OPENING, _CLOSING = frozenset("“«‘„‚‹¿¡"), frozenset("”»’›…")
_BESIDE_LETTERS = frozenset("°ºª²³¹½¼¾€£§©®™±×№µ¢¥÷")
_LETTERS = re.compile(rf"[^\W\d_{''.join(_BESIDE_LETTERS)}]+")
_ELISION = re.compile(r"(?:^|[^\w])(?:[a-zA-Z]|[Qq]u|QU)$")


def _is_sign(sign: str) -> bool:
    return sign in _BESIDE_LETTERS or not sign.isalnum()


def _cost_of_sign(text: str, at: int) -> float:
    """Judge a sign by what stands beside it."""
    sign, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    if sign in _FREE:
        return 0.5 if before.islower() and after.islower() and sign == "\xa0" else 0.0
    if sign in "’´" and before.isalpha() and after.isalpha():
        short_ending = at + 2 >= len(text) or not text[at + 2].isalpha()
        return 0.0 if _ELISION.search(text[:at]) or short_ending else UNEXPLAINED
    if sign in _OPENING and not before.isalnum():
        return 0.0
    if sign in _CLOSING and not after.isalnum():
        return 0.1
    if sign in _BESIDE_LETTERS and not (before.isalpha() and after.isalpha()):
        return 0.2
    return UNEXPLAINED


def _cost_of_letters(letters: str) -> float:
    if _mixes_cases(letters):
        return UNEXPLAINED
    lower = letters.lower()
    foreign = {letter for letter in lower if not letter.isascii()}
    plain = any(letter.isascii() for letter in lower)
    least = UNEXPLAINED
    for language in LANGUAGES:
        fits = foreign <= language.letters and (language.latin or not plain)
        if fits and (language.never is None or not language.never.search(lower)):
            least = min(least, 0.0 if language.common else _RARE)
    if least < UNEXPLAINED and lower[0] == letters[0] and not lower[0].isascii():
        least += _SMALL_FIRST  # names have a capital there
    return least if len(letters) > 1 else max(least, _SMALL_FIRST)


def _mixes_cases(letters: str) -> bool:
    """Tell whether a letter outside ASCII is a capital within small letters, or the other way round."""
    for at, letter in enumerate(letters):
        if letter.isascii() or letter == "ß":
            continue
        before, after = letters[:at], letters[at + 1 : at + 2]
        if letter.isupper() and before and before[-1].islower():
            return True
        if letter.islower() and (after.isupper() or (len(before) > 1 and before[-1].isupper())):
            return True
    return False


def telling(words: Sequence[bytes], name: str, most: int = 3) -> list[bytes]:
    """Return the words that say most: of those that an encoding explains the longest."""

    def rank(word: bytes) -> tuple[bool, int, bytes]:
        return not explains(word, name), -min(len(word), 12), word

    return sorted(words, key=rank)[:most]


def shown(words: Sequence[bytes], name: str) -> tuple[str, ...]:
    """Read words as an encoding does, with codes for what is no visible character in it."""
    texts = (word.decode(name, "backslashreplace") for word in words)
    return tuple("".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text) for text in texts)
