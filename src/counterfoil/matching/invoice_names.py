"""Invoices that name their customer only by name: which names there are, and who each may be."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count

from counterfoil.matching.candidates import find_matches
from counterfoil.matching.score import Candidate, Wanted
from counterfoil.mirror.models import Connection, CustomerNameOfInvoice, Invoice, State
from counterfoil.normalize.name import name_key

MOST_NAMES = 200
"""Names that are shown at once, those with the most invoices first."""


@dataclass(frozen=True, slots=True)
class UnmatchedName:
    """A customer's name on invoices without a customer. `candidate` may be that customer, for this `reason`.

    `is_sure`: it is the only one here of that name, spelling and legal form aside.
    """

    name: str
    invoices: int
    candidate: Candidate | None = None
    reason: str = ""
    is_sure: bool = False


def unmatched_names(connection: Connection) -> Iterator[UnmatchedName]:
    """Yield the names with the most invoices first, up to MOST_NAMES."""
    rows = Invoice.objects.filter(connection=connection, customer=None, state=State.PRESENT)
    named = rows.filter(customer_external_id=None).annotate(said=CustomerNameOfInvoice())
    counted = named.filter(said__gt="").values("said").order_by()
    for row in counted.annotate(invoices=Count("pk")).order_by("-invoices", "said")[:MOST_NAMES]:
        yield _with_candidate(connection, row["said"], row["invoices"])


def _with_candidate(connection: Connection, name: str, invoices: int) -> UnmatchedName:
    hits = [hit for hit in find_matches(connection, Wanted(name=name)).hits if hit.candidate.external_id]
    if not hits:
        return UnmatchedName(name, invoices)
    same = [hit for hit in hits if hit.candidate.name_key == name_key(name)]
    return UnmatchedName(name, invoices, hits[0].candidate, hits[0].reason, is_sure=len(same) == 1)
