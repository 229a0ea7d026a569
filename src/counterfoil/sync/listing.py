"""One pass over one resource of a connection: full, or incremental from the watermark (DESIGN part 4b).

Pages are fetched ahead and in parallel; each batch of them goes through the door and is noted as had in the same
transaction. Then the listing has to prove itself complete, and the guards judge it, before any row is missing.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max

from counterfoil.connectors.page import Item, Page, Shape
from counterfoil.errors import IncompleteListing
from counterfoil.ingest import guards, links
from counterfoil.ingest.guards import RenameGate
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.mirror import coverage, tickets
from counterfoil.mirror.models import Action, Proposal, RunKind, RunPage
from counterfoil.runs.context import Progress, RunContext
from counterfoil.runs.lifecycle import SWEEPING
from counterfoil.sync import completeness
from counterfoil.sync.fetch import Fetcher, PagePlan
from counterfoil.sync.write_batches import BatchWriter, InFlight, PassFindings

ATTEMPTS = 3
"""How often a listing that does not prove itself complete is made again (DESIGN part 4b, evidence)."""
MAPPED_AHEAD = 3
"""Batches that another process may map while an earlier one is written: the database has its slow moments."""


class ListingPass:
    """Lists everything once, writes what changed, and says whether the listing was complete."""

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._run = context.run
        self._size = context.page_size
        self._since = context.run.since
        self._newest: datetime | None = context.run.newest_modified
        renamed = Proposal.objects.filter(run=context.run, action=Action.RENAME).count()
        self.rename_gate = RenameGate(self._may_be_renamed, known=context.run.names_known, renamed=renamed)
        self.rows = context.run.fetched
        self.limited = False
        self._first = False

    def _may_be_renamed(self) -> int:
        rows = self._context.table.rows(self._run.connection_id).count()
        return guards.rename_limit(rows, self._context.guard_share, full=self._run.kind in SWEEPING)

    def run_until_complete(self) -> None:
        """List, up to three times, until the connector finds the listing complete. Raises ListingUnsteady, at once
        where listing again would not help."""
        reason = ""
        while self._run.attempt <= ATTEMPTS:
            self._list_once()
            if self.limited:
                return
            found = self._context.collection.evidence(completeness.run_listing(self._run))
            if found.complete:
                return
            reason = found.reason
            if not found.again:
                raise IncompleteListing(
                    f"The listing proves nothing of what is not in it ({reason}).",
                    "What was read is kept and nothing was marked as missing; listing again would not help.",
                )
            self._context.lease.renew(attempt=self._run.attempt + 1, note=f"listed again: {reason}")
            self._run.refresh_from_db()
        raise IncompleteListing(
            f"The upstream changed while it was listed, {ATTEMPTS} times in a row ({reason}).",
            "What was read is kept and nothing was marked as missing; run a sync again later.",
        )

    def _list_once(self) -> None:
        had = RunPage.objects.filter(run=self._run, attempt=self._run.attempt)
        numbers = list(had.values_list("number", flat=True))
        limit = self._context.options.limit
        most = None if limit is None else -(-limit // self._size)
        plan = PagePlan(self._size, numbers, had.aggregate(total=Max("total"))["total"], most)
        if had.filter(last=True).exists():
            return
        fetcher = Fetcher(
            self._context.collection,
            plan,
            asked=self._context.page_request,
            parallel=self._context.collection.capabilities.parallel,
            gap=(self._context.options.delay or 0) / 1000,
            heartbeat=self._context.heartbeat,
        )
        landing = BatchWriter(self._context, self.rename_gate)
        self._first = not self._context.table.rows(self._run.connection_id).exists()
        try:
            self._list_pages(fetcher, plan, landing)
            landing.wait()
        finally:
            landing.close()
        self.limited = self.limited or (most is not None and not plan.done)  # pages may hold fewer than asked for

    def _list_pages(self, fetcher: Fetcher, plan: PagePlan, landing: BatchWriter) -> None:
        """Fetching, comparing, mapping and writing all go on at once; MAPPED_AHEAD batches may wait."""
        waiting: deque[InFlight] = deque()
        for pages in fetcher.batches(max(1, self._context.store.batch_records // self._size)):
            self._first_look(pages, plan, fetcher)
            waiting.append(self._submit(self._within_limit(pages), first=self._first and not landing.raced))
            ahead = MAPPED_AHEAD if self._context.pool.elsewhere else 0  # mapped here: nothing to wait for
            while len(waiting) > ahead:
                landing.submit(waiting.popleft(), self._findings())
            self._report(plan)
            if self.limited:
                break
        while waiting:
            landing.submit(waiting.popleft(), self._findings())

    def _first_look(self, pages: Sequence[Page], plan: PagePlan, fetcher: Fetcher) -> None:
        """What the first answers tell: the upstream's clock, the total, whether the filter was honoured."""
        if self._run.upstream_date is None and pages[0].upstream_date is not None:
            self._run.upstream_date = pages[0].upstream_date
            self._context.lease.renew(upstream_date=self._run.upstream_date)
        if self._run.expected is None and plan.total is not None:
            self._run.expected = plan.total
            new = plan.total - self._context.table.rows(self._run.connection_id).count()
            self._context.pool.expect(new)
        if self._since is not None and self._ignored_filter(pages):
            self._since = None
            fetcher.list_everything()
            note = "the upstream ignores since when changes are asked for, so this became a full pass"
            self._context.lease.renew(kind=RunKind.FULL, since=None, note=note)
            self._run.refresh_from_db()

    def _ignored_filter(self, pages: Sequence[Page]) -> bool:
        assert self._since is not None  # noqa: S101  asked only with a filter
        return coverage.ignored_filter(self._since, min(_moments(pages), default=None))

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

    def _submit(self, pages: Sequence[Page], *, first: bool) -> InFlight:
        answered = tickets.latest()
        self.rows += sum(len(page.items) + len(page.bad) for page in pages)
        self._see(pages)
        return InFlight(
            pages,
            self._context.pipeline.prepare(self._of_customers(_arrivals(pages, answered)), first=first),
            answered,
        )

    def _of_customers(self, observations: list[Observation]) -> list[Observation]:
        """Persons of those who are no customers (vendors) are listed too, and left out. Those of a customer who is
        still to come are brought by the pass after it: see `by_customer` and `with_customers`."""
        owners = {observation.item.owner for observation in observations if observation.item.owner}
        known = links.known_customers(self._run.connection_id, owners) if owners else set()
        return [
            observation
            for observation in observations
            if observation.item.owner is None or observation.item.owner in known
        ]

    def _findings(self) -> PassFindings:
        return PassFindings(self._newest, self._run.expected, self.rename_gate.known)

    def _report(self, plan: PagePlan) -> None:
        self._context.watcher(
            Progress(
                stage="listing",
                rows=self.rows,
                expected=plan.total,
                pages_had=plan.had,
                pages=plan.pages,
                calls=self._context.budget.calls,
                calls_left=self._context.budget.calls_left,
            )
        )

    def _see(self, pages: Sequence[Page]) -> None:
        known = [] if self._newest is None else [self._newest]
        self._newest = max([*known, *_moments(pages)], default=None)


def _moments(pages: Sequence[Page]) -> list[datetime]:
    """The modified times of everything that was listed."""
    of_items = [item.modified for page in pages for item in page.items if item.modified is not None]
    return [*of_items, *(moment for page in pages for moment in page.moments)]


def _arrivals(pages: Sequence[Page], answered: int) -> list[Observation]:
    def observation(item: Item, page: Page) -> Observation:
        return Observation(item, Origin.PAGE, Shape.LIST, page.ticket, answered)

    return [observation(item, page) for page in pages for item in page.items]
