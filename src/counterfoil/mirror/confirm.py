"""Absent is not deleted: every missing row is read by itself before anything is concluded (DESIGN law 3).

"does not exist" from the API  -> tombstone
the record, marked as archived -> unlisted
the record, otherwise          -> unlisted when an earlier pass missed it too; else it stays missing, because
                                  one listing can skip a row that moves while it is read
anything else                  -> stays missing
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

import orjson
from django.db import transaction
from django.utils import timezone

from counterfoil.connectors.contract import Answer, Read, Shape
from counterfoil.mirror import tickets
from counterfoil.mirror.arrival import Arrival
from counterfoil.mirror.batch import Tally
from counterfoil.mirror.models import State
from counterfoil.mirror.order import Origin
from counterfoil.mirror.states import Transition, apply_transitions
from counterfoil.mirror.work import Progress, Work

if TYPE_CHECKING:
    from django.db.models import QuerySet

READS_PER_BATCH = 25
LOOK_AGAIN = timedelta(days=30)
"""Unlisted rows are read again this often."""


@dataclass(frozen=True, slots=True)
class _Doubt:
    external_id: str
    state: State
    state_ticket: int


def confirm_missing(work: Work, pass_ticket: int) -> None:
    """Read every missing row, and the unlisted ones whose turn it is. `pass_ticket` began the present pass."""
    rows = work.table.rows(work.run.connection_id)
    due = rows.filter(state=State.UNLISTED, state_at__lt=timezone.now() - LOOK_AGAIN)
    _confirm(work, _doubts(rows.filter(state=State.MISSING)), pass_ticket)
    _confirm(work, _doubts(due), pass_ticket)


def confirm_these(work: Work, external_ids: Sequence[str], pass_ticket: int) -> None:
    """Read these rows, whatever state they are in."""
    rows = work.table.rows(work.run.connection_id).filter(external_id__in=external_ids)
    _confirm(work, _doubts(rows), pass_ticket)


def read_again(work: Work, external_ids: Sequence[str]) -> None:
    """Take what these rows are now; one that does not exist any more becomes a tombstone."""
    reads = list(work.read(external_ids))
    found = _found(reads, tickets.latest())
    if found:
        work.door.take(found, work.stamp(), checkpoint=lambda counted: work.note(_content_only(counted)))
    gone = [
        Transition(read.external_id, State.TOMBSTONE, read.ticket) for read in reads if read.answer == Answer.GONE
    ]
    with transaction.atomic():
        work.lease.check()
        work.note(Tally(tombstoned=apply_transitions(gone, work.stamp())))


def _found(reads: Sequence[Read], ended: int) -> list[Arrival]:
    return [
        Arrival(read.item, Origin.READ, Shape.DETAIL, read.ticket, ended)
        for read in reads
        if read.answer == Answer.FOUND and read.item is not None
    ]


def _doubts(rows: "QuerySet[Any]") -> list[_Doubt]:
    found = rows.order_by("id").values_list("external_id", "state", "state_ticket")
    return [_Doubt(external_id, State(state), ticket) for external_id, state, ticket in found]


def _confirm(work: Work, doubts: Sequence[_Doubt], pass_ticket: int) -> None:
    done = 0
    for some in batched(doubts, READS_PER_BATCH):
        reads = list(work.read([doubt.external_id for doubt in some]))
        _conclude(work, dict(zip((d.external_id for d in some), some, strict=True)), reads, pass_ticket)
        done += len(some)
        work.watcher(
            Progress("confirming", done, len(doubts), calls=work.budget.calls, calls_left=work.budget.calls_left)
        )


def _conclude(work: Work, doubts: dict[str, _Doubt], reads: Sequence[Read], pass_ticket: int) -> None:
    ended = tickets.latest()
    found = _found(reads, ended)
    if found:
        work.door.take(found, work.stamp(), checkpoint=lambda counted: work.note(_content_only(counted)))
    transitions = list(_transitions(work, doubts, reads, pass_ticket, ended))
    with transaction.atomic():
        work.lease.check()
        gone = apply_transitions([t for t in transitions if t.state == State.TOMBSTONE], work.stamp())
        unlisted = apply_transitions([t for t in transitions if t.state == State.UNLISTED], work.stamp())
        looked = [d.external_id for d in doubts.values() if d.state == State.UNLISTED]
        rows = work.table.rows(work.run.connection_id).filter(external_id__in=looked, state=State.UNLISTED)
        rows.update(state_at=timezone.now())
        work.note(Tally(tombstoned=gone, unlisted=unlisted))


def _transitions(
    work: Work, doubts: dict[str, _Doubt], reads: Sequence[Read], pass_ticket: int, ended: int
) -> Iterator[Transition]:
    for read in reads:
        doubt = doubts[read.external_id]
        if read.answer == Answer.GONE:
            yield Transition(read.external_id, State.TOMBSTONE, read.ticket)
        elif read.answer == Answer.FOUND and read.item is not None and doubt.state == State.MISSING:
            archived = work.collection.reader.archived(orjson.loads(read.item.raw))
            if archived or doubt.state_ticket < pass_ticket:
                yield Transition(read.external_id, State.UNLISTED, ended + 1)


def _content_only(counted: Tally) -> Tally:
    """Rows that were read again to be confirmed were not fetched by the listing: only real changes count."""
    return Tally(updated=counted.updated, failed=counted.failed, settled=counted.settled)
