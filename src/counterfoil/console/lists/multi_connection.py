"""Rows of several queries as one list: every index leads with the connection, so each is asked by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from counterfoil.console.lists.filters import ConnectionFilter
from counterfoil.console.lists.pagination import CappedChangeList, capped_count
from counterfoil.mirror.pagination import Cursor, Ordered


@dataclass(frozen=True, slots=True)
class MergedConnections:
    """What queries of one model and one order give, put into that order together. No row is in two of them."""

    queries: "Sequence[QuerySet[Any]]"

    def keys(self, cursor: Cursor | None, *, back: bool, limit: int) -> list[int]:
        """Up to `limit` keys from the beginning (the end, if `back`), or beside the cursor's row."""
        found: list[int] = []
        for rows in self.queries:
            found += Ordered(rows).keys(cursor, back=back, limit=limit)
        if not found:
            return []
        first = self.queries[0]
        together = first.model._default_manager.filter(pk__in=found)  # noqa: SLF001
        return Ordered(together.order_by(*first.query.order_by)).keys(None, back=back, limit=limit)

    def count(self) -> tuple[int, bool]:
        """How many rows, and whether there are more than were counted."""
        counts = [capped_count(rows) for rows in self.queries]
        return sum(count for count, _ in counts), any(capped for _, capped in counts)

    def holds(self, key: int) -> bool:
        """Whether a row is among them."""
        return any(rows.filter(pk=key).exists() for rows in self.queries)


def segments_by_connection(listed: CappedChangeList, rows: "QuerySet[Any]") -> "list[QuerySet[Any]]":
    """The same rows, one query for each connection that the person may see and no filter has excluded."""
    if any(_chooses_connection(spec) for spec in listed.filter_specs):
        return [rows]
    return [rows.filter(connection_id=key) for key in listed.connections]


def _chooses_connection(spec: object) -> bool:
    return isinstance(spec, ConnectionFilter) and spec.value() is not None
