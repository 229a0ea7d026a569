"""Search on SQLite: an FTS5 table of words, its row ids those of the customers."""

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from counterfoil.mirror.pagination import Cursor
from counterfoil.mirror.sql import TABLES
from counterfoil.mirror.store.search_index import Among, FewKeys, SearchIndex

_ROWS, _INDEX = TABLES["customer"], TABLES["customer_search"]


class SqliteSearchIndex(SearchIndex):
    def condition(self, words: Sequence[str], among: Among) -> tuple[str, str]:
        found = f"SELECT rowid FROM {_INDEX} WHERE {_INDEX} MATCH %s"  # noqa: S608  fixed names
        return f"{_ROWS}.id IN ({found})", _query(words, among)

    def filter(
        self,
        rows: "QuerySet[Any]",
        few: FewKeys,
        words: Sequence[str],
        among: Among,
    ) -> "QuerySet[Any]":
        where, query = self.condition(words, among)
        return rows.extra(where=[where], params=[query])  # noqa: S610  a text of ours

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
        """Read the index in the order of its keys: it returns hits one by one and stops at the limit.

        The plus signs keep SQLite from asking the index anew for every row of the table. Where the rows are few,
        hits are compared with their keys: looking up a row would cost a hundred times as much.
        """
        where, params = [f"{_INDEX} MATCH %s", f"{_ROWS}.id = +{_INDEX}.rowid"], [_query(words, among)]
        keys = few()
        if keys is not None:
            where.append(f"+{_INDEX}.rowid IN (SELECT value FROM json_each(%s))")  # noqa: S608  a fixed name
            params.append(json.dumps(list(keys)))
        if cursor is not None:
            where.append(f"{_INDEX}.rowid {'<' if back else '>'} {cursor.key:d}")
        rows = rows.order_by().extra(  # noqa: S610  a text of ours
            tables=[_INDEX],
            where=where,
            params=params,
            order_by=[f"-{_INDEX}.rowid" if back else f"{_INDEX}.rowid"],
        )
        found = list(rows.values_list("pk", flat=True)[:limit])
        return found[::-1] if back else found

    def estimate(self, rows: "QuerySet[Any]") -> int:
        return 0


def _query(words: Sequence[str], among: Among) -> str:
    anywhere = " ".join(f'"{word}"*' for word in words)
    by_name = f"{{name_words}} : ({anywhere})"
    query = by_name if among == Among.NAMES else anywhere
    return f"({anywhere}) NOT ({by_name})" if among == Among.OTHERS else query
