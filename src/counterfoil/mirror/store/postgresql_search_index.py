"""Search on PostgreSQL: a GIN index over `tsvector`; words of the name carry a mark (`row.NAME_MARK`)."""

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from counterfoil.mirror.pagination import Cursor, Ordered
from counterfoil.mirror.row import NAME_MARK, PERSON_MARK
from counterfoil.mirror.sql import TABLES
from counterfoil.mirror.store.search_index import Among, FewKeys, SearchIndex

_COLUMN = f"{TABLES['customer']}.search"
_NOT_INDEXED = f"({_COLUMN} || ''::tsvector)"
"""For few rows, checked one by one: PostgreSQL must not collect all matches first."""


class PostgresSearchIndex(SearchIndex):
    def condition(self, words: Sequence[str], among: Among) -> tuple[str, str]:
        return f"{_COLUMN} @@ %s::tsquery", _query(words, among)

    def filter(self, rows: "QuerySet[Any]", few: FewKeys, words: Sequence[str], among: Among) -> "QuerySet[Any]":
        column, keys = _COLUMN, few()
        if keys is not None:
            column, rows = _NOT_INDEXED, rows.model._default_manager.filter(pk__in=keys)  # noqa: SLF001
        return rows.extra(where=[f"{column} @@ %s::tsquery"], params=[_query(words, among)])  # noqa: S610  our text

    def keys(
        self,
        rows: "QuerySet[Any]",
        few: FewKeys,
        words: Sequence[str],
        among: Among,
        cursor: Cursor | None = None,
        *,
        back: bool = False,
        limit: int,
    ) -> list[int]:
        matching = self.filter(rows, few, words, among).order_by("id")
        return Ordered(matching).keys(cursor, back=back, limit=limit)

    def estimate(self, rows: "QuerySet[Any]") -> int:
        """Ask the planner, which knows from its statistics."""
        plan = json.loads(rows.order_by().values("pk").explain(format="json"))
        return int(plan[0]["Plan"]["Plan Rows"])


def _query(words: Sequence[str], among: Among) -> str:
    named = [f"'{NAME_MARK}{word}':*" for word in words]
    either = [f"('{NAME_MARK}{word}':* | '{word}':* | '{PERSON_MARK}{word}':*)" for word in words]
    by_name = " & ".join(named)
    query = by_name if among == Among.NAMES else " & ".join(either)
    return f"{query} & !({by_name})" if among == Among.OTHERS else query
