"""Search customers by what people type; name matches come first.

What is typed is read by `normalize.typed_terms`, records are split by `normalize.search_words`, so a search means
the same on both databases. How each finds words stands in `mirror/store/search_index.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from counterfoil.mirror.models import Customer
from counterfoil.mirror.pagination import Cursor, Ordered
from counterfoil.mirror.store import current_dialect
from counterfoil.mirror.store.search_index import Among, IndexQuery
from counterfoil.normalize.typed_terms import Alternatives, Term, terms


def search(rows: "QuerySet[Customer]", text: str, *, names_only: bool = False) -> "QuerySet[Customer]":
    """Narrow a query to the customers that match. Text without any word in it matches nothing."""
    typed = terms(text)
    if not typed:
        return rows.none()
    query = IndexQuery(_strict(typed), Among.NAMES) if names_only else IndexQuery(_loose(typed))
    where, parameter = current_dialect().search_index.condition(query)
    return rows.extra(where=[where], params=[parameter])  # noqa: S610  a text of ours


def name_first(rows: "QuerySet[Customer]", text: str) -> "QuerySet[Customer]":
    """Return all matches in one query, name matches first. It sorts all of them; pages read `parts` instead."""
    typed = terms(text)
    if not typed:
        return rows.none()
    where, parameter = current_dialect().search_index.condition(IndexQuery(_strict(typed), Among.NAMES))
    by_name = RawSQL(where, [parameter], output_field=BooleanField())  # noqa: S611  a text of ours
    return search(rows, text).annotate(by_name=by_name).order_by("-by_name", "name", "id")


def ranked(rows: "QuerySet[Customer]", text: str, limit: int) -> Iterator[Customer]:
    """Yield the best `limit` matches: by name first, then by anything else, each in the order of its part."""
    wanted = limit
    for part in parts(rows, text):
        keys = part.keys(None, back=False, limit=wanted) if wanted else []
        wanted -= len(keys)
        found = rows.in_bulk(keys)
        yield from (found[key] for key in keys if key in found)


def _strict(typed: Sequence[Term]) -> tuple[Alternatives, ...]:
    return tuple(term.alternatives for term in typed)


def _loose(typed: Sequence[Term]) -> tuple[Alternatives, ...]:
    return tuple((*term.alternatives, *term.loose) for term in typed)


FEW = 1_000
"""Rows that are sorted for every page."""
SURELY_MANY = 5_000
"""From this estimate on, the first FEW rows are not read: PostgreSQL's text index would collect all matches."""


@dataclass(frozen=True)
class Matches:
    """The matches of one kind among rows narrowed by other filters. Queries run on first use."""

    rows: "QuerySet[Customer]"
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

    def holds(self, key: int) -> bool:
        """Tell whether a row is among them."""
        return self._matching.filter(pk=key).exists()

    @cached_property
    def _few(self) -> list[int] | None:
        return None if self._surely_many or len(self._first) > FEW else self._first

    @cached_property
    def _surely_many(self) -> bool:
        return self._narrow is None and current_dialect().search_index.estimate(self._matching) > SURELY_MANY

    @cached_property
    def _first(self) -> list[int]:
        """One more than FEW, in the order in which they were first mirrored."""
        return self._keys(None, back=False, limit=FEW + 1)

    @cached_property
    def _narrow(self) -> list[int] | None:
        """The keys of the filtered rows, where they are few."""
        found = list(self.rows.order_by().values_list("pk", flat=True)[: FEW + 1])
        return found if len(found) <= FEW else None

    @cached_property
    def _matching(self) -> "QuerySet[Customer]":
        return current_dialect().search_index.filter(self.rows, lambda: self._narrow, self.query)

    def _keys(self, cursor: Cursor | None, *, back: bool, limit: int) -> list[int]:
        index = current_dialect().search_index
        return index.keys(self.rows, lambda: self._narrow, self.query, cursor, back=back, limit=limit)


def parts(rows: "QuerySet[Customer]", text: str) -> list[Matches]:
    """Split a search: name matches, the others, and those by the last digits of a number. No row is in two."""
    typed = terms(text)
    if not typed:
        return []
    strict = _strict(typed)
    queries = [IndexQuery(strict, Among.NAMES), IndexQuery(strict, Among.OTHERS)]
    if any(term.loose for term in typed):
        queries.append(IndexQuery(_loose(typed), unless=strict))
    return [Matches(rows, query) for query in queries]
