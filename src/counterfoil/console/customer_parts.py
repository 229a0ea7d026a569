"""How the list of customers is read page by page: by each connection's index, or as a search finds them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from counterfoil.console.filters import ConnectionFilter
from counterfoil.console.listing import CappedChangeList, Part, capped_count
from counterfoil.mirror import matches
from counterfoil.mirror.keyset import Cursor, Ordered
from counterfoil.mirror.matches import Matches
from counterfoil.mirror.models import Customer

NOT_SORTED = "too many to sort by name: type more to narrow them down"


@dataclass(frozen=True, slots=True)
class OfConnections:
    """The rows of several connections in one order. Every index leads with the connection, so each is asked by
    itself; what they give is put into the order together."""

    rows: "QuerySet[Customer]"
    connections: Sequence[int]

    def keys(self, cursor: Cursor | None, *, back: bool, limit: int) -> list[int]:
        """Up to `limit` keys from the beginning (the end, if `back`), or beside the cursor's row."""
        found: list[int] = []
        for connection in self.connections:
            of_one = Ordered(self.rows.filter(connection_id=connection))
            found += of_one.keys(cursor, back=back, limit=limit)
        together = self.rows.model._default_manager.filter(pk__in=found)  # noqa: SLF001
        return Ordered(together.order_by(*self.rows.query.order_by)).keys(None, back=back, limit=limit)

    def count(self) -> tuple[int, bool]:
        """How many rows, and whether there are more than were counted."""
        counts = [capped_count(self.rows.filter(connection_id=connection)) for connection in self.connections]
        return sum(count for count, _ in counts), any(capped for _, capped in counts)

    def holds(self, key: int) -> bool:
        """Whether a row is among them."""
        return self.rows.filter(pk=key).exists()


def parts(listed: CappedChangeList) -> Sequence[Part]:
    """Search hits; else all rows, by the connections that no filter has excluded."""
    if listed.query:
        return matches.parts(_of_the_only_one(listed, listed.filtered), listed.query)
    if len(listed.connections) < 2 or any(_chooses_connection(spec) for spec in listed.filter_specs):
        return [Ordered(_of_the_only_one(listed, listed.queryset))]
    return [OfConnections(listed.queryset, listed.connections)]


def total(listed: CappedChangeList, of: Sequence[Part]) -> tuple[int | None, bool]:
    """How many rows, and whether there are more than were counted."""
    counted = 0
    for part in of:
        if isinstance(part, Matches):
            if part.many:
                return matches.FEW, True
            counted += part.count()
        elif isinstance(part, OfConnections):
            return part.count()
        else:
            return capped_count(_of_the_only_one(listed, listed.queryset))
    return counted, False


def note(of: Sequence[Part]) -> str:
    """Says so where the rows are not in the order of names."""
    return NOT_SORTED if any(isinstance(part, Matches) and part.many for part in of) else ""


def _chooses_connection(spec: object) -> bool:
    return isinstance(spec, ConnectionFilter) and spec.value() is not None


def _of_the_only_one(listed: CappedChangeList, rows: "QuerySet[Customer]") -> "QuerySet[Customer]":
    """The same rows, said in the way of the indexes where there is one connection."""
    only = listed.connections
    return rows.filter(connection_id=only[0]) if len(only) == 1 else rows
