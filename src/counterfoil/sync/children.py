"""Read the records of changed customers, one call each, where a collection cannot be filtered by change.

Where so many customers changed that listing everything takes fewer calls, the pass becomes a full one.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Q

from counterfoil import messages
from counterfoil.connections import factory
from counterfoil.connectors.page import Page, Resource, Shape
from counterfoil.connectors.port import Collection, ListedByParent, ListedWithParent
from counterfoil.errors import CounterfoilError, InvalidResponse, ReadRefused, Unavailable, Unreachable
from counterfoil.ingest import quarantine
from counterfoil.ingest.batch import Counts
from counterfoil.ingest.failure_watch import FailureWatch
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.quarantine import Quarantined, quarantine_entry
from counterfoil.mirror import coverage, tickets
from counterfoil.mirror.models import Customer, Run, RunKind, RunPage, RunState, State
from counterfoil.mirror.resources import table
from counterfoil.runs.context import Progress, RunContext
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import completeness, deletions
from counterfoil.sync.read_results import READS_PER_BATCH

if TYPE_CHECKING:
    from django.db.models import QuerySet


COMMIT_DELAY = timedelta(minutes=1)
"""A row written this shortly before a pass may have become visible only while the pass was running."""
RUNS_SEARCHED = 50
"""Among so many of the newest runs the last whole pass is searched; dry and limited runs do not count."""


def lists_by_parent(collection: type[Collection]) -> bool:
    """Tell whether changes of a collection are only found by way of their customers."""
    return issubclass(collection, ListedByParent) and not collection.capabilities.incremental


def depends_on_parents(run: Run) -> bool:
    """Tell whether changes of the run's resource are only found by way of their customers."""
    return lists_by_parent(factory.connector_class(run.connection).collections[Resource(run.resource)])


def reads_changed_parents(run: Run) -> bool:
    """Tell whether the run is an incremental pass that reads by way of changed customers."""
    return run.kind == RunKind.INCREMENTAL and depends_on_parents(run)


def customer_watermark(connection_id: int) -> datetime | None:
    """Return the watermark of customers: their persons, read by way of them, are covered up to it too."""
    return coverage.load(connection_id, Resource.CUSTOMER).watermark


def count_changed(run: Run) -> int | None:
    """Count the customers to read from; None where it is not known which have changed."""
    since = _changed_since(run)
    return None if since is None else _changed(run, since).count()


