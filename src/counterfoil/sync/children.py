"""What belongs to customers that changed, read by way of them: where a collection cannot tell what changed itself.

One call per changed customer. Where so many changed that listing everything is cheaper, the pass becomes a full
one.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING

from django.db.models import Max, Q, QuerySet

from counterfoil.connections import factory
from counterfoil.connectors.page import Page, Resource, Shape
from counterfoil.connectors.port import Collection, ListedByParent, ListedWithParent
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.quarantine import Quarantined
from counterfoil.mirror import coverage, tickets
from counterfoil.mirror.models import Customer, Run, RunKind, RunPage, RunState, State
from counterfoil.mirror.resources import table
from counterfoil.runs.context import Progress, RunContext
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import completeness, deletions

if TYPE_CHECKING:
    from django.db.models import QuerySet


LATE = timedelta(minutes=1)
"""What was written so shortly before a pass may have become visible only while it was under way."""
LOOKED_AT = 50
"""Runs among which the last whole pass is looked for; dry and limited ones are none."""


def lists_by_parent(collection: type[Collection]) -> bool:
    """Whether a collection is asked in this way."""
    return issubclass(collection, ListedByParent) and not collection.capabilities.incremental


def depends_on_parents(run: Run) -> bool:
    """Whether the run's resource can only be asked for by way of the customers that changed."""
    return lists_by_parent(factory.connector_class(run.connection).collections[Resource(run.resource)])


def reads_changed_parents(run: Run) -> bool:
    """Whether this is such a pass."""
    return run.kind == RunKind.INCREMENTAL and depends_on_parents(run)


def known_until(connection_id: int) -> datetime | None:
    """Up to where customers are known, by the upstream's clock: so far their persons are known after a pass."""
    return coverage.load(connection_id, Resource.CUSTOMER).watermark


def count_changed(run: Run) -> int | None:
    """How many customers would be asked; None where it is not known what changed."""
    since = _since(run)
    return None if since is None else _changed(run, since).count()


