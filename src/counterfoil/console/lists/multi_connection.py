"""Rows of several connections as one list, with one query each: every index leads with the connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from counterfoil.console.lists.filters import ConnectionFilter
from counterfoil.console.lists.pagination import CappedChangeList, count_capped
from counterfoil.mirror.pagination import Cursor, Ordered


@dataclass(frozen=True, slots=True)
class MergedConnections:
    """The rows of several queries of one model, merged in their common order. No row is in two of them."""

    queries: "Sequence[QuerySet[Any]]"

    def keys(self, cursor: Cursor | None, *, back: bool, limit: int) -> list[int]:
        """Return up to `limit` keys from the start (the end if `back`), or from the cursor's row on."""
        found: list[int] = []
        for rows in self.queries:
            found += Ordered(rows).keys(cursor, back=back, limit=limit)
        if not found:
            return []
        first = self.queries[0]
        together = first.model._default_manager.filter(pk__in=found)  # noqa: SLF001
        return Ordered(together.order_by(*first.query.order_by)).keys(None, back=back, limit=limit)

    def count(self) -> tuple[int, bool]:
        """Return the number of rows, and whether there are more than were counted."""
        counts = [count_capped(rows) for rows in self.queries]
        return sum(count for count, _ in counts), any(capped for _, capped in counts)

    def holds(self, key: int) -> bool:
        """Return whether a row is among them."""
        return any(rows.filter(pk=key).exists() for rows in self.queries)


def segments_by_connection(listed: CappedChangeList, rows: "QuerySet[Any]") -> "list[QuerySet[Any]]":
    """Split the rows into one query for each connection that the user may see and no filter excludes."""
    if any(_chooses_connection(spec) for spec in listed.filter_specs):
        return [rows]
    return [rows.filter(connection_id=key) for key in listed.connections]


def _chooses_connection(spec: object) -> bool:
    return isinstance(spec, ConnectionFilter) and spec.value() is not None