def listing_is_cheaper(changed: int | None, rows: int, page_size: int) -> bool:
    """Tell whether listing all rows takes fewer calls than reading by customer, or is the only safe way. Pure."""
    return changed is None or changed > -(-rows // page_size)


def read_changed(context: RunContext) -> None:
    """Read the records of each customer that changed since the last such pass began."""
    run = context.run
    since = _changed_since(run)
    watermark = customer_watermark(run.connection_id)
    assert since is not None  # noqa: S101  else this would be a full pass
    owners = list(_changed(run, since).order_by("id").values_list("external_id", flat=True))
    reader = ParentReader(context)
    for done, owner in enumerate(owners, 1):
        reader.read(str(owner))
        context.watcher(Progress("listing", done, len(owners), calls=context.budget.calls))
    covered = coverage.load(run.connection_id, run.resource)
    coverage.save(
        run.connection_id,
        run.resource,
        watermark=watermark,
        complete_pass_at=covered.complete_pass_at,
        dated_from=covered.dated_from,
        seen_at=run.started_at,
    )


class ParentReader:
    """Reads the records of one customer after the other; a read that fails costs only that customer's."""

    def __init__(self, context: RunContext) -> None:
        assert isinstance(context.collection, ListedByParent)  # noqa: S101  see `lists_by_parent`
        self._context = context
        self._collection = context.collection
        self._watch = FailureWatch(self._is_another_answered)

    def read(self, owner: str) -> None:
        """Read and ingest the records of a customer; where that fails, keep it as an import problem.

        Raises the error of all reads where several fail in a row and another customer is not answered either.
        """
        try:
            page = self._collection.fetch_owned(owner)
        except Unreachable:
            raise
        except (ReadRefused, Unavailable, InvalidResponse) as error:
            self._watch.note(owner, error)
            self.keep(owner, error)
            return
        self._watch.note(owner, None)
        ingest_children(self._context, owner, page)
        quarantine.resolve_owner(owner, self._context.source())

    def keep(self, owner: str, error: CounterfoilError) -> None:
        """Keep a customer whose records could not be read as an import problem."""
        context = self._context
        reason = messages.ingest.OWNED_READ_FAILED(
            resource=context.table.resource.value, customer=owner, reason=error.message
        )
        with transaction.atomic():
            context.lease.check()
            failed = Quarantined(None, b"", reason, 0, to_be_read=True, owner=owner)
            quarantine.quarantine([failed], context.source(), context.run.pk)
            context.record_counts(Counts(failed=1))

    def _is_another_answered(self, failed: frozenset[str]) -> bool:
        present = Customer.objects.filter(connection=self._context.connection, state=State.PRESENT)
        others = present.exclude(external_id__in=failed).values_list("external_id", flat=True)
        return any(
            self._is_answered(other)
            for other in dict.fromkeys((others.order_by("-id").first(), others.order_by("id").first()))
            if other is not None
        )

    def _is_answered(self, owner: str) -> bool:
        try:
            self._collection.fetch_owned(owner)
        except (ReadRefused, Unavailable, InvalidResponse):
            return False
        return True


def ingest_children(context: RunContext, owner: str, page: Page) -> None:
    """Ingest the records of one customer. Present rows of theirs that are not in the page are read one by one."""
    answered = tickets.latest()
    observations = [Observation(item, Origin.READ, Shape.LIST, page.ticket, answered) for item in page.items]
    bad = [quarantine_entry(entry, page.ticket) for entry in page.bad]
    context.pipeline.ingest(observations, context.source(), checkpoint=context.record_counts, also_quarantine=bad)
    listed = [item.external_id for item in page.items]
    rows = context.table.rows(context.run.connection_id).filter(customer_external_id=owner, state=State.PRESENT)
    absent = list(rows.exclude(external_id__in=listed).values_list("external_id", flat=True))
    if absent and page.last:
        deletions.reread(context, absent)


def _changed_since(run: Run) -> datetime | None:
    """Return from when on (by our clock) customers count as changed; None where everything has to be listed."""
    started_at = last_pass_start(run)
    if started_at is None or coverage.load(run.connection_id, run.resource).complete_pass_at is None:
        return None
    return unseen_since(run.connection_id, started_at)


def last_pass_start(run: Run) -> datetime | None:
    """Return when the newest earlier pass started that listed everything, or everything that had changed."""
    completed = Run.objects.filter(
        connection_id=run.connection_id,
        resource=run.resource,
        kind__in=(RunKind.FULL, RunKind.INCREMENTAL),
        state=RunState.COMPLETED,
        approved_at=None,
    )
    latest = completed.filter(pk__lt=run.pk).order_by("-pk")[:RUNS_SEARCHED]
    return next((each.started_at for each in latest if not RunOptions.from_run(each).partial), None)


def unseen_since(connection_id: int, started_at: datetime) -> datetime:
    """Return from when on a customer may have been written that a pass which started then has not seen."""
    customers = Run.objects.filter(
        connection_id=connection_id,
        resource=Resource.CUSTOMER,
        state=RunState.COMPLETED,
        finished_at__range=(started_at - COMMIT_DELAY, started_at),
    )
    run_before: datetime | None = customers.aggregate(ended=Max("finished_at"))["ended"]
    return run_before or started_at - COMMIT_DELAY  # the pass has seen what the run just before it wrote


def _changed(run: Run, since: datetime) -> "QuerySet[Customer]":
    """Select the customers written here since then that also changed upstream.

    A later fetch of details writes a row, too, of a customer that did not change upstream.
    """
    rows = Customer.objects.filter(connection_id=run.connection_id, updated_at__gte=since, state=State.PRESENT)
    watermark = coverage.load(run.connection_id, run.resource).watermark
    if watermark is None or coverage.load(run.connection_id).clock_warning:  # their times are no measure now
        return rows
    return rows.filter(Q(upstream_modified_at__gte=watermark) | Q(upstream_modified_at=None))


MAX_READS = 100
"""Records that one pass reads one by one. Where more were not listed, something else is wrong: the guard of full
passes is made for that."""
OWNERS_PER_QUERY = 500


def listing_with_parents_is_cheaper(run: Run, since: datetime) -> bool:
    """Tell whether listing everything takes fewer calls than reading from each customer who is new here.

    Asked when a pass starts.
    """
    collection = factory.connector_class(run.connection).collections[Resource(run.resource)]
    if RunOptions.from_run(run).partial or not issubclass(collection, ListedWithParent):
        return False
    customers = Customer.objects.filter(connection_id=run.connection_id, state=State.PRESENT)
    newcomers = _newcomers(run, since)
    return newcomers.exists() and listing_is_cheaper(
        newcomers.count(), customers.count(), collection.capabilities.page_size
    )


def follow_up(context: RunContext) -> None:
    """Read what a complete listing of changes leaves open: records of new customers, and records not in it."""
    collection = context.collection
    if not isinstance(collection, ListedWithParent) or context.run.since is None:
        return
    listed = collection.listed_owners(completeness.run_listing(context.run, collection))
    newcomers = _newcomers(context.run, context.run.since).order_by("id").values_list("external_id", flat=True)
    reader = ParentReader(context)
    for owner in newcomers:
        if owner not in listed:
            reader.read(str(owner))
    unlisted = list(_not_listed(context.run, listed))
    if len(unlisted) > MAX_READS:
        note = messages.sync.NOT_LISTED(count=len(unlisted), resource=context.table.resource.value)
        context.lease.renew(note=messages.join(context.run.note, note))
        return
    for batch in batched(unlisted, READS_PER_BATCH):
        deletions.reread(context, batch)


def _not_listed(run: Run, owners: frozenset[str]) -> Iterator[str]:
    """Yield the ids of these customers' present records that the listing did not hold."""
    pages = RunPage.objects.filter(run=run, attempt=run.attempt).values_list("ids", flat=True)
    listed = {external_id for ids in pages for external_id in ids}
    records = table(run.resource).rows(run.connection_id)
    for batch in batched(sorted(owners), OWNERS_PER_QUERY):
        rows = records.filter(customer_external_id__in=batch, state=State.PRESENT)
        yield from (key for key in rows.values_list("external_id", flat=True) if key not in listed)


def _newcomers(run: Run, since: datetime) -> "QuerySet[Customer]":
    """Select the customers first seen here after the previous pass that a listing of changes does not hold."""
    started_at = last_pass_start(run)
    if started_at is None:
        return Customer.objects.none()
    unchanged = Q(upstream_modified_at__lt=since) | Q(upstream_modified_at=None)
    return Customer.objects.filter(
        unchanged,
        connection_id=run.connection_id,
        state=State.PRESENT,
        first_seen_at__gte=unseen_since(run.connection_id, started_at),
    )