def listing_is_cheaper(changed: int | None, rows: int, page_size: int) -> bool:
    """Whether listing all rows takes fewer calls, or is the only safe way. Pure."""
    return changed is None or changed > -(-rows // page_size)


def read_changed(context: RunContext) -> None:
    """Read what belongs to each customer that changed since the last such pass began."""
    run = context.run
    since = _since(run)
    collection, mark = context.collection, known_until(run.connection_id)
    assert since is not None  # noqa: S101  else it would be a full pass
    assert isinstance(collection, ListedByParent)  # noqa: S101  else too
    owners = list(_changed(run, since).order_by("id").values_list("external_id", flat=True))
    for done, owner in enumerate(owners, 1):
        ingest_children(context, str(owner), collection.of_owner(str(owner)))
        context.watcher(Progress("listing", done, len(owners), calls=context.budget.calls))
    known = coverage.load(run.connection_id, run.resource)
    coverage.save(
        run.connection_id,
        run.resource,
        watermark=mark,
        complete_pass_at=known.complete_pass_at,
        dated_from=known.dated_from,
    )


def ingest_children(context: RunContext, owner: str, page: Page) -> None:
    """Take what belongs to a customer. What is here of theirs and not in the page is read by itself."""
    ended = tickets.latest()
    observations = [Observation(item, Origin.READ, Shape.LIST, page.ticket, ended) for item in page.items]
    bad = [Quarantined(None, entry.raw, entry.reason, page.ticket) for entry in page.bad]
    context.pipeline.ingest(observations, context.source(), checkpoint=context.record_counts, also_quarantine=bad)
    there = [item.external_id for item in page.items]
    rows = context.table.rows(context.run.connection_id).filter(customer_external_id=owner, state=State.PRESENT)
    gone = list(rows.exclude(external_id__in=there).values_list("external_id", flat=True))
    if gone and page.last:
        deletions.read_again(context, gone)


def _since(run: Run) -> datetime | None:
    """When the last pass began that saw everything, or everything that had changed: by our clock."""
    begun = last_pass_began(run)
    if begun is None or coverage.load(run.connection_id, run.resource).complete_pass_at is None:
        return None
    return not_seen_since(run.connection_id, begun)


def last_pass_began(run: Run) -> datetime | None:
    """When the newest pass before this one began that brought everything, or everything that had changed."""
    done = Run.objects.filter(
        connection_id=run.connection_id,
        resource=run.resource,
        kind__in=(RunKind.FULL, RunKind.INCREMENTAL),
        state=RunState.COMPLETED,
        approved_at=None,
    )
    latest = done.filter(pk__lt=run.pk).order_by("-pk")[:LOOKED_AT]
    return next((each.started_at for each in latest if not RunOptions.of(each).partial), None)


def not_seen_since(connection_id: int, begun: datetime) -> datetime:
    """From when on customers were written that a pass which began at that moment may not have seen."""
    customers = Run.objects.filter(
        connection_id=connection_id,
        resource=Resource.CUSTOMER,
        state=RunState.COMPLETED,
        finished_at__range=(begun - LATE, begun),
    )
    before: datetime | None = customers.aggregate(ended=Max("finished_at"))["ended"]
    return before or begun - LATE  # what the run just before it wrote, the pass has seen


def _changed(run: Run, since: datetime) -> "QuerySet[Customer]":
    """Written here since then, and changed there: details that are fetched later write rows too."""
    rows = Customer.objects.filter(connection_id=run.connection_id, updated_at__gte=since, state=State.PRESENT)
    mark = coverage.load(run.connection_id, run.resource).watermark
    if mark is None:
        return rows
    return rows.filter(Q(upstream_modified_at__gte=mark) | Q(upstream_modified_at=None))


MOST_READS = 100
"""Records that one pass reads by themselves. Where more were not listed, something else is wrong: full passes have
the guard for that."""
AT_ONCE = 500


def listing_with_parents_is_cheaper(run: Run, since: datetime) -> bool:
    """When a pass begins: whether listing everything takes fewer calls than asking for each such customer."""
    collection = factory.connector_class(run.connection).collections[Resource(run.resource)]
    if RunOptions.of(run).partial or not issubclass(collection, ListedWithParent):
        return False
    customers = Customer.objects.filter(connection_id=run.connection_id, state=State.PRESENT)
    newcomers = _newcomers(run, since)
    return newcomers.exists() and listing_is_cheaper(
        newcomers.count(), customers.count(), collection.capabilities.page_size
    )


def follow_up(context: RunContext) -> None:
    """After the listing proved itself complete: ask for the customers and read the records that are in doubt."""
    collection = context.collection
    if not isinstance(collection, ListedWithParent) or context.run.since is None:
        return
    listed = collection.owners(completeness.run_listing(context.run))
    newcomers = _newcomers(context.run, context.run.since).order_by("id").values_list("external_id", flat=True)
    for owner in newcomers:
        if owner not in listed:
            ingest_children(context, str(owner), collection.of_owner(str(owner)))
    doubtful = list(_not_listed(context.run, listed))
    if len(doubtful) > MOST_READS:
        note = f"{len(doubtful):,} were not listed with their customer; the next full sync looks at them"
        context.lease.renew(note=". ".join(filter(None, (context.run.note, note))))
        return
    for some in batched(doubtful, deletions.READS_PER_BATCH):
        deletions.read_again(context, some)


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
    begun = last_pass_began(run)
    if begun is None:
        return Customer.objects.none()
    came = not_seen_since(run.connection_id, begun)
    unlisted = Q(upstream_modified_at__lt=since) | Q(upstream_modified_at=None)
    return Customer.objects.filter(
        unlisted, connection_id=run.connection_id, state=State.PRESENT, first_seen_at__gte=came
    )
