"""Rows read again one by one, in batches by key: rows and checkpoint in one transaction (DESIGN law 8)."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from django.db import transaction

from counterfoil.connectors.page import Read, ReadOutcome, Shape
from counterfoil.errors import InvalidInput, NotFound, RetryLater, Unavailable
from counterfoil.ingest.batch import Counts, count_batch
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.transitions import Transition, apply_transitions
from counterfoil.mirror import tickets
from counterfoil.mirror.models import State
from counterfoil.runs.context import Progress, RunContext
from counterfoil.sync import deletions, finish

READS_PER_BATCH = 25
SIGN_OF_LIFE_SECONDS = 10.0
"""Where the allowance is small a batch takes longer than a lease: it is prolonged this often."""


@dataclass(frozen=True, slots=True)
class PickedRow:
    """A row whose turn it is."""

    key: int
    external_id: str
    state: State


def pick_rows(context: RunContext, keys: Sequence[int]) -> list[PickedRow]:
    """These rows as they are now, in the order of `keys`."""
    found = context.table.rows_by_id(keys).values_list("pk", "external_id", "state")
    rows = {key: PickedRow(key, str(external_id), State(state)) for key, external_id, state in found}
    return [rows[key] for key in keys if key in rows]


def read_batch(
    context: RunContext,
    batch: Sequence[PickedRow],
    position: Callable[[Sequence[PickedRow]], Mapping[str, object]],
) -> None:
    """Read the rows of a batch and take in what was answered. `position` tells what the run's options remember
    when so many of them have been read. Raises the RetryLater that ended it, after the answers before it."""
    reads, stopped = _read(context, batch)
    if reads:
        _take(context, batch, reads, position(batch[: len(reads)]))
    budget = context.budget
    context.watcher(Progress("reading", calls=budget.calls, calls_left=budget.calls_left))
    if stopped is not None:
        raise stopped


def _read(context: RunContext, batch: Sequence[PickedRow]) -> tuple[list[Read], RetryLater | None]:
    """The answers to a batch. What was answered before the upstream stopped answering is kept."""
    reads: list[Read] = []
    alive = time.monotonic()
    try:
        for read in context.read([row.external_id for row in batch]):
            reads.append(read)
            if time.monotonic() - alive > SIGN_OF_LIFE_SECONDS:
                alive = time.monotonic()
                context.heartbeat()
    except RetryLater as error:
        return reads, error
    return reads, None


def _take(
    context: RunContext, batch: Sequence[PickedRow], reads: Sequence[Read], position: Mapping[str, object]
) -> None:
    answered = tickets.latest()
    states = {row.external_id: row.state for row in batch}
    found = [
        Observation(read.item, Origin.READ, Shape.DETAIL, read.ticket, answered)
        for read in reads
        if read.answer == ReadOutcome.FOUND and read.item is not None
    ]
    unclear = sum(1 for read in reads if read.answer == ReadOutcome.UNCLEAR)
    transitions = list(_transitions(context, states, reads, answered))

    def checkpoint(counted: Counts) -> None:
        source = context.source()
        gone = apply_transitions([t for t in transitions if t.state == State.TOMBSTONE], source)
        unlisted = apply_transitions([t for t in transitions if t.state == State.UNLISTED], source)
        options = {**context.run.options, **position}
        if unclear:
            options["unclear"] = options.get("unclear", 0) + unclear
        counted = replace(
            counted,
            fetched=len(reads),
            failed=counted.failed + unclear,
            tombstoned=counted.tombstoned + gone,
            unlisted=unlisted,
        )
        context.record_counts(counted, options=options, note=_note(options.get("unclear", 0)))

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
    """As after a read of one record: gone is gone, and a missing row that still answers may be archived."""
    for read in reads:
        if read.answer == ReadOutcome.GONE:
            yield Transition(read.external_id, State.TOMBSTONE, read.ticket)
            continue
        missing = states[read.external_id] == State.MISSING
        if missing and read.item is not None and context.collection.reader.archived(orjson.loads(read.item.raw)):
            yield Transition(read.external_id, State.UNLISTED, answered + 1)


def _note(unclear: int) -> str:
    if not unclear:
        return ""
    return f"{unclear:,} read{'s' if unclear != 1 else ''} gave no clear answer; nothing was changed there."


def read_single(context: RunContext) -> None:
    """Read the record that the run was asked for. Raises NotFound when neither side has it."""
    if context.options.client_id is None:
        raise InvalidInput("A run for one record needs its id.", "Give --client-id.")
    _read_one(context, context.options.client_id)
    finish.complete(context, proven=False)


def _read_one(context: RunContext, external_id: str) -> None:
    (read,) = context.read([external_id])
    if read.answer == ReadOutcome.UNCLEAR:
        raise Unavailable(
            f"Reading {external_id} gave no clear answer ({read.reason}).",
            "Nothing was changed; try again later.",
        )
    row = context.table.rows(context.run.connection_id).filter(external_id=external_id).first()
    if read.answer == ReadOutcome.GONE:
        _gone(context, external_id, row, read.ticket)
        return
    assert read.item is not None  # noqa: S101  FOUND comes with its item
    if row is not None and row.state == State.MISSING and not context.options.dry_run:
        context.record_counts(Counts(fetched=1))
        deletions.confirm_these(context, [external_id], row.state_ticket)
        return
    observation = Observation(read.item, Origin.READ, Shape.DETAIL, read.ticket, tickets.latest())
    if context.options.dry_run:
        batch = context.pipeline.resolve(context.pipeline.prepare([observation]))
        context.keep_samples(batch)
        context.record_counts(replace(count_batch(batch), fetched=1))
    else:
        context.pipeline.ingest(
            [observation],
            context.source(),
            checkpoint=lambda counted: context.record_counts(replace(counted, fetched=1)),
        )


def _gone(context: RunContext, external_id: str, row: Any | None, ticket: int) -> None:
    if row is None:
        raise NotFound(
            f"{context.connector.title} has no {context.table.noun} {external_id}, and neither has this copy.",
            "Check the id: it is the upstream's own, not its number on invoices.",
        )
    if not context.options.dry_run:
        with transaction.atomic():
            context.lease.check()
            done = apply_transitions([Transition(external_id, State.TOMBSTONE, ticket)], context.source())
            context.record_counts(Counts(tombstoned=done))
