"""What a column's heading says: its words, and what they can mean without those around a name."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from counterfoil.normalize.text import fold

type Words = tuple[str, ...]

FOLDER = files(__package__) / "names"
LONGEST = 120
"""Characters of a heading that are looked at."""
MOST_WORDS = 10
MOST_AROUND = 3
"""Words or phrases around a name."""
_CAMEL = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\b[nN][°º]\.?|#|№")
_NUMBERS = frozenset({"number", "nr", "no", "nro", "nbr", "numero", "nummer", "num"})
_ENDING = re.compile(r"(?<=\w\w)(?:nummer|numero|number|nr)$")
_UNIT = re.compile(
    r"\s*[(\[](?:[a-z]{2}|EUR|USD|GBP|CHF|UTC|[oyj1]/n0?|yes/no|ja/nee|ja/nein|oui/non|s[ií]/no|[€$£%]|e\.?164|optional|required|verplicht|optioneel)[)\]]\s*$",
    re.IGNORECASE,
)
_LEVEL = re.compile(r"(?<=\w)(?:\.|__)(?=[^\W\d])|\[\d*\]\.?")
_BARE, _NEAR, _FAR = range(3)
"""What was left out around a name: nothing or a container, an owner such as "customer", or anything else."""
_OR = re.compile(r"\s*[/|]\s*|\s+(?:of|ou|or|oder)\s+")
_ADDRESS = ("addr", "adres", "anschrift", "direccion", "zetel", "siege")


class Meaning(NamedTuple):
    """What a heading can mean: a kind of content, `rank` in the list of its names, and `which` of several.

    `distance` counts the words that had to be left out.
    """

    kind: str
    which: str
    distance: int
    rank: int


@lru_cache(maxsize=8192)
def words_of(heading: str) -> Words:
    """Split a heading into folded words; every way to write "number" is that word."""
    text = _UNIT.sub("", heading[:LONGEST].strip().lstrip("*"))
    text = _CAMEL.sub(" ", _NUMBER.sub(" number ", text))
    found: list[str] = []
    for word in _WORD.findall(fold(text)):
        if word == "mail" and found and found[-1] == "e":
            found[-1] = "email"
        else:
            found += ["number"] if word in _NUMBERS else _ENDING.sub(" number", word).split()
    return tuple(found)


def is_path(heading: str) -> bool:
    """Tell whether a heading is the path of a value in a nested record."""
    return _LEVEL.search(heading[:LONGEST]) is not None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The words that may stand around a name, from words.toml: phrases with which of several they say."""

    phrases: Mapping[Words, str]
    nearness: Mapping[Words, int]
    compounds: Sequence[tuple[str, str]]
    foreign: frozenset[Words]


ADDRESS = ("street", "street2", "city", "postal_code", "country")
TOLD_APART = frozenset(
    {
        *(*ADDRESS, "house_number", "house_addition"),
        *("phone", "mobile", "email", "website", "first_name", "last_name"),
    }
)
"""Kinds of contents that a record may have several of. There is one VAT number, and a shipping status is none."""
PLAIN = ""
"""Which of several: the one that is not told apart from others."""


@cache
def surroundings() -> Surroundings:
    content = _read("words")
    nearness = {words_of(phrase): _NEAR for phrase in content["owners"]}
    nearness |= {words_of(phrase): _BARE for phrase in content["containers"]}
    phrases = {words_of(phrase): PLAIN for phrase in content["ignored"]} | dict.fromkeys(nearness, PLAIN)
    for which, listed in content["which"].items():
        phrases |= {words_of(phrase): which for phrase in listed}
    compounds = [
        (start, PLAIN if which == "none" else which)
        for which, starts in content["compounds"].items()
        for start in starts
    ]
    return Surroundings(
        phrases=phrases,
        nearness=nearness,
        compounds=sorted(compounds, key=lambda entry: -len(entry[0])),
        foreign=frozenset(map(words_of, content["foreign"]["parents"])),
    )


_SAME = dict.fromkeys(("customer_name", "customer", "company", "full_name", "name_or_first_name"), "name")


