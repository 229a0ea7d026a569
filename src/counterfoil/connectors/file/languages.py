"""How likely a word is in the languages of Europe, by which letters follow one another."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

_EDGE = "."
_NOT_SEEN, _NO_LETTER = 9, 12
"""Bits that a pair costs which no word had, and a letter that the language has not."""
_RARE = 3
"""Bits that speak against a language which few customers have."""
_SAME = str.maketrans({"ß": "ss", "ş": "ș", "ţ": "ț", "ÿ": "y", "\u0307": ""})
"""Letters that the words of the tables were written without, and two ways to write one of Romanian."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language: bits of surprise at each letter after another one, and what speaks against it beforehand."""

    name: str
    pairs: Mapping[str, Mapping[str, int]]
    rarity: int

    def surprise(self, word: str) -> int:
        """Return how surprising a word in small letters is, in bits."""
        bits = self.rarity
        before = _EDGE
        for letter in f"{word}{_EDGE}":
            row = self.pairs.get(before)
            bits += _NO_LETTER if letter not in self.pairs else _NOT_SEEN if row is None else row[letter]
            before = letter
        return bits


@cache
def languages() -> Sequence[Language]:
    """Read the tables."""
    text = resources.files(__package__).joinpath("letter_pairs.txt").read_text("utf-8")
    return [_language(line) for line in text.splitlines() if not line.startswith("#")]


def _language(line: str) -> Language:
    name, letters, digits = line.split("\t")
    size = len(letters)
    pairs = {
        letter: dict(zip(letters, map(int, digits[at * size : (at + 1) * size]), strict=True))
        for at, letter in enumerate(letters)
    }
    if name == "Turkish":  # its s with a cedilla is the one that Romanian is written with, too
        pairs = {
            _swap(first): {_swap(second): bits for second, bits in row.items()} for first, row in pairs.items()
        }
    return Language(name.removeprefix("*"), pairs, 0 if name.startswith("*") else _RARE)


def _swap(letter: str) -> str:
    return "ș" if letter == "ş" else letter


@cache
def _letters() -> frozenset[str]:
    return frozenset(letter for language in languages() for letter in language.pairs)


@cache
def surprise(word: str) -> int:
    """Return how surprising a word is in the language where it is least so, in bits."""
    plain = word.lower().translate(_SAME)
    return min(language.surprise(plain) for language in languages())


def is_written(word: str) -> bool:
    """Tell whether some language has each of a word's letters, and all of them are of one script."""
    plain = word.lower().translate(_SAME)
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in plain}
    return len(scripts) <= 1 and all(letter in _letters() for letter in plain)
