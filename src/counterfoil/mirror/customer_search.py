"""One search for customers, the same in the list, the palette and on the command line.

Exact matches come first. Where there are few, words that were typed and that few customers have are read as near
ones of the connections' own vocabulary, and what was probably meant is said.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from counterfoil.mirror import vocabulary
from counterfoil.mirror.models import Customer
from counterfoil.mirror.search import (
    FilteredRows,
    Matches,
    Rows,
    loose,
    only_deleted,
    parts,
    strict,
    without_deleted,
)
from counterfoil.mirror.store import current_dialect
from counterfoil.mirror.store.search_index import Among, IndexQuery
from counterfoil.normalize.spelling import NearWord
from counterfoil.normalize.typed_terms import Alternatives, Term, terms

FEWEST = 3
"""Matches from which on nothing is taken to be mistyped."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What was probably meant: words that some customer has, and who matches them besides the exact matches."""

    text: str
    parts: Sequence[Matches]


@dataclass(frozen=True, slots=True)
class Hits:
    """The best customers: exact matches, then those of the correction, if there is any."""

    exact: Sequence[Customer]
    similar: Sequence[Customer] = ()
    correction: str = ""

    def __iter__(self) -> Iterator[Customer]:
        yield from self.exact
        yield from self.similar

    def __len__(self) -> int:
        return len(self.exact) + len(self.similar)


@dataclass(frozen=True)
class CustomerSearch:
    """A search among rows that the user may see and has filtered. Queries run on first use.

    `connections` are the keys of those that the user may see: words of no other are looked at. With `deleted`,
    customers that were deleted in the connected system are found too.
    """

    rows: Rows
    text: str
    connections: Collection[int] = ()
    deleted: bool = False

    @cached_property
    def parts(self) -> list[Matches]:
        """Everything that is found, in the order in which it is shown. No row is in two parts."""
        return [*self.exact, *(self.correction.parts if self.correction else ())]

    @cached_property
    def exact(self) -> list[Matches]:
        """Matches of what was typed."""
        return parts(self._filtered, self._typed)

    @cached_property
    def correction(self) -> Correction | None:
        """What was probably meant; None where enough matches what was typed, or nothing is near it."""
        if not self.connections or self._has_enough(self.exact):
            return None
        near = {term.typed: found for term in self._typed if (found := self._near(term))}
        for reading in _readings(near):
            corrected = self._corrected(reading)
            first = next((keys[0] for part in corrected if (keys := part.keys(None, back=False, limit=1))), None)
            if first is not None:
                return Correction(self._meant(reading, first), corrected)
        return None

    @cached_property
    def deleted_match(self) -> bool:
        """Whether deleted customers match too, who are left out."""
        if self.deleted or not self._typed:
            return False
        gone = FilteredRows(only_deleted(self.rows))
        return gone.few != [] and Matches(gone, IndexQuery(loose(self._typed))).at_least(1)

    def hits(self, limit: int) -> Hits:
        """Return the best matches: by name first, then by anything else, each in the order of its part."""
        exact = self._first(self.exact, limit)
        if len(exact) == limit or self.correction is None:
            return Hits(exact)
        return Hits(exact, self._first(self.correction.parts, limit - len(exact)), self.correction.text)

    @cached_property
    def _typed(self) -> tuple[Term, ...]:
        return terms(self.text)

    @cached_property
    def _filtered(self) -> FilteredRows:
        return FilteredRows(self.rows if self.deleted else without_deleted(self.rows))

    def _first(self, found: Sequence[Matches], limit: int) -> list[Customer]:
        keys: list[int] = []
        for part in found:
            if len(keys) < limit:
                keys += part.keys(None, back=False, limit=limit - len(keys))
        rows = self.rows.in_bulk(keys)
        return [rows[key] for key in keys if key in rows]

    def _has_enough(self, found: Sequence[Matches]) -> bool:
        missing = FEWEST
        for part in found:
            if part.at_least(missing):
                return True
            missing -= part.count()
        return False

    def _near(self, term: Term) -> list[NearWord]:
        """Return near words of a term that few customers match by itself."""
        if not term.is_word:
            return []
        near = vocabulary.near(sorted(self.connections), term.typed)
        alone = len(self._typed) == 1
        if near and not alone and Matches(self._filtered, IndexQuery(strict([term]))).at_least(FEWEST):
            return []
        return near

    def _corrected(self, near: dict[str, list[NearWord]]) -> list[Matches]:
        meant: tuple[Alternatives, ...] = tuple(
            (
                *term.alternatives,
                *term.loose,
                *((word.text,) for word in near.get(term.typed, ())),
            )
            for term in self._typed
        )
        found = loose(self._typed)
        queries = [IndexQuery(meant, among, unless=found) for among in (Among.NAMES, Among.OTHERS)]
        return [Matches(self._filtered, query) for query in queries]

    def _meant(self, near: dict[str, list[NearWord]], key: int) -> str:
        """Write what was typed with the words that a row has in its place."""
        having = current_dialect().search_index.words_of(key)
        said: list[str] = []
        for term in self._typed:
            words = (word.text for word in near.get(term.typed, ()) if _has(having, word.text))
            typed_there = any(all(_has(having, word) for word in one) for one in term.alternatives)
            said.append(term.typed if typed_there else next(words, term.typed))
        return " ".join(said)


def _readings(near: dict[str, list[NearWord]]) -> Iterator[dict[str, list[NearWord]]]:
    """Yield what may be meant: the nearest words of each term, then all near ones."""
    if near:
        nearest = {typed: [w for w in words if w.distance == words[0].distance] for typed, words in near.items()}
        yield nearest
        if nearest != near:
            yield near


def _has(having: Collection[str], beginning: str) -> bool:
    return any(word.startswith(beginning) for word in having)