class NameTable:
    """The names of the columns of one resource, by what a column holds."""

    def __init__(self, name: str, whole: frozenset[str]) -> None:
        """`whole`: kinds that only an own name or a container may surround, as a customer's name."""
        self._whole = whole
        self._kinds: dict[str, list[tuple[str, str, int]]] = {}
        self._single: set[str] = set()
        for kind, names in _read(name).items():
            for rank, written in enumerate(names):
                words = words_of(written)
                self._single.update(words)
                entry = kind, _which(words) if kind in ADDRESS else PLAIN, rank
                for key in dict.fromkeys(_keys(words)):
                    self._kinds.setdefault(key, []).append(entry)

    def meanings(self, heading: str) -> list[Meaning]:
        """Return what a heading can mean, the most specific meaning first."""
        words = words_of(heading)
        if not words or len(words) > MOST_WORDS:
            return []
        found = list(self._reduce(words))
        if not found and (uncut := words_of(heading.lower())) != words:  # "BTWnummer"
            found = list(self._reduce(uncut))
        found = found or self._of_alternatives(heading) or self._of_last_part(heading)
        return sorted(dict.fromkeys(found), key=lambda meaning: (meaning.distance, meaning.rank))

    def _reduce(self, words: Words) -> Iterator[Meaning]:
        """Yield the meanings with as few words left out as possible."""
        seen = {words}
        level = [(words, PLAIN, _BARE)]
        for distance in range(MOST_AROUND + 1):
            hits = [
                Meaning(kind, which or own, distance, rank)
                for left, which, far in level
                for kind, own, rank in self._lookup(left)
                if far <= (_FAR if kind in TOLD_APART else _BARE if kind in self._whole else _NEAR)
            ]
            if hits:
                yield from hits
                return
            following: list[tuple[Words, str, int]] = []
            for left, which, far in level:
                for shorter, said, distance_of_word in self._without_one(left):
                    if shorter not in seen:
                        seen.add(shorter)
                        following.append((shorter, said or which, max(far, distance_of_word)))
            level = following

    def _without_one(self, words: Words) -> Iterator[tuple[Words, str, int]]:
        around = surroundings()
        for at in range(len(words)):
            for end in range(min(len(words), at + 4), at, -1):
                phrase = words[at:end]
                which = around.phrases.get(phrase)
                left = words[:at] + words[end:]
                if which is None:
                    continue
                if not left and any(sign in "".join(phrase) for sign in _ADDRESS):
                    left = ("address",)
                if left:
                    yield left, which, around.nearness.get(phrase, _FAR)
            for rest, said in _compound(words[at]):
                if rest in self._single or rest in _NUMBERS:
                    yield (*words[:at], rest, *words[at + 1 :]), said, _FAR if said else _NEAR

    def _lookup(self, words: Words) -> list[tuple[str, str, int]]:
        return next((self._kinds[key] for key in _keys(words) if key in self._kinds), [])

    def _of_alternatives(self, heading: str) -> list[Meaning]:
        """Read a heading that says one thing twice, as "Naam / Nom"; "Postcode/Plaats" says two things."""
        parts = [words_of(part) for part in _OR.split(heading[:LONGEST]) if part.strip()]
        found = [list(self._reduce(part)) for part in parts]
        if len(parts) < 2 or not all(found):
            return []
        same = set.intersection(*({_SAME.get(each.kind, each.kind) for each in meanings} for meanings in found))
        return [each for each in found[0] if _SAME.get(each.kind, each.kind) in same]

    def _of_last_part(self, heading: str) -> list[Meaning]:
        """Read a path by its last parts, unless a part before them says that the value is somebody else's."""
        parts = [part for part in _LEVEL.split(heading[:LONGEST]) if part]
        for at in range(1, len(parts)):
            if any(map(_is_foreign, parts[:at])):
                return []
            found = [
                meaning._replace(distance=meaning.distance + MOST_WORDS)
                for meaning in self._reduce(words_of(".".join(parts[at:])))
                if meaning.kind in TOLD_APART or meaning.kind == "vat_number"
            ]
            if found:
                return found
        return []


@lru_cache(maxsize=8192)
def _compound(word: str) -> list[tuple[str, str]]:
    """Return what is left of a word without its first part, as "postcode" of "factuurpostcode"."""
    return [(word.removeprefix(start), said) for start, said in surroundings().compounds if word.startswith(start)]


def _is_foreign(parent: str) -> bool:
    words = words_of(parent)
    spans = {words[at:end] for at in range(len(words)) for end in range(at + 1, len(words) + 1)}
    return not spans.isdisjoint(surroundings().foreign)


def _which(words: Words) -> str:
    """Return which of several addresses a name itself says."""
    phrases = surroundings().phrases
    return next((which for word in words if (which := phrases.get((word,), PLAIN))), PLAIN)


def _keys(words: Words) -> tuple[str, str]:
    """Return the words as one, in their order and in that of the alphabet."""
    return "".join(words), " ".join(sorted(words))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
