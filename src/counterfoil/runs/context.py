"""What one run works with: its connection, lease, allowance, connector and door. Opened and closed as one."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import F
from django.utils import timezone

from counterfoil.connections import factory
from counterfoil.connections.budget import SharedBudget
from counterfoil.connectors.page import PageRequest, Subset
from counterfoil.connectors.port import Connector
from counterfoil.connectors.priority import Priority
from counterfoil.ingest.batch import Batch, Counts
from counterfoil.ingest.guards import SHARE
from counterfoil.ingest.live_read import LiveReader
from counterfoil.ingest.session import IngestSession
from counterfoil.mirror.models import Run, RunKind, Source
from counterfoil.mirror.row import Prepared
from counterfoil.mirror.store.base import ChangeSource
from counterfoil.runs import lease, lifecycle
from counterfoil.runs.lease import Lease
from counterfoil.runs.lifecycle import RunOptions

SAMPLES = 10
"""Records that a dry run shows."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `expected` records and `pages` are None while the upstream has not said."""

    stage: str
    rows: int = 0
    expected: int | None = None
    pages_had: int = 0
    pages: int | None = None
    calls: int = 0
    calls_left: int | None = None


type Watcher = Callable[[Progress], None]


class RunContext:
    """One run under way. Counts go to the run's row in the transaction that writes what they count."""

    def __init__(
        self,
        run: Run,
        held: Lease,
        connector: Connector,
        budget: SharedBudget,
        source: Source = Source.RUN,
        watcher: Watcher = lambda _: None,
    ) -> None:
        self.run = run
        self.connection = run.connection
        self.options = RunOptions.of(run)
        self.lease = held
        self.connector = connector
        self.session = IngestSession(run.connection, run.resource)
        self.table = self.session.table
        self.store = self.session.store
        self.pool = self.session.pool
        self.collection = connector.collection(self.table.resource)
        self.budget = budget
        self.read = LiveReader(self.collection, self.table, run.connection_id)
        self.pipeline = self.session.pipeline(held.check, read=self.read, run_id=run.pk)
        self.watcher = watcher
        self.samples: list[Prepared] = []
        self.fresh = False
        self._source_kind = source
        self._calls_counted = 0

    @property
    def guard_share(self) -> float:
        """Which share of the rows may vanish or be renamed in one pass without asking."""
        return float(self.connection.settings.get("guard_share", SHARE))

    @property
    def page_size(self) -> int:
        """Records for which a page is asked: what a person said, as far as the upstream gives them."""
        most = self.collection.capabilities.page_size
        return min(self.options.page_size or most, most)

    @property
    def page_request(self) -> PageRequest:
        """What every page of the run is asked for with, but for its number."""
        began = self.run.started_at or timezone.now()
        subset = Subset.UNPAID if self.run.kind == RunKind.UNPAID else Subset.ALL
        return PageRequest(0, self.page_size, self.run.since, subset, timezone.localdate(began))

    def keep_samples(self, batch: Batch) -> None:
        """Keep the first records that a dry run would write."""
        self.samples.extend(batch.records[: max(0, SAMPLES - len(self.samples))])

    def source(self) -> ChangeSource:
        """The source that history names for what is written now."""
        return ChangeSource(
            connection_id=self.run.connection_id,
            resource=self.run.resource,
            source=self._source_kind,
            reference=self.run.pk,
            at=timezone.now(),
            actor_id=self.run.requested_by_id,
        )

    def record_counts(self, counts: Counts, **values: object) -> None:
        """Add a batch's counts to the run and prolong the lease; inside the batch's transaction."""
        counted = {name: F(name) + count for name, count in asdict(counts).items() if count}
        calls = self.budget.calls
        new_calls, self._calls_counted = calls - self._calls_counted, calls
        if new_calls:
            counted["api_calls"] = F("api_calls") + new_calls
        self.lease.renew(**counted, **values)

    def heartbeat(self) -> None:
        """Prolong the lease while nothing is written, and let the watcher say stop."""
        self.lease.renew()
        self.watcher(Progress("waiting", calls=self.budget.calls, calls_left=self.budget.calls_left))

    def uncounted_calls(self) -> dict[str, Any]:
        """Calls since the last note, as a column update for the run's last statement."""
        new_calls = self.budget.calls - self._calls_counted
        return {"api_calls": F("api_calls") + new_calls} if new_calls else {}

    def close(self) -> None:
        """Let go of sockets, threads and processes."""
        self.connector.close()
        self.session.close()
        self.budget.close()


@contextmanager
def open_run(
    run: Run, *, person: bool = False, source: Source = Source.RUN, watcher: Watcher = lambda _: None
) -> Iterator[RunContext]:
    """Take the run's lease and open what it needs. Ending the run is the caller's business."""
    held = lease.acquire(run)
    started = time.monotonic()
    fresh = run.started_at is None
    if fresh:
        Run.objects.filter(pk=run.pk).update(started_at=timezone.now())
        run.refresh_from_db()
    budget = factory.shared_budget(run.connection, _priority(run, person=person))
    try:
        connector = factory.connector(run.connection, budget, patient=run.kind != RunKind.SINGLE)
    except BaseException:
        budget.close()
        raise
    context = RunContext(run, held, connector, budget, source, watcher)
    context.fresh = fresh
    try:
        yield context
    finally:
        context.close()
        lifecycle.add_seconds(run.pk, time.monotonic() - started)


def _priority(run: Run, *, person: bool) -> Priority:
    if person:
        return Priority.PERSON
    return _PRIORITIES.get(RunKind(run.kind), Priority.RUN)


_PRIORITIES = {RunKind.DETAILS: Priority.BACKGROUND, RunKind.PUSH: Priority.PUSH}
