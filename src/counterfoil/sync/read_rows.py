"""Read rows again one by one, in batches by key: rows and checkpoint in one transaction (DESIGN law 8)."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from counterfoil import messages
from counterfoil.connectors.page import Read, ReadOutcome, Shape
from counterfoil.errors import (
    CounterfoilError,
    InvalidInput,
    NeedsPerson,
    NotFound,
    ReadRefused,
    RetryLater,
    Unavailable,
)
from counterfoil.ingest import quarantine
from counterfoil.ingest.batch import Counts, count_batch
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.transitions import Transition, transition_of
from counterfoil.mirror import tickets
from counterfoil.mirror.models import State
from counterfoil.runs.context import Progress, RunContext
from counterfoil.sync import deletions, finish, named_customers, persons_of_customers, source_columns
from counterfoil.sync.read_results import apply_absences, found_observations, is_archived

LOOK_SECONDS = 10.0
"""How often a batch looks whether the run is to stop: it takes long where few calls are allowed."""


@dataclass(frozen=True, slots=True)
class RowToRead:
    """A row of the batch that is read next. `key` is its primary key."""

    key: int
    external_id: str
    state: State


def load_rows(context: RunContext, keys: Sequence[int]) -> list[RowToRead]:
    """Load these rows as they are now, in the order of `keys`; deleted ones are left out."""
    columns = context.table.rows_by_id(keys).values_list("pk", "external_id", "state")
    rows = {key: RowToRead(key, str(external_id), State(state)) for key, external_id, state in columns}
    return [rows[key] for key in keys if key in rows]


def read_batch(
    context: RunContext,
    batch: Sequence[RowToRead],
    position: Callable[[Sequence[RowToRead]], Mapping[str, object]],
) -> None:
    """Read the rows of a batch and ingest the answers.

    `position` returns what the run's options store as the checkpoint once these rows have been read. Raises the
    error that stopped the reads, after the answers before it have been ingested.
    """
    reads, stopped_by = _read(context, batch)
    if reads:
        _ingest(context, batch, reads, position(batch[: len(reads)]))
        persons_of_customers.bring_persons(context, reads)
    budget = context.budget
    context.watcher(Progress("reading", calls=budget.calls, calls_left=budget.calls_left))
    if stopped_by is not None:
        raise stopped_by


def _read(context: RunContext, batch: Sequence[RowToRead]) -> tuple[list[Read], CounterfoilError | None]:
    """Read a batch. What was answered before the upstream stopped answering is kept."""
    reads: list[Read] = []
    looked_at = time.monotonic()
    try:
        for read in context.read([row.external_id for row in batch]):
            reads.append(read)
            if time.monotonic() - looked_at > LOOK_SECONDS:
                looked_at = time.monotonic()
                context.stop_if_asked()
    except (RetryLater, NeedsPerson) as error:
        return reads, error
    return reads, None


def _ingest(
    context: RunContext, batch: Sequence[RowToRead], reads: Sequence[Read], position: Mapping[str, object]
) -> None:
    answered = tickets.latest()
    states = {row.external_id: row.state for row in batch}
    found = found_observations(reads, answered)
    unclear = sum(1 for read in reads if read.answer == ReadOutcome.UNCLEAR)
    transitions = list(_transitions(context, states, reads, answered))

    def checkpoint(counts: Counts) -> None:
        source = context.source()
        absent = apply_absences(transitions, source)
        options = {**context.run.options, **position}
        if unclear:
            options["unclear"] = options.get("unclear", 0) + unclear
        quarantine.settle_reads(reads, source, context.run.pk)
        counts = replace(
            counts,
            fetched=len(reads),
            failed=counts.failed + unclear,
            tombstoned=counts.tombstoned + absent.tombstoned,
            unlisted=counts.unlisted + absent.unlisted,
        )
        context.record_counts(counts, options=options, note=_note(options.get("unclear", 0)))

    if found:
        context.pipeline.ingest(found, context.source(), checkpoint=checkpoint)
    else:
        with transaction.atomic():
            context.lease.check()
            checkpoint(Counts())
    context.run.refresh_from_db(fields=["options", "note"])


def _transitions(
    context: RunContext, states: dict[str, State], reads: Sequence[Read], answered: int
) -> Iterator[Transition]:
    """Yield what the reads prove: a record is gone, another answers, or a missing one is archived upstream."""
    for read in reads:
        if (transition := transition_of(read)) is not None:
            yield transition
            continue
        missing = states[read.external_id] == State.MISSING
        if missing and is_archived(context, read):
            yield Transition(read.external_id, State.UNLISTED, answered + 1)


def _note(unclear: int) -> str:
    return messages.sync.UNCLEAR_READS(count=unclear) if unclear else ""


def read_single(context: RunContext) -> None:
    """Read the one record that was requested. Raises NotFound where neither the upstream nor the mirror has it."""
    if context.options.client_id is None:
        raise InvalidInput("To read one record, its id is required.", "Give --client-id.")
    source_columns.require_columns(context)
    read = _read_one(context, context.options.client_id)
    persons_of_customers.bring_persons(context, [read])
    if not context.options.dry_run:
        named_customers.read_named_customers(context)
    finish.complete(context, proven=False)


def _read_one(context: RunContext, external_id: str) -> Read:
    (read,) = context.read([external_id])
    row = context.table.rows(context.run.connection_id).filter(external_id=external_id).first()
    if read.answer == ReadOutcome.UNCLEAR:
        if row is not None:
            _settle(context, read)
        raise _unclear_error(context, read)
    if (transition := transition_of(read)) is not None:
        _absent(context, row, read, transition)
        return read
    assert read.item is not None  # noqa: S101  FOUND comes with its item
    if row is not None and row.state == State.MISSING and not context.options.dry_run:
        context.record_counts(Counts(fetched=1))
        deletions.confirm_rows(context, [external_id], row.state_ticket)
        return read
    observation = Observation(read.item, Origin.READ, Shape.DETAIL, read.ticket, tickets.latest())
    if context.options.dry_run:
        batch = context.pipeline.resolve(context.pipeline.prepare([observation]))
        context.keep_samples(batch)
        context.record_counts(replace(count_batch(batch), fetched=1))
    else:
        context.pipeline.ingest(
            [observation],
            context.source(),
            checkpoint=lambda counts: context.record_counts(replace(counts, fetched=1)),
        )
        _settle(context, read)
    return read


def _settle(context: RunContext, read: Read) -> None:
    """Keep a read without an answer as an import problem, or end the one that waited for this answer."""
    if not context.options.dry_run:
        with transaction.atomic():
            context.lease.check()
            quarantine.settle_reads([read], context.source(), context.run.pk)


def _unclear_error(context: RunContext, read: Read) -> CounterfoilError:
    message = messages.sync.UNCLEAR_READ(
        system=context.connector.title, record=read.external_id, reason=read.reason
    )
    if isinstance(read.error, ReadRefused):
        return ReadRefused(message, messages.sync.REFUSED_READ_ADVICE(), of_resource=read.error.of_resource)
    return Unavailable(message, messages.sync.UNCLEAR_READ_ADVICE())


def _absent(context: RunContext, row: Any | None, read: Read, transition: Transition) -> None:
    if row is None:
        system, resource = context.connector.title, context.table.resource.value
        raise NotFound(
            messages.join(
                messages.sync.UNKNOWN_RECORD(system=system, resource=resource, record=read.external_id),
                read.reason,
            ),
            messages.sync.UNKNOWN_RECORD_ADVICE(system=system),
        )
    if not context.options.dry_run:
        with transaction.atomic():
            context.lease.check()
            counts = apply_absences([transition], context.source())
            quarantine.resolve([read.external_id], context.source())
            context.record_counts(counts)
