"""A selection read one by one, in batches by key: rows and checkpoint in one transaction (DESIGN law 8)."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import batched

import orjson
from django.db import transaction
from django.utils import timezone

from counterfoil.connectors.contract import Answer, Read, Shape
from counterfoil.errors import RetryLater
from counterfoil.mirror import tickets
from counterfoil.mirror.arrival import Arrival
from counterfoil.mirror.door import Tally
from counterfoil.mirror.models import Customer, State
from counterfoil.mirror.order import Origin
from counterfoil.mirror.selection import Rows, Selection
from counterfoil.mirror.states import Transition, apply_transitions
from counterfoil.mirror.work import Progress, Work

READS_PER_BATCH = 25
KEYS_AHEAD = 2_000
SIGN_OF_LIFE_SECONDS = 10.0
"""Where the allowance is small a batch takes longer than a lease: it is prolonged this often."""


@dataclass(frozen=True, slots=True)
class _Picked:
    """A row whose turn it is."""

    key: int
    external_id: str
    state: State


def read_selected(work: Work) -> None:
    """Read every customer of the run's selection that was not read yet."""
    options = work.run.options
    selection = Selection.restored(options["selection"])
    rows = selection.rows(timezone.now()).filter(connection_id=work.run.connection_id)
    rows = rows.exclude(external_id=None)
    after = int(options.get("after", 0))
    if work.run.expected is None:
        work.run.expected = rows.count()
        work.note(Tally(), expected=work.run.expected)
    for batch in _batches(rows, after):
        reads, stopped = _read(work, batch)
        if reads:
            after = batch[len(reads) - 1].key
            _take(work, batch, reads, after)
        _say(work)
        if stopped is not None:
            raise stopped


def _batches(rows: Rows, after: int) -> Iterator[list[_Picked]]:
    """In the order of keys. A search over many rows takes long, so it is made for many batches at once."""
    while keys := list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:KEYS_AHEAD]):
        for some in batched(keys, READS_PER_BATCH):
            found = Customer.objects.filter(pk__in=some).order_by("pk").values_list("pk", "external_id", "state")
            batch = [_Picked(key, str(name), State(state)) for key, name, state in found]
            if batch:
                yield batch
        after = keys[-1]


def _read(work: Work, batch: Sequence[_Picked]) -> tuple[list[Read], RetryLater | None]:
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


def _take(work: Work, batch: Sequence[_Picked], reads: Sequence[Read], after: int) -> None:
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
        options = {**work.run.options, "after": after}
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


def _say(work: Work) -> None:
    budget = work.budget
    work.watcher(Progress("reading", calls=budget.calls, calls_left=budget.calls_left))
