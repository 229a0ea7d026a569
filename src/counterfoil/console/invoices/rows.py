"""How the list of invoices is read page by page: by the index of each connection, and of each status that owes."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from counterfoil.console.invoices import search as invoice_search
from counterfoil.console.invoices.filters import OverdueFilter
from counterfoil.console.invoices.overdue import OWED
from counterfoil.console.lists.multi_connection import MergedConnections, segments_by_connection
from counterfoil.console.lists.pagination import CappedChangeList, Segment
from counterfoil.mirror.models import Customer

NOT_ALL = "there are more that begin so, of which these are shown: type more to narrow them down"


@dataclass(frozen=True, slots=True)
class InvoiceHits(MergedConnections):
    """What a search has found. `more`: there is more than it looked at."""

    more: bool = False


def parts(listed: CappedChangeList, customers: "QuerySet[Customer]") -> Sequence[Segment]:
    """Search hits among those of the `customers` that may be seen; else all rows."""
    if listed.query:
        keys, more = invoice_search.search_invoices(listed.filtered, customers, listed.connections, listed.query)
        return [InvoiceHits([listed.filtered.filter(pk__in=keys)], more)]
    queries = segments_by_connection(listed, listed.queryset)
    if any(isinstance(spec, OverdueFilter) and spec.value() == "yes" for spec in listed.filter_specs):
        queries = [rows.filter(status=status) for rows in queries for status in OWED]
    return [MergedConnections(queries)]


def total(of: Sequence[Segment]) -> tuple[int | None, bool]:
    """How many rows, and whether there are more than were counted."""
    counts = [part.count() for part in of if isinstance(part, MergedConnections)]
    more = any(isinstance(part, InvoiceHits) and part.more for part in of)
    return sum(count for count, _ in counts), more or any(capped for _, capped in counts)


def note(of: Sequence[Segment]) -> str:
    """Says so where a search was too wide."""
    return NOT_ALL if any(isinstance(part, InvoiceHits) and part.more for part in of) else ""
