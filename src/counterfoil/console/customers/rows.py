"""How the list of customers is read page by page: by each connection's index, or by a search."""

from collections.abc import Sequence

from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR
from django.db.models import QuerySet

from counterfoil.console.lists.multi_connection import MergedConnections, segments_by_connection
from counterfoil.console.lists.pagination import CappedChangeList, Segment, count_capped
from counterfoil.mirror import search
from counterfoil.mirror.customer_search import CustomerSearch
from counterfoil.mirror.models import Customer
from counterfoil.mirror.pagination import Ordered
from counterfoil.mirror.search import Matches
from counterfoil.mirror.selection import DELETED, wants_deleted

NOT_SORTED = "too many matches to sort by name; type more to narrow the list"


def segments(listed: CappedChangeList) -> Sequence[Segment]:
    """Return search hits; without a search all rows, by the connections that no filter has excluded."""
    if listed.query:
        return search_of(listed).parts
    queries = segments_by_connection(listed, listed.queryset)
    return [Ordered(queries[0]) if len(queries) == 1 else MergedConnections(queries)]


def search_of(listed: CappedChangeList) -> CustomerSearch:
    """Return the search of a list; its queries run once, for the rows and for what is said above them."""
    if listed.search is None:
        rows = _by_connection(listed, listed.filtered)
        deleted = wants_deleted(listed.params)
        listed.search = CustomerSearch(rows, listed.query, listed.connections, deleted)
    return listed.search


def said_above(listed: CappedChangeList) -> dict[str, str] | None:
    """Return what is said above the rows of a search: what was probably meant, and whether deleted ones match."""
    if not listed.query:
        return None
    found = search_of(listed)
    meant = found.correction.text if found.correction else ""
    return {
        "meant": meant,
        "meant_address": listed.get_query_string({SEARCH_VAR: meant}, [PAGE_VAR]) if meant else "",
        "exact": "yes" if meant and any(part.at_least(1) for part in found.exact) else "",
        "deleted_address": listed.get_query_string({DELETED: "yes"}, [PAGE_VAR]) if found.deleted_match else "",
    }


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
