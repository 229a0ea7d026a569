"""Search: every typed word is the beginning of a word of the record; name matches come first.

The words are made by `normalize.text.words` (accents and case folded), when a record is written and when somebody
types, so a search means the same on both databases. `mirror/search.py` reads what is found page by page.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from counterfoil.mirror.models import Customer
from counterfoil.mirror.pagination import Cursor, Ordered
from counterfoil.mirror.row import NAME_MARK
from counterfoil.mirror.sql import TABLES
from counterfoil.normalize.text import words

_ROWS, _INDEX = TABLES["customer"], TABLES["customer_search"]


def search(rows: "QuerySet[Customer]", text: str, *, names_only: bool = False) -> "QuerySet[Customer]":
    """Narrow a query to the customers that match. Text without any word in it matches nothing."""
    typed = search_terms(text)
    if not typed:
        return rows.none()
    where, query = condition(typed, Among.NAMES if names_only else Among.ALL)
    return rows.extra(where=[where], params=[query])  # noqa: S610  a text of ours


def name_first(rows: "QuerySet[Customer]", text: str) -> "QuerySet[Customer]":
    """All matches as one query, those by name first. It sorts all of them: lists in pages read `search.parts`."""
    typed = search_terms(text)
    if not typed:
        return rows.none()
    where, query = condition(typed, Among.NAMES)
    by_name = RawSQL(where, [query], output_field=BooleanField())  # noqa: S611  a text of ours
    return search(rows, text).annotate(by_name=by_name).order_by("-by_name", "name", "id")


def ranked(rows: "QuerySet[Customer]", text: str, limit: int) -> Iterator[Customer]:
    """The best `limit` matches: by name first, then by anything else, each in the order of its part."""
    wanted = limit
    for part in parts(rows, text):
        keys = part.keys(None, back=False, limit=wanted) if wanted else []
        wanted -= len(keys)
        found = rows.in_bulk(keys)
        yield from (found[key] for key in keys if key in found)


MOST_WORDS = 8


class Among(Enum):
    """Which matches are meant."""

    ALL = auto()
    NAMES = auto()
    OTHERS = auto()
    """All that do not match by name."""


def search_terms(text: str) -> tuple[str, ...]:
    """The words that are looked for; none where the text holds no word."""
    return tuple(words(text)[:MOST_WORDS])


def condition(typed: Sequence[str], among: Among, *, indexed: bool = True) -> tuple[str, str]:
    """The SQL that is true for a customer who matches, and its one parameter.

    Not `indexed`: few rows are looked at one by one, so PostgreSQL must not collect all matches first.
    """
    if connection.vendor == "postgresql":
        column = f"{_ROWS}.search" if indexed else f"({_ROWS}.search || ''::tsvector)"
        named = [f"'{NAME_MARK}{word}':*" for word in typed]
        either = [f"({marked} | '{word}':*)" for marked, word in zip(named, typed, strict=True)]
        by_name = " & ".join(named)
        query = by_name if among == Among.NAMES else " & ".join(either)
        query = f"{query} & !({by_name})" if among == Among.OTHERS else query
        return f"{column} @@ %s::tsquery", query
    anywhere = " ".join(f'"{word}"*' for word in typed)
    by_name = f"{{name_words}} : ({anywhere})"
    query = by_name if among == Among.NAMES else anywhere
    query = f"({anywhere}) NOT ({by_name})" if among == Among.OTHERS else query
    return f"{_ROWS}.id IN (SELECT rowid FROM {_INDEX} WHERE {_INDEX} MATCH %s)", query  # noqa: S608  fixed names


FEW = 1_000
"""Rows that are sorted for every page."""
SURELY_MANY = 5_000
"""From this estimate on PostgreSQL is not asked for the first FEW rows: its text index would collect them all."""


@dataclass(frozen=True)
class Matches:
    """The matches of one kind among rows that other filters have narrowed. Looks only when asked."""

    rows: "QuerySet[Customer]"
    typed: tuple[str, ...]
    among: Among

    @property
    def many(self) -> bool:
        """Whether there are too many to be put in the order of names."""
        return self._few is None

    def count(self) -> int:
        """How many there are; not to be asked when there are many."""
        return len(self._few or ())

    def keys(self, cursor: Cursor | None, *, back: bool, limit: int) -> list[int]:
        """Up to `limit` keys from the beginning (the end, if `back`), or beside the cursor's row."""
        if self._few is not None:
            few = Customer.objects.filter(pk__in=self._few).order_by("name", "id")
            return Ordered(few).keys(cursor, back=back, limit=limit)
        if cursor is None and not back and not self._surely_many:
            return self._first[:limit]
        if connection.vendor == "postgresql":
            return Ordered(self._matching.order_by("id")).keys(cursor, back=back, limit=limit)
        return self._in_index_order(cursor, back=back, limit=limit)

    def holds(self, key: int) -> bool:
        """Whether a row is among them."""
        return self._matching.filter(pk=key).exists()

    @cached_property
    def _few(self) -> list[int] | None:
        return None if self._surely_many or len(self._first) > FEW else self._first

    @cached_property
    def _surely_many(self) -> bool:
        if connection.vendor != "postgresql" or self._narrow is not None:
            return False
        return _estimated(self._matching) > SURELY_MANY

    @cached_property
    def _first(self) -> list[int]:
        """One more than a few, in the order in which they were first mirrored."""
        if connection.vendor == "postgresql":
            return list(self._matching.order_by("id").values_list("pk", flat=True)[: FEW + 1])
        return self._in_index_order(None, back=False, limit=FEW + 1)

    @cached_property
    def _narrow(self) -> list[int] | None:
        """The rows that the filters leave, where they are few."""
        found = list(self.rows.order_by().values_list("pk", flat=True)[: FEW + 1])
        return found if len(found) <= FEW else None

    @cached_property
    def _matching(self) -> "QuerySet[Customer]":
        few = connection.vendor == "postgresql" and self._narrow is not None
        where, query = condition(self.typed, self.among, indexed=not few)
        rows = Customer.objects.filter(pk__in=self._narrow or ()) if few else self.rows
        return rows.extra(where=[where], params=[query])  # noqa: S610  a text of ours

    def _in_index_order(self, cursor: Cursor | None, *, back: bool, limit: int) -> list[int]:
        """SQLite's text index gives its hits one after the other by their keys, and stops when it is told to.

        The plus signs keep SQLite from asking the text index anew for every row of the table. Where the filters
        leave few rows, a hit is held against their keys: looking its row up would cost a hundred times as much.
        """
        _, query = condition(self.typed, self.among)
        where, params = [f"{_INDEX} MATCH %s", f"{_ROWS}.id = +{_INDEX}.rowid"], [query]
        if self._narrow is not None:
            where.append(f"+{_INDEX}.rowid IN (SELECT value FROM json_each(%s))")  # noqa: S608  a fixed name
            params.append(json.dumps(self._narrow))
        if cursor is not None:
            where.append(f"{_INDEX}.rowid {'<' if back else '>'} {cursor.key:d}")
        rows = self.rows.order_by().extra(  # noqa: S610  a text of ours
            tables=[_INDEX],
            where=where,
            params=params,
            order_by=[f"-{_INDEX}.rowid" if back else f"{_INDEX}.rowid"],
        )
        found = list(rows.values_list("pk", flat=True)[:limit])
        return found[::-1] if back else found


def parts(rows: "QuerySet[Customer]", text: str) -> list[Matches]:
    """Name matches, then the others. No row is in both."""
    typed = search_terms(text)
    return [Matches(rows, typed, among) for among in (Among.NAMES, Among.OTHERS)] if typed else []


def _estimated(rows: "QuerySet[Customer]") -> int:
    """How many rows PostgreSQL expects, from its statistics."""
    plan = json.loads(rows.order_by().values("pk").explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])
