"""Search on PostgreSQL: a GIN index over `tsvector`; words of the name carry a mark (`row.NAME_MARK`)."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet

from counterfoil.mirror.pagination import Cursor, Ordered
from counterfoil.mirror.row import NAME_MARK, PERSON_MARK
from counterfoil.mirror.sql import TABLES
from counterfoil.mirror.store.search_index import Among, FewKeys, IndexQuery, SearchIndex
from counterfoil.normalize.typed_terms import Alternatives

_COLUMN = f"{TABLES['customer']}.search"
_NOT_INDEXED = f"({_COLUMN} || ''::tsvector)"
"""For few rows, checked one by one: PostgreSQL must not collect all matches first."""


class PostgresSearchIndex(SearchIndex):
    def condition(self, query: IndexQuery) -> tuple[str, str]:
        return f"{_COLUMN} @@ %s::tsquery", _text(query)

    def filter(self, rows: "QuerySet[Any]", few: FewKeys, query: IndexQuery) -> "QuerySet[Any]":
        column, keys = _COLUMN, few()
        if keys is not None:
            column, rows = _NOT_INDEXED, rows.model._default_manager.filter(pk__in=keys)  # noqa: SLF001
        return rows.extra(where=[f"{column} @@ %s::tsquery"], params=[_text(query)])  # noqa: S610  our text

    def keys(
        self,
        rows: "QuerySet[Any]",
        few: FewKeys,
        query: IndexQuery,
        cursor: Cursor | None = None,
        *,
        back: bool = False,
        limit: int,
        few_match: bool = False,
    ) -> list[int]:
        matching = self.filter(rows, few, query)
        if few_match and cursor is None and not back:  # in an order that no index has
            return list(matching.order_by(F("id") + 0).values_list("pk", flat=True)[:limit])
        return Ordered(matching.order_by("id")).keys(cursor, back=back, limit=limit)

    def words_of(self, key: int) -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT tsvector_to_array(search) FROM {TABLES['customer']} WHERE id = %s", [key])  # noqa: S608
            found = cursor.fetchone()
        words = found[0] if found else None
        return {word.removeprefix(NAME_MARK).removeprefix(PERSON_MARK) for word in words or ()}

    def estimate(self, rows: "QuerySet[Any]") -> int:
        """Ask the planner, which knows from its statistics."""
        plan = json.loads(rows.order_by().values("pk").explain(format="json"))
        return int(plan[0]["Plan"]["Plan Rows"])


def _text(query: IndexQuery) -> str:
    """Write a query in the language of `tsquery`."""
    by_name = _all(query.terms, _named)
    text = by_name if query.among == Among.NAMES else _all(query.terms, _anywhere)
    if query.among == Among.OTHERS:
        text = f"{text} & !({by_name})"
    return f"{text} & !({_all(query.unless, _anywhere)})" if query.unless else text


def _all(terms: Sequence[Alternatives], write: Callable[[str], str]) -> str:
    return " & ".join(f"({' | '.join(' & '.join(map(write, words)) for words in term)})" for term in terms)


def _named(word: str) -> str:
    return f"'{NAME_MARK}{word}':*"


def _anywhere(word: str) -> str:
    return f"('{NAME_MARK}{word}':* | '{word}':* | '{PERSON_MARK}{word}':*)"
