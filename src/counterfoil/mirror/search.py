"""Search customers by what people type; name matches come first.

What is typed is read by `normalize.typed_terms`, records are split by `normalize.search_words`, so a search means
the same on both databases. How each finds words stands in `mirror/store/search_index.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from counterfoil.mirror.enums import State
from counterfoil.mirror.models import Customer
from counterfoil.mirror.pagination import Cursor, Ordered
from counterfoil.mirror.store import current_dialect
from counterfoil.mirror.store.search_index import Among, IndexQuery
from counterfoil.normalize.typed_terms import Alternatives, Term, terms

type Rows = QuerySet[Customer]


def search(rows: Rows, text: str, *, names_only: bool = False) -> Rows:
    """Narrow a query to the customers that match. Text without any word in it matches nothing."""
    typed = terms(text)
    if not typed:
        return rows.none()
    query = IndexQuery(strict(typed), Among.NAMES) if names_only else IndexQuery(loose(typed))
    where, parameter = current_dialect().search_index.condition(query)
    return rows.extra(where=[where], params=[parameter])  # noqa: S610  a text of ours


def name_first(rows: Rows, text: str) -> Rows:
    """Return all matches in one query, name matches first. It sorts all of them; pages read parts instead."""
    typed = terms(text)
    if not typed:
        return rows.none()
    where, parameter = current_dialect().search_index.condition(IndexQuery(strict(typed), Among.NAMES))
    by_name = RawSQL(where, [parameter], output_field=BooleanField())  # noqa: S611  a text of ours
    return search(rows, text).annotate(by_name=by_name).order_by("-by_name", "name", "id")


def without_deleted(rows: Rows) -> Rows:
    """Leave out the customers that were deleted in the connected system: a search shows them on request only."""
    return rows.exclude(state=State.TOMBSTONE)


def only_deleted(rows: Rows) -> Rows:
    """Return the customers that `without_deleted` leaves out."""
    return rows.filter(state=State.TOMBSTONE).exclude(state=State.PRESENT)  # in the words of the index


def strict(typed: Sequence[Term]) -> tuple[Alternatives, ...]:
    return tuple(term.alternatives for term in typed)


def loose(typed: Sequence[Term]) -> tuple[Alternatives, ...]:
    return tuple((*term.alternatives, *term.loose) for term in typed)


FEW = 1_000
"""Rows that are sorted for every page."""
SURELY_MANY = 5_000
"""From this estimate on, the first FEW rows are not read: PostgreSQL's text index would collect all matches.

It counts for each word that may match a term: PostgreSQL takes none for rarer than it is willing to believe.
"""


@dataclass(frozen=True)
class FilteredRows:
    """Customers narrowed by other filters than the search. Parts of a search share what is known of them."""

    rows: Rows

    @cached_property
    def few(self) -> list[int] | None:
        """Their keys, where they are few."""
        found = list(self.rows.order_by().values_list("pk", flat=True)[: FEW + 1])
        return found if len(found) <= FEW else None


@dataclass(frozen=True)
class Matches:
    """The matches of one kind among filtered rows. Queries run on first use."""

    filtered: FilteredRows
    query: IndexQuery

    @property
    def many(self) -> bool:
        """Whether there are too many to sort by name."""
        return self._few is None

    def count(self) -> int:
        """Return how many there are. Call it only where not `many`."""
        return len(self._few or ())

    def keys(self, cursor: Cursor | None, *, back: bool, limit: int) -> list[int]:
        """List up to `limit` keys from the beginning (the end, if `back`), or beside the cursor's row."""
        if self._few is not None:
            few = Customer.objects.filter(pk__in=self._few).order_by("name", "id")
            return Ordered(few).keys(cursor, back=back, limit=limit)
        if cursor is None and not back and not self._surely_many:
            return self._first[:limit]
        return self._keys(cursor, back=back, limit=limit)

    def at_least(self, number: int) -> bool:
        """Tell whether there are so many, at most FEW."""
        return self._surely_many or len(self._first) >= number

    def holds(self, key: int) -> bool:
        """Tell whether a row is among them."""
        return self._matching.filter(pk=key).exists()

    @cached_property
    def _few(self) -> list[int] | None:
        return None if self._surely_many or len(self._first) > FEW else self._first

    @cached_property
    def _surely_many(self) -> bool:
        if self.filtered.few is not None:
            return False
        surely = SURELY_MANY * min(sum(map(len, term)) for term in self.query.terms)
        return current_dialect().search_index.estimate(self._matching) > surely

    @cached_property
    def _first(self) -> list[int]:
        """One more than FEW, in the order in which they were first mirrored."""
        return self._keys(None, back=False, limit=FEW + 1, few_match=True)

    @cached_property
    def _matching(self) -> "QuerySet[Customer]":
        return current_dialect().search_index.filter(self.filtered.rows, lambda: self.filtered.few, self.query)

    def _keys(self, cursor: Cursor | None, *, back: bool, limit: int, few_match: bool = False) -> list[int]:
        index = current_dialect().search_index
        few = lambda: self.filtered.few  # noqa: E731
        return index.keys(self.filtered.rows, few, self.query, cursor, back=back, limit=limit, few_match=few_match)


def parts(filtered: FilteredRows, typed: Sequence[Term]) -> list[Matches]:
    """Split a search: name matches, the others, and those by the last digits of a number. No row is in two."""
    if not typed:
        return []
    terms_typed = strict(typed)
    queries = [IndexQuery(terms_typed, Among.NAMES), IndexQuery(terms_typed, Among.OTHERS)]
    if any(term.loose for term in typed):
        queries.append(IndexQuery(loose(typed), unless=terms_typed))
    return [Matches(filtered, query) for query in queries]
