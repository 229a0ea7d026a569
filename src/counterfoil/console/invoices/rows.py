"""How the list of invoices is read page by page: by connection and, for overdue ones, by status."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from counterfoil.console.invoices import search as invoice_search
from counterfoil.console.invoices.filters import OverdueFilter
from counterfoil.console.invoices.overdue import OWED
from counterfoil.console.lists.multi_connection import MergedConnections, segments_by_connection
from counterfoil.console.lists.pagination import CappedChangeList, Segment
from counterfoil.mirror.models import Customer

NOT_ALL = "not all matches are shown; type more to narrow the list"


@dataclass(frozen=True, slots=True)
class InvoiceHits(MergedConnections):
    """The hits of a search. `more` tells that there are more than it looked at."""

    more: bool = False


def segments(listed: CappedChangeList, customers: "QuerySet[Customer]") -> Sequence[Segment]:
    """Return search hits, without a search all rows. `customers` are those that the user may see."""
    if listed.query:
        keys, more = invoice_search.search_invoices(listed.filtered, customers, listed.connections, listed.query)
        return [InvoiceHits([listed.filtered.filter(pk__in=keys)], more)]
    queries = segments_by_connection(listed, listed.queryset)
    if any(isinstance(spec, OverdueFilter) and spec.value() == "yes" for spec in listed.filter_specs):
        queries = [rows.filter(status=status) for rows in queries for status in OWED]
    return [MergedConnections(queries)]


def total(segments: Sequence[Segment]) -> tuple[int | None, bool]:
    """Return the number of rows, and whether there are more than were counted."""
    counts = [segment.count() for segment in segments if isinstance(segment, MergedConnections)]
    more = any(isinstance(segment, InvoiceHits) and segment.more for segment in segments)
    return sum(count for count, _ in counts), more or any(capped for _, capped in counts)


def note(segments: Sequence[Segment]) -> str:
    """Return a note where a search found too much; else an empty text."""
    return NOT_ALL if any(isinstance(segment, InvoiceHits) and segment.more for segment in segments) else ""
