"""Everything that one run works with (lease, budget, connector, ingest session), opened and closed together."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import F
from django.utils import timezone

from counterfoil.connections import factory
from counterfoil.connections.budget import SharedBudget
from counterfoil.connectors.page import PageRequest, Resource, Subset
from counterfoil.connectors.port import Connector
from counterfoil.connectors.priority import Priority
from counterfoil.ingest.batch import Batch, Counts
from counterfoil.ingest.guards import guard_share
from counterfoil.ingest.live_read import LiveReader
from counterfoil.ingest.session import IngestSession
from counterfoil.mirror.heartbeat import Heartbeat
from counterfoil.mirror.models import Run, RunKind, Source
from counterfoil.mirror.row import Prepared
from counterfoil.mirror.store.base import ChangeSource
from counterfoil.runs import lease, lifecycle
from counterfoil.runs.lease import Lease
from counterfoil.runs.lifecycle import RunOptions

SAMPLES = 10
"""Records that a dry run keeps to show."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `expected` (records) and `pages` are None while the upstream has not announced them."""

    stage: str
    rows: int = 0
    expected: int | None = None
    pages_done: int = 0
    pages: int | None = None
    calls: int = 0
    calls_left: int | None = None


type Watcher = Callable[[Progress], None]
"""Is told the progress; raising SystemExit from it stops the run, which is parked where it is."""


class RunContext:
    """A run that is being executed. Counts are saved in the transaction that writes the rows they count."""

    def __init__(
        self,
        run: Run,
        run_lease: Lease,
        heartbeat: Heartbeat,
        connector: Connector,
        budget: SharedBudget,
        source: Source = Source.RUN,
        watcher: Watcher = lambda _: None,
    ) -> None:
        self.run = run
        self.connection = run.connection
        self.options = RunOptions.from_run(run)
        self.lease = run_lease
        self._heartbeat = heartbeat
        self.connector = connector
        self.session = IngestSession(run.connection, run.resource)
        self.table = self.session.table
        self.store = self.session.store
        self.pool = self.session.pool
        self.collection = connector.collection(self.table.resource)
        self.budget = budget
        self.read = LiveReader(self.collection, self.table, run.connection_id, budget.draw_anew)
        self.pipeline = self.session.pipeline(run_lease.check, read=self.read, run_id=run.pk)
        self.watcher = watcher
        self.samples: list[Prepared] = []
        self.first_start = False
        self.counted = True
        """Whether its counts are the run's."""
        self._source = source
        self._recorded_calls = 0

    @property
    def guard_share(self) -> float:
        """The share of the rows (0 to 1) that may vanish or be renamed in one pass without approval."""
        return guard_share(self.connection.settings)

    @property
    def page_size(self) -> int:
        """Records per page: the user's choice, up to the most that the upstream gives."""
        largest = self.collection.capabilities.page_size
        return min(self.options.page_size or largest, largest)

    @property
    def reads_at_once(self) -> int:
        """How many records are read before their answers are written."""
        return self.collection.capabilities.reads_at_once

    @property
    def page_request(self) -> PageRequest:
        """The request that every page of the run shares, but for the page number."""
        began = self.run.started_at or timezone.now()
        subset = Subset.UNPAID if self.run.kind == RunKind.UNPAID else Subset.ALL
        return PageRequest(0, self.page_size, self.run.since, subset, timezone.localdate(began))

    def keep_samples(self, batch: Batch) -> None:
        """Keep the first records that a dry run would write, up to SAMPLES of them."""
        self.samples.extend(batch.records[: max(0, SAMPLES - len(self.samples))])

    def source(self) -> ChangeSource:
        """Return the source that history names for what is written now."""
        return ChangeSource(
            connection_id=self.run.connection_id,
            resource=self.table.resource,
            source=self._source,
            reference=self.run.pk,
            at=timezone.now(),
            actor_id=self.run.requested_by_id,
        )

    @contextmanager
    def of_resource(self, resource: Resource) -> "Iterator[RunContext]":
        """Open the same run for another resource of the connection. What is counted there is not counted."""
        other = copy(self)
        with IngestSession(self.connection, resource) as session:
            other.session = session
            other.table, other.store, other.pool = session.table, session.store, session.pool
            other.collection = self.connector.collection(resource)
            other.read = LiveReader(other.collection, other.table, self.run.connection_id, self.budget.draw_anew)
            other.pipeline = session.pipeline(self.lease.check, read=other.read, run_id=self.run.pk)
            other.counted = False
            yield other

    def record_counts(self, counts: Counts, **values: object) -> None:
        """Add a batch's counts and these column values to the run, and renew the lease.

        Called inside the transaction that writes the batch. Raises LeaseLost.
        """
        if not self.counted:
            self.lease.renew(**values)
            return
        sums = {name: F(name) + count for name, count in asdict(counts).items() if count}
        calls = self.budget.calls
        new_calls, self._recorded_calls = calls - self._recorded_calls, calls
        if new_calls:
            sums["api_calls"] = F("api_calls") + new_calls
        self.lease.renew(**sums, **values)

    def stop_if_asked(self) -> None:
        """Let the watcher stop the run where a step takes long. Raises LeaseLost where the lease is lost."""
        self._heartbeat.check()
        self.watcher(Progress("waiting", calls=self.budget.calls, calls_left=self.budget.calls_left))

    def uncounted_calls(self) -> dict[str, Any]:
        """Return the calls not recorded yet, as a column update for the statement that ends the run."""
        new_calls = self.budget.calls - self._recorded_calls
        return {"api_calls": F("api_calls") + new_calls} if new_calls else {}

    def close(self) -> None:
        """Release sockets, threads and processes."""
        self.connector.close()
        self.session.close()
        self.budget.close()


@contextmanager
def open_run(
    run: Run, *, person: bool = False, source: Source = Source.RUN, watcher: Watcher = lambda _: None
) -> Iterator[RunContext]:
    """Acquire the run's lease and open what it needs; the caller ends the run. Raises Busy."""
    run_lease = lease.acquire(run)
    started = time.monotonic()
    first_start = run.started_at is None
    if first_start:
        run.started_at = timezone.now()
    elif run.kind in lifecycle.PASSES and run.approved_at is None:
        run.resumed_at = timezone.now()
    run.save(update_fields=["started_at", "resumed_at"])
    with run_lease.heartbeat() as heartbeat:
        budget = factory.shared_budget(run.connection, _priority(run, person=person), heartbeat.check)
        try:
            connector = factory.connector(run.connection, budget, patient=run.kind != RunKind.SINGLE)
        except BaseException:
            budget.close()
            raise
        context = RunContext(run, run_lease, heartbeat, connector, budget, source, watcher)
        context.first_start = first_start
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
