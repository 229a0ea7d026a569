"""Rows read again one by one, in batches by key: rows and checkpoint in one transaction (DESIGN law 8)."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import orjson
from django.db import transaction

from counterfoil.connectors.contract import Answer, Read, Shape
from counterfoil.errors import RetryLater
from counterfoil.mirror import tickets
from counterfoil.mirror.arrival import Arrival
from counterfoil.mirror.batch import Tally
from counterfoil.mirror.models import State
from counterfoil.mirror.order import Origin
from counterfoil.mirror.states import Transition, apply_transitions
from counterfoil.mirror.work import Progress, Work

READS_PER_BATCH = 25
SIGN_OF_LIFE_SECONDS = 10.0
"""Where the allowance is small a batch takes longer than a lease: it is prolonged this often."""


@dataclass(frozen=True, slots=True)
class Picked:
    """A row whose turn it is."""

    key: int
    external_id: str
    state: State


def picked(work: Work, keys: Sequence[int]) -> list[Picked]:
    """These rows as they are now, in the order of `keys`."""
    found = work.table.rows_by_id(keys).values_list("pk", "external_id", "state")
    rows = {key: Picked(key, str(external_id), State(state)) for key, external_id, state in found}
    return [rows[key] for key in keys if key in rows]


def read_batch(
    work: Work, batch: Sequence[Picked], position: Callable[[Sequence[Picked]], Mapping[str, object]]
) -> None:
    """Read the rows of a batch and take in what was answered. `position` tells what the run's options remember
    when so many of them have been read. Raises the RetryLater that ended it, after the answers before it."""
    reads, stopped = _read(work, batch)
    if reads:
        _take(work, batch, reads, position(batch[: len(reads)]))
    budget = work.budget
    work.watcher(Progress("reading", calls=budget.calls, calls_left=budget.calls_left))
    if stopped is not None:
        raise stopped


def _read(work: Work, batch: Sequence[Picked]) -> tuple[list[Read], RetryLater | None]:
    """The answers to a batch. What was answered before the upstream stopped answering is kept."""
    reads: list[Read] = []
    alive = time.monotonic()
    try:
        for read in work.read([row.external_id for row in batch]):
            reads.append(read)
            if time.monotonic() - alive > SIGN_OF_LIFE_SECONDS:
                alive = time.monotonic()
                work.heartbeat()
    except RetryLater as error:
        return reads, error
    return reads, None


def _take(work: Work, batch: Sequence[Picked], reads: Sequence[Read], position: Mapping[str, object]) -> None:
    ended = tickets.latest()
    states = {row.external_id: row.state for row in batch}
    found = [
        Arrival(read.item, Origin.READ, Shape.DETAIL, read.ticket, ended)
        for read in reads
        if read.answer == Answer.FOUND and read.item is not None
    ]
    unclear = sum(1 for read in reads if read.answer == Answer.UNCLEAR)
    transitions = list(_transitions(work, states, reads, ended))

    def checkpoint(counted: Tally) -> None:
        stamp = work.stamp()
        gone = apply_transitions([t for t in transitions if t.state == State.TOMBSTONE], stamp)
        unlisted = apply_transitions([t for t in transitions if t.state == State.UNLISTED], stamp)
        options = {**work.run.options, **position}
        if unclear:
            options["unclear"] = options.get("unclear", 0) + unclear
        counted = replace(
            counted,
            fetched=len(reads),
            failed=counted.failed + unclear,
            tombstoned=counted.tombstoned + gone,
            unlisted=unlisted,
        )
        work.note(counted, options=options, note=_note(options.get("unclear", 0)))

    if found:
        work.door.take(found, work.stamp(), checkpoint=checkpoint)
    else:
        with transaction.atomic():
            work.lease.check()
            checkpoint(Tally())
    work.run.refresh_from_db(fields=["options", "note"])


def _transitions(work: Work, states: dict[str, State], reads: Sequence[Read], ended: int) -> Iterator[Transition]:
    """As after a read of one record: gone is gone, and a missing row that still answers may be archived."""
    for read in reads:
        if read.answer == Answer.GONE:
            yield Transition(read.external_id, State.TOMBSTONE, read.ticket)
            continue
        missing = states[read.external_id] == State.MISSING
        if missing and read.item is not None and work.collection.reader.archived(orjson.loads(read.item.raw)):
            yield Transition(read.external_id, State.UNLISTED, ended + 1)


def _note(unclear: int) -> str:
    if not unclear:
        return ""
    return f"{unclear:,} read{'s' if unclear != 1 else ''} gave no clear answer; nothing was changed there."
