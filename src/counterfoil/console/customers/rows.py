"""How the list of customers is read page by page: by each connection's index, or as a search finds them."""

from collections.abc import Sequence

from django.db.models import QuerySet

from counterfoil.console.lists.multi_connection import MergedConnections, segments_by_connection
from counterfoil.console.lists.pagination import CappedChangeList, Segment, count_capped
from counterfoil.mirror import search
from counterfoil.mirror.models import Customer
from counterfoil.mirror.pagination import Ordered
from counterfoil.mirror.search import Matches

NOT_SORTED = "too many to sort by name: type more to narrow them down"


def parts(listed: CappedChangeList) -> Sequence[Segment]:
    """Search hits; else all rows, by the connections that no filter has excluded."""
    if listed.query:
        return search.parts(_of_the_only_one(listed, listed.filtered), listed.query)
    queries = segments_by_connection(listed, listed.queryset)
    return [Ordered(queries[0]) if len(queries) == 1 else MergedConnections(queries)]


def total(listed: CappedChangeList, of: Sequence[Segment]) -> tuple[int | None, bool]:
    """How many rows, and whether there are more than were counted."""
    counted = 0
    for part in of:
        if isinstance(part, Matches):
            if part.many:
                return search.FEW, True
            counted += part.count()
        elif isinstance(part, MergedConnections):
            return part.count()
        else:
            return count_capped(_of_the_only_one(listed, listed.queryset))
    return counted, False


def note(of: Sequence[Segment]) -> str:
    """Says so where the rows are not in the order of names."""
    return NOT_SORTED if any(isinstance(part, Matches) and part.many for part in of) else ""


def _of_the_only_one(listed: CappedChangeList, rows: "QuerySet[Customer]") -> "QuerySet[Customer]":
    """The same rows, said in the way of the indexes where there is one connection."""
    only = listed.connections
    return rows.filter(connection_id=only[0]) if len(only) == 1 else rows
