"""Near words: those that differ from a typed one by as little as a typing mistake.

The distance is the optimal string alignment: one for a letter too many, too few or wrong, or for two swapped.
Words within reach of each other have a deletion in common, so an index of deletions finds candidates without
comparing any (SymSpell: Garbe 2012). Only the first letters are deleted from, which keeps the index small.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST, LONGEST = 3, 24
"""Letters of the words that are kept in a vocabulary."""
SHORTEST_TYPED = 4
LONG_TYPED = 8
"""Letters from which on a word may have two mistakes."""
MOST_NEAR = 8

_PREFIX = 7
"""Letters that are deleted from."""


class NearWord(NamedTuple):
    """A word and its distance from what was typed."""

    distance: int
    text: str


def spelled(words: Iterable[str]) -> list[str]:
    """Keep the words that belong in a vocabulary: letters only, since a number next to another is another one."""
    return [word for word in words if SHORTEST <= len(word) <= LONGEST and word.isalpha()]


def reach(typed: str) -> int:
    """Return the distance up to which words are near; 0 for what is too short, too long or no word."""
    if not (SHORTEST_TYPED <= len(typed) <= LONGEST and typed.isalpha()):
        return 0
    return 1 if len(typed) < LONG_TYPED else 2


def deletions(word: str) -> set[str]:
    """Return what a word of a vocabulary is found by. Words of 7 letters and more may be typed with 8."""
    return set(_delete(word[:_PREFIX], 1 if len(word) < _PREFIX else 2))


def typed_deletions(typed: str) -> set[str]:
    """Return what to look up for a typed word; nothing where none can be near."""
    distance = reach(typed)
    return set(_delete(typed[:_PREFIX], distance)) if distance else set()


def near_words(typed: str, candidates: Iterable[str]) -> list[NearWord]:
    """Return the nearest candidates, at most MOST_NEAR, without those that what was typed begins or equals."""
    distance = reach(typed)
    others = [word for word in candidates if not word.startswith(typed)]
    if not distance or not others:
        return []
    found = process.extract(typed, others, scorer=OSA.distance, score_cutoff=distance, limit=None)
    ordered = sorted(
        (int(apart), word[0] != typed[0], abs(len(word) - len(typed)), word) for word, apart, _ in found
    )
    return [NearWord(apart, word) for apart, *_, word in ordered[:MOST_NEAR]]


def _delete(word: str, most: int) -> Iterator[str]:
    """Yield the word without up to `most` of its letters."""
    for count in range(most + 1):
        for gone in combinations(range(len(word)), count):
            yield "".join(letter for at, letter in enumerate(word) if at not in gone)
