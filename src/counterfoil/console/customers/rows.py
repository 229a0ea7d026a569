"""How the list of customers is read page by page: by each connection's index, or by a search."""

from collections.abc import Sequence

from django.db.models import QuerySet

from counterfoil.console.lists.multi_connection import MergedConnections, segments_by_connection
from counterfoil.console.lists.pagination import CappedChangeList, Segment, count_capped
from counterfoil.mirror import search
from counterfoil.mirror.models import Customer
from counterfoil.mirror.pagination import Ordered
from counterfoil.mirror.search import Matches

NOT_SORTED = "too many matches to sort by name; type more to narrow the list"


def segments(listed: CappedChangeList) -> Sequence[Segment]:
    """Return search hits; without a search all rows, by the connections that no filter has excluded."""
    if listed.query:
        return search.parts(_by_connection(listed, listed.filtered), listed.query)
    queries = segments_by_connection(listed, listed.queryset)
    return [Ordered(queries[0]) if len(queries) == 1 else MergedConnections(queries)]


def total(listed: CappedChangeList, segments: Sequence[Segment]) -> tuple[int | None, bool]:
    """Return the number of rows, and whether there are more than were counted."""
    count = 0
    for segment in segments:
        if isinstance(segment, Matches):
            if segment.many:
                return search.FEW, True
            count += segment.count()
        elif isinstance(segment, MergedConnections):
            return segment.count()
        else:
            return count_capped(_by_connection(listed, listed.queryset))
    return count, False


def note(segments: Sequence[Segment]) -> str:
    """Return a note where the rows are not sorted by name; else an empty text."""
    return NOT_SORTED if any(isinstance(segment, Matches) and segment.many for segment in segments) else ""


def _by_connection(listed: CappedChangeList, rows: "QuerySet[Customer]") -> "QuerySet[Customer]":
    """Name the only connection in the query, so that the index that leads with the connection is used."""
    only = listed.connections
    return rows.filter(connection_id=only[0]) if len(only) == 1 else rows
