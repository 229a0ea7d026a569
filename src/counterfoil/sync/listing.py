"""List one resource of a connection: everything, or what changed since the watermark (DESIGN part 4b).

Pages are fetched ahead and in parallel; each batch of them is ingested and recorded as fetched in one transaction.
The listing then has to prove itself complete, and the guards have to let it pass, before any row is marked
missing.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from counterfoil import messages
from counterfoil.connectors.page import Evidence, Item, Page, Shape
from counterfoil.errors import IncompleteListing
from counterfoil.ingest import guards, links
from counterfoil.ingest.guards import ChangeGate
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.mirror import coverage, tickets
from counterfoil.mirror.models import Action, Proposal, RunKind, RunPage
from counterfoil.runs.context import Progress, RunContext
from counterfoil.runs.lifecycle import SWEEPING
from counterfoil.sync import completeness
from counterfoil.sync.deletions import retyped_proposals
from counterfoil.sync.fetch import BATCH_BYTES, Fetcher, PagePlan
from counterfoil.sync.write_batches import BatchWriter, InFlight, PassFindings

ATTEMPTS = 3
"""How often a resource is listed at most until the listing is provably complete (DESIGN part 4b, evidence)."""
MAPPED_AHEAD = 3
"""Batches that other processes may map while an earlier one is written, so that a slow write delays nothing."""


class ListingPass:
    """Lists a resource, writes what changed, and requires proof that the listing was complete."""

    def __init__(self, context: RunContext, absent_columns: Sequence[str] = ()) -> None:
        self._context = context
        self._run = context.run
        self._size = context.page_size
        self._since = context.run.since
        self._newest_modified: datetime | None = context.run.newest_modified
        renamed = Proposal.objects.filter(run=context.run, action=Action.RENAME).count()
        self.change_gate = ChangeGate(
            self._rename_limit,
            known=context.run.names_known,
            renamed=renamed,
            retyped=len(retyped_proposals(context)),
            absent_columns=tuple(absent_columns),
            dry_run=context.options.dry_run,
        )
        self.rows = context.run.fetched
        self.limited = False
        """Whether the user's limit has ended the listing early."""
        self._first = False
        self._asks_earlier = False
        """Whether the list of changes has to begin earlier than it was requested."""

    def _rename_limit(self) -> int:
        rows = self._context.table.rows(self._run.connection_id).count()
        return guards.rename_limit(rows, self._context.guard_share, full=self._run.kind in SWEEPING)

    def run_until_complete(self) -> Evidence:
        """List up to ATTEMPTS times, until the evidence shows that the listing is complete, or cannot show it."""
        evidence = Evidence(complete=False)
        while self._run.attempt <= ATTEMPTS:
            self._list_once()
            if self.limited:
                return evidence
            if self._asks_earlier:
                self._asks_earlier = False
                continue
            evidence = completeness.judge(self._run, self._context.collection)
            if evidence.complete or not evidence.again:
                return evidence
            self._list_again(messages.sync.LISTED_AGAIN(reason=evidence.reason))
        return evidence

    def list_skipped(self, count: int) -> bool:
        """Start the listing again where reads found records that it skipped; it may have skipped new ones, too."""
        lists_all = self._context.collection.capabilities.lists_all
        if not (count and lists_all and self._run.attempt < ATTEMPTS):
            return False
        self._list_again(messages.sync.SKIPPED(count=count, resource=self._context.table.resource.value))
        return True

    def _list_again(self, note: str, **values: object) -> None:
        self._context.lease.renew(attempt=self._run.attempt + 1, note=note, **values)
        self._run.refresh_from_db()

    def unproven_error(self, evidence: Evidence) -> IncompleteListing:
        """Build the error that says why the listing is not provably complete, and what became of it."""
        reason, title = evidence.reason, self._context.connector.title
        if not evidence.again:
            return IncompleteListing(
                messages.sync.LISTING_UNPROVEN(reason=reason), messages.sync.LISTING_UNPROVEN_ADVICE()
            )
        return IncompleteListing(
            messages.sync.LISTING_CHANGED(system=title, attempts=ATTEMPTS, reason=reason),
            messages.sync.LISTING_CHANGED_ADVICE(),
        )

    def _list_once(self) -> None:
        self._context.budget.draw_anew()
        fetched = RunPage.objects.filter(run=self._run, attempt=self._run.attempt)
        numbers = list(fetched.values_list("number", flat=True))
        first = fetched.filter(number=0).first()
        limit = self._context.options.limit
        max_pages = None if limit is None else -(-limit // self._size)
        plan = PagePlan(
            self._size,
            numbers,
            fetched.aggregate(total=Max("total"))["total"],
            max_pages,
            overlapping=completeness.is_overlapping(self._run, self._context.collection),
            first_entries=None if first is None else len(first.ids) + first.unidentified,
        )
        if fetched.filter(last=True).exists():
            return
        fetcher = Fetcher(
            self._context.collection,
            plan,
            request=self._context.page_request,
            parallel=self._context.collection.capabilities.parallel,
            gap=(self._context.options.delay or 0) / 1000,
            while_waiting=self._context.stop_if_asked,
        )
        writer = BatchWriter(self._context, self.change_gate)
        self._first = not self._context.table.rows(self._run.connection_id).exists()
        try:
            self._list_pages(fetcher, plan, writer)
            writer.wait()
        finally:
            writer.close()
        incomplete = max_pages is not None and not plan.done  # pages may hold fewer records than requested
        self.limited = self.limited or incomplete

    def _list_pages(self, fetcher: Fetcher, plan: PagePlan, writer: BatchWriter) -> None:
        """Fetch, compare, map and write, all at the same time; MAPPED_AHEAD batches may wait to be written."""
        waiting: deque[InFlight] = deque()
        for pages in fetcher.batches(max(1, self._context.store.batch_records // self._size)):
            self._use_first_answers(pages, plan, fetcher)
            if self._asks_earlier:
                break
            waiting.append(self._prepare(self._within_limit(pages), first=self._first and not writer.lost_race))
            heavy = sum(page.length for page in pages) >= BATCH_BYTES  # then one at a time, to save memory
            ahead = MAPPED_AHEAD if self._context.pool.elsewhere and not heavy else 0
            while len(waiting) > ahead:  # mapped in this process: no need to wait
                writer.submit(waiting.popleft(), self._findings())
            if heavy:
                writer.wait()
            self._report(plan)
            if self.limited:
                break
        while waiting:
            writer.submit(waiting.popleft(), self._findings())

    def _use_first_answers(self, pages: Sequence[Page], plan: PagePlan, fetcher: Fetcher) -> None:
        """Save the upstream's clock and the total, and list everything where the upstream ignores the filter."""
        dates = [page.upstream_date for page in pages if page.upstream_date is not None]
        if dates and (self._run.upstream_date is None or min(dates) < self._run.upstream_date):
            self._run.upstream_date = min(dates)  # of several servers the one that is behind counts
            self._context.lease.renew(upstream_date=self._run.upstream_date)
            self._follow_clock(self._run.upstream_date)
        if self._run.expected is None and plan.total is not None:
            self._run.expected = plan.total
            new = plan.total - self._context.table.rows(self._run.connection_id).count()
            self._context.pool.expect(new)
        if self._since is not None and self._ignored_filter(pages):
            self._since = None
            fetcher.list_everything()
            title = self._context.connector.title
            note = messages.sync.FILTER_IGNORED(system=title)
            self._context.lease.renew(kind=RunKind.FULL, since=None, note=note)
            self._run.refresh_from_db()

    def _follow_clock(self, upstream_date: datetime) -> None:
        """List from an earlier time where the upstream's clock went back since the last pass."""
        seen_at, now = coverage.load(self._run.connection_id, self._run.resource).seen_at, timezone.now()
        if self._since is None:
            return
        start = coverage.earlier_start(self._since, upstream_date, None if seen_at is None else now - seen_at)
        if start is not None:
            system = self._context.connector.title
            self._list_again(messages.sync.CLOCK_WENT_BACK(system=system, since=start), since=start)
            self._since, self._asks_earlier = start, True

    def _ignored_filter(self, pages: Sequence[Page]) -> bool:
        assert self._since is not None  # noqa: S101  only called with a filter
        return coverage.ignored_filter(self._since, min(_modified_times(pages), default=None))

    def _within_limit(self, pages: Sequence[Page]) -> Sequence[Page]:
        limit = self._context.options.limit
        if limit is None:
            return pages
        kept: list[Page] = []
        for page in pages:
            room = limit - self.rows - sum(len(p.items) + len(p.bad) for p in kept)
            if room <= len(page.items):
                self.limited = True
                kept.append(Page(page.number, page.ticket, page.items[: max(room, 0)], (), page.total))
                break
            kept.append(page)
        return kept

    def _prepare(self, pages: Sequence[Page], *, first: bool) -> InFlight:
        answered = tickets.latest()
        self.rows += sum(len(page.items) + len(page.bad) for page in pages)
        times = [] if self._newest_modified is None else [self._newest_modified]
        self._newest_modified = max([*times, *_modified_times(pages)], default=None)
        observations = self._of_mirrored_customers(_observations(pages, answered))
        return InFlight(pages, self._context.pipeline.prepare(observations, first=first), answered)

    def _of_mirrored_customers(self, observations: list[Observation]) -> list[Observation]:
        """Leave out the contact persons of companies that are no customers here, such as vendors.

        Those of a customer that is still to be mirrored are read after it has been: see `sync.children`.
        """
        owners = {observation.item.owner for observation in observations if observation.item.owner}
        customers = links.known_customers(self._run.connection_id, owners) if owners else set()
        return [
            observation
            for observation in observations
            if observation.item.owner is None or observation.item.owner in customers
        ]

    def _findings(self) -> PassFindings:
        return PassFindings(self._newest_modified, self._run.expected, self.change_gate.known)

    def _report(self, plan: PagePlan) -> None:
        self._context.watcher(
            Progress(
                stage="listing",
                rows=self.rows,
                expected=plan.total,
                pages_done=plan.fetched_count,
                pages=plan.page_count,
                calls=self._context.budget.calls,
                calls_left=self._context.budget.calls_left,
            )
        )


def _modified_times(pages: Sequence[Page]) -> list[datetime]:
    of_items = [item.modified for page in pages for item in page.items if item.modified is not None]
    return [*of_items, *(moment for page in pages for moment in page.other_modified)]


def _observations(pages: Sequence[Page], answered: int) -> list[Observation]:
    def observation(item: Item, page: Page) -> Observation:
        return Observation(item, Origin.PAGE, Shape.LIST, page.ticket, answered)

    return [observation(item, page) for page in pages for item in page.items]
