"""What an incremental pass over records that are listed with their customers has to look at besides its pages.

A listed customer is listed with all that is theirs: what is here of theirs and was not listed may be gone. And a
customer who came here after the pass before, but did not change upstream since, is not listed: by the filter alone
nothing of theirs would ever come.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import batched
from typing import TYPE_CHECKING

from django.db.models import Q

from counterfoil.connectors.contract import Resource, WithCustomers
from counterfoil.mirror import by_customer, catalog, confirm, evidence
from counterfoil.mirror.models import Customer, Run, RunPage, State
from counterfoil.mirror.runs import RunOptions
from counterfoil.mirror.tables import table
from counterfoil.mirror.work import Work

if TYPE_CHECKING:
    from django.db.models import QuerySet

MOST_READS = 100
"""Records that one pass reads by themselves. Where more were not listed, something else is wrong: full passes have
the guard for that."""
AT_ONCE = 500


def list_rather(run: Run, since: datetime) -> bool:
    """When a pass begins: whether listing everything takes fewer calls than asking for each such customer."""
    collection = catalog.connector_class(run.connection).collections[Resource(run.resource)]
    if RunOptions.of(run).partial or not issubclass(collection, WithCustomers):
        return False
    customers = Customer.objects.filter(connection_id=run.connection_id, state=State.PRESENT)
    newcomers = _newcomers(run, since)
    return newcomers.exists() and by_customer.list_rather(
        newcomers.count(), customers.count(), collection.capabilities.page_size
    )


def follow_up(work: Work) -> None:
    """After the listing proved itself complete: ask for the customers and read the records that are in doubt."""
    collection = work.collection
    if not isinstance(collection, WithCustomers) or work.run.since is None:
        return
    listed = collection.owners(evidence.listing(work.run))
    newcomers = _newcomers(work.run, work.run.since).order_by("id").values_list("external_id", flat=True)
    for owner in newcomers:
        if owner not in listed:
            by_customer.take(work, str(owner), collection.of_owner(str(owner)))
    doubtful = list(_not_listed(work.run, listed))
    if len(doubtful) > MOST_READS:
        note = f"{len(doubtful):,} were not listed with their customer; the next full sync looks at them"
        work.lease.renew(note=". ".join(filter(None, (work.run.note, note))))
        return
    for some in batched(doubtful, confirm.READS_PER_BATCH):
        confirm.read_again(work, some)


def _not_listed(run: Run, owners: frozenset[str]) -> Iterator[str]:
    """Records that are here of these customers and that the listing did not hold."""
    pages = RunPage.objects.filter(run=run, attempt=run.attempt).values_list("ids", flat=True)
    listed = {external_id for ids in pages for external_id in ids}
    of_run = table(run.resource).rows(run.connection_id)
    for some in batched(sorted(owners), AT_ONCE):
        rows = of_run.filter(customer_external_id__in=some, state=State.PRESENT)
        yield from (found for found in rows.values_list("external_id", flat=True) if found not in listed)


def _newcomers(run: Run, since: datetime) -> "QuerySet[Customer]":
    """Customers who came here after the pass before this one, and of whom the upstream tells no change since."""
    begun = by_customer.last_began(run)
    if begun is None:
        return Customer.objects.none()
    came = by_customer.not_seen_since(run.connection_id, begun)
    unlisted = Q(upstream_modified_at__lt=since) | Q(upstream_modified_at=None)
    return Customer.objects.filter(
        unlisted, connection_id=run.connection_id, state=State.PRESENT, first_seen_at__gte=came
    )
