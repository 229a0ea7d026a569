"""Batches of a pass written one after the other, while the next ones are fetched, compared and mapped.

The writing is done by one thread of its own, so that waiting for the database costs no fetching. A batch is
written with its pages as had, in one transaction: a crash costs a page, never a row (DESIGN law 8).
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
from counterfoil.ingest.guards import RenameGate
from counterfoil.ingest.quarantine import Quarantined
from counterfoil.mirror.store.base import note_pages
from counterfoil.runs.context import RunContext


@dataclass(frozen=True, slots=True)
class InFlight:
    """Pages on their way through the door. `ended` is the highest ticket when they had all arrived."""

    pages: Sequence[Page]
    batch: Batch
    answered: int


@dataclass(frozen=True, slots=True)
class PassFindings:
    """What the run's row keeps of the pass so far: newest modified time, announced total, known rows listed."""

    newest: datetime | None
    expected: int | None
    known: int


class BatchWriter:
    """Writes one batch at a time; `submit` waits for the one before. Close it, also after an error."""

    def __init__(self, context: RunContext, rename_gate: RenameGate) -> None:
        self._context = context
        self._gate = rename_gate
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._under_way: tuple[Future[Counts], InFlight, PassFindings] | None = None
        self.raced = False
        """Whether a batch ever lost a race: somebody else is writing too."""

    def submit(self, in_flight: InFlight, findings: PassFindings) -> None:
        """Start writing a batch. A dry run only counts it and keeps samples."""
        context = self._context
        batch = context.pipeline.resolve(in_flight.batch, self._gate)
        batch.quarantined.extend(_bad_items(in_flight.pages))
        findings = replace(findings, known=self._gate.known)
        self.wait()
        if context.options.dry_run:
            context.keep_samples(batch)
            self._checkpoint(count_batch(batch), in_flight, findings)
            return
        self._under_way = (self._thread.submit(self._write, batch, in_flight, findings), in_flight, findings)

    def wait(self) -> None:
        """Wait for the batch under way. One that lost a race goes through the door again, here."""
        if self._under_way is None:
            return
        (future, in_flight, findings), self._under_way = self._under_way, None
        try:
            future.result()
        except LostRace:
            self.raced = True
            self._gate.count(-in_flight.batch.known, -in_flight.batch.renamed)
            self._context.pipeline.ingest(
                in_flight.batch.observations,
                self._context.source(),
                rename_gate=self._gate,
                checkpoint=lambda counted: self._checkpoint(counted, in_flight, findings),
                also_quarantine=_bad_items(in_flight.pages),
            )

    def _write(self, batch: Batch, in_flight: InFlight, findings: PassFindings) -> Counts:
        context = self._context
        counted = context.pipeline.write(
            batch, context.source(), lambda counted: self._checkpoint(counted, in_flight, findings)
        )
        context.store.tidy()
        return counted

    def close(self) -> None:
        """End the thread after the batch under way; its error was either seen by `wait` or follows another."""
        if self._under_way is not None:
            with suppress(Exception):
                self._under_way[0].result()
        self._thread.submit(connections.close_all).result()  # this thread's own connections
        self._thread.shutdown()

    def _checkpoint(self, counted: Counts, in_flight: InFlight, findings: PassFindings) -> None:
        run, now = self._context.run, timezone.now()
        self._context.store.need_not_wait()  # a page lost with its checkpoint is fetched again
        answered = (
            0 if self._context.options.dry_run else in_flight.answered
        )  # a dry run's pages vouch for nothing
        note_pages(
            [
                (run.connection_id, run.pk, run.attempt, page.number, page.ticket, answered, page.total, page.last,
                 page.fingerprint, len(page.bad), _ids(page), now)
                for page in in_flight.pages
            ]
        )  # fmt: skip
        self._context.record_counts(
            replace(counted, fetched=sum(len(page.items) + len(page.bad) for page in in_flight.pages)),
            newest_modified=findings.newest,
            expected=findings.expected,
            names_known=findings.known,
        )


def _ids(page: Page) -> str:
    return orjson.dumps([item.external_id for item in page.items]).decode()


def _bad_items(pages: Sequence[Page]) -> list[Quarantined]:
    return [Quarantined(None, bad.raw, bad.reason, page.ticket) for page in pages for bad in page.bad]
