"""Write the batches of a pass one after the other, while the next ones are fetched, compared and mapped.

A thread of its own writes, so that waiting for the database does not slow down fetching. A batch is written in one
transaction with the record that its pages are done: a crash costs a page, never a row (DESIGN law 8).
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import orjson
from django.db import connections
from django.utils import timezone

from counterfoil.connectors.page import Page
from counterfoil.ingest.batch import Batch, Counts, count_batch
from counterfoil.ingest.commit import LostRace
from counterfoil.ingest.guards import ChangeGate
from counterfoil.ingest.quarantine import Quarantined, quarantine_entry
from counterfoil.mirror.models import Run, RunPage
from counterfoil.mirror.store.base import note_pages
from counterfoil.runs.context import RunContext
from counterfoil.sync import unannounced


@dataclass(frozen=True, slots=True)
class InFlight:
    """Pages being ingested. `answered` is the highest ticket drawn by the time all of them had arrived."""

    pages: Sequence[Page]
    batch: Batch
    answered: int


@dataclass(frozen=True, slots=True)
class PassFindings:
    """What the run saves of the pass so far: newest modified time, announced total, listed rows that existed."""

    newest_modified: datetime | None
    expected: int | None
    existing: int


class BatchWriter:
    """Writes one batch at a time; `submit` waits for the previous one. Close it, also after an error."""

    def __init__(self, context: RunContext, change_gate: ChangeGate) -> None:
        self._context = context
        self._change_gate = change_gate
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._pending: tuple[Future[Counts], InFlight, PassFindings] | None = None
        self.lost_race = False
        """Whether a batch ever lost a race, so another process is writing too."""

    def submit(self, in_flight: InFlight, findings: PassFindings) -> None:
        """Start writing a batch; a dry run only counts it and keeps samples. Raises the previous batch's error."""
        context = self._context
        batch = context.pipeline.resolve(in_flight.batch, self._change_gate)
        batch.quarantined.extend(_bad_items(in_flight.pages))
        findings = replace(findings, existing=self._change_gate.known)
        self.wait()
        if context.options.dry_run:
            context.keep_samples(batch)
            self._checkpoint(count_batch(batch), in_flight, findings)
            return
        self._pending = (self._thread.submit(self._write, batch, in_flight, findings), in_flight, findings)

    def wait(self) -> None:
        """Wait for the pending batch and raise what stopped it; one that lost a race is ingested again, here."""
        if self._pending is None:
            return
        (future, in_flight, findings), self._pending = self._pending, None
        try:
            future.result()
        except LostRace:
            self.lost_race = True
            lost = in_flight.batch
            self._change_gate.count(-lost.known, -lost.renamed, -len(lost.retyped))
            self._context.pipeline.ingest(
                in_flight.batch.observations,
                self._context.source(),
                change_gate=self._change_gate,
                checkpoint=lambda counts: self._checkpoint(counts, in_flight, findings),
                also_quarantine=_bad_items(in_flight.pages),
            )

    def _write(self, batch: Batch, in_flight: InFlight, findings: PassFindings) -> Counts:
        context = self._context
        counts = context.pipeline.write(
            batch, context.source(), lambda counts: self._checkpoint(counts, in_flight, findings)
        )
        context.store.clean_up()
        return counts

    def close(self) -> None:
        """End the thread after the pending batch. Its error is dropped: another one is already being raised."""
        if self._pending is not None:
            with suppress(Exception):
                self._pending[0].result()
        self._thread.submit(connections.close_all).result()  # this thread's own connections
        self._thread.shutdown()

    def _checkpoint(self, counts: Counts, in_flight: InFlight, findings: PassFindings) -> None:
        run, now = self._context.run, timezone.now()
        self._context.store.allow_late_sync()  # a page lost with its checkpoint is fetched again
        dry_run = self._context.options.dry_run
        repeated = _count_repeated(run, in_flight.pages)
        answered = 0 if dry_run else in_flight.answered  # the pages of a dry run are no proof that a row was seen
        note_pages(
            [
                (run.connection_id, run.pk, run.attempt, page.number, page.ticket, answered, page.total, page.last,
                 page.fingerprint, _unidentified(page), _ids(page), now)
                for page in in_flight.pages
            ]
        )  # fmt: skip
        if in_flight.batch.unannounced and not dry_run:
            unannounced.add_to_run(self._context, in_flight.batch.unannounced)
        self._context.record_counts(
            replace(
                counts,
                fetched=sum(len(page.items) + len(page.bad) for page in in_flight.pages) - repeated,
                unchanged=max(0, counts.unchanged - repeated),
            ),
            newest_modified=findings.newest_modified,
            expected=findings.expected,
            names_known=findings.existing,
        )


def _count_repeated(run: Run, pages: Sequence[Page]) -> int:
    """Count the records of these pages that a neighbour holds too: another of them, or one fetched earlier."""
    here = {page.number: {item.external_id for item in page.items} for page in pages}
    beside = {number + step for number in here for step in (-1, 1)} - here.keys()
    rows = RunPage.objects.filter(run=run, attempt=run.attempt, number__in=beside).values_list("number", "ids")
    earlier = {number: set(ids) for number, ids in rows}
    repeated = 0
    for number, ids in here.items():
        before = here.get(number - 1) or earlier.get(number - 1, set())
        repeated += len(ids & (before | earlier.get(number + 1, set())))
    return repeated


def _unidentified(page: Page) -> int:
    return sum(not (bad.external_id or bad.repeated) for bad in page.bad)


def _ids(page: Page) -> str:
    bad = (entry.external_id for entry in page.bad if entry.external_id)
    return orjson.dumps([*(item.external_id for item in page.items), *bad]).decode()


def _bad_items(pages: Sequence[Page]) -> list[Quarantined]:
    return [quarantine_entry(bad, page.ticket) for page in pages for bad in page.bad]
