"""Search on SQLite: an FTS5 table of words, its row ids those of the customers."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from counterfoil.mirror.pagination import Cursor
from counterfoil.mirror.sql import TABLES
from counterfoil.mirror.store.search_index import Among, FewKeys, IndexQuery, SearchIndex
from counterfoil.normalize.typed_terms import Alternatives

_ROWS, _INDEX = TABLES["customer"], TABLES["customer_search"]


class SqliteSearchIndex(SearchIndex):
    def condition(self, query: IndexQuery) -> tuple[str, str]:
        found = f"SELECT rowid FROM {_INDEX} WHERE {_INDEX} MATCH %s"  # noqa: S608  fixed names
        return f"{_ROWS}.id IN ({found})", _text(query)

    def filter(self, rows: "QuerySet[Any]", few: FewKeys, query: IndexQuery) -> "QuerySet[Any]":
        where, text = self.condition(query)
        return rows.extra(where=[where], params=[text])  # noqa: S610  a text of ours

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
        """Read the index in the order of its keys: it returns hits one by one and stops at the limit.

        The plus signs keep SQLite from asking the index anew for every row of the table. Where the rows are few,
        hits are compared with their keys: looking up a row would cost a hundred times as much.
        """
        where, params = [f"{_INDEX} MATCH %s", f"{_ROWS}.id = +{_INDEX}.rowid"], [_text(query)]
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

    def words_of(self, key: int) -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT name_words, other_words, person_words FROM {_INDEX} WHERE rowid = %s", [key])  # noqa: S608
            found = cursor.fetchone()
        return {word for words in found or () for word in (words or "").split()}

    def estimate(self, rows: "QuerySet[Any]") -> int:
        return 0


def _text(query: IndexQuery) -> str:
    """Write a query in the language of FTS5."""
    anywhere = _all(query.terms)
    by_name = f"{{name_words}} : ({anywhere})"
    text = by_name if query.among == Among.NAMES else anywhere
    if query.among == Among.OTHERS:
        text = f"({text}) NOT ({by_name})"
    return f"({text}) NOT ({_all(query.unless)})" if query.unless else text


def _all(terms: Sequence[Alternatives]) -> str:
    return " AND ".join(f"({' OR '.join(f'({_words(words)})' for words in term)})" for term in terms)


def _words(words: Sequence[str]) -> str:
    return " AND ".join(f'"{word}"*' for word in words)
