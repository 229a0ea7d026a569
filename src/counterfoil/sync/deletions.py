"""The end of a pass: the guards judge it, held back rows are released, absent rows become missing (law 3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

import orjson
from django.db import transaction
from django.utils import timezone

from counterfoil.connectors.page import Read, ReadOutcome, Scope, Shape
from counterfoil.ingest import guards, held_changes
from counterfoil.ingest.batch import Counts
from counterfoil.ingest.guards import RenameGate, TrippedGuard
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.transitions import Transition, apply_transitions
from counterfoil.mirror import tickets
from counterfoil.mirror.models import Action, Proposal, State
from counterfoil.runs.context import Progress, RunContext
from counterfoil.runs.lifecycle import SWEEPING
from counterfoil.sync import completeness

if TYPE_CHECKING:
    from django.db.models import QuerySet


BATCH = 500
ABSENT = (Action.VANISH, Action.SETTLED)


def tripped_guards(work: RunContext, gate: RenameGate) -> list[TrippedGuard]:
    """What the guards say of the whole pass, after `propose` and before anything is swept or released."""
    run = work.run
    full = run.kind in SWEEPING
    absent = Proposal.objects.filter(run=run, action__in=ABSENT, outcome="").count() if full else 0
    if not (absent or gate.renamed or gate.closed):
        return []  # nothing to judge: counting a million rows would take a moment
    kept = work.table.rows(run.connection_id)
    rows = kept.filter(state__in=(State.PRESENT, State.MISSING)).count()
    share = work.guard_share
    found: list[TrippedGuard] = []
    renamed = guards.guard_renames(gate.renamed, gate.known if full else rows, share)
    if renamed is None and gate.closed:
        renamed = TrippedGuard("rename", gate.renamed, gate.known, guards.allowed_count(gate.known, share))
    if renamed is not None:
        found.append(renamed)
    if absent:
        missing = kept.filter(state=State.MISSING).count()
        vanished = guards.guard_deletions(absent + missing, rows, share)
        if vanished is not None:
            found.append(vanished)
    return found


def propose_deletions(work: RunContext, scope: Scope) -> None:
    """Note the rows that the complete listing did not hold: what the guard judges and a person is shown."""
    if work.run.kind in SWEEPING:
        completeness.propose_absent(work.run, scope)


def release_held_back(work: RunContext) -> None:
    """Send the held back observations through the door: the guard had nothing against them."""
    for some in held_changes.in_batches(work.run.pk, BATCH):
        held = [proposal for proposal in some if proposal.action not in ABSENT]
        observations = [
            Observation(
                work.collection.identify((proposal.payload or "").encode()),
                Origin.PAGE,
                Shape.LIST,
                proposal.ticket,
                proposal.ended,
            )
            for proposal in held
        ]

        def checkpoint(counted: Counts, done: tuple[int, ...] = tuple(p.pk for p in held)) -> None:
            Proposal.objects.filter(pk__in=done).delete()
            work.note(counted)

        work.pipeline.ingest(observations, work.source(), checkpoint=checkpoint)


def read_unpaid_again(work: RunContext) -> None:
    """Invoices that are not listed as unpaid any more are read one by one: paid, void, or gone."""
    settled = Proposal.objects.filter(run=work.run, action=Action.SETTLED, outcome="")
    for some in batched(list(settled.order_by("id").values_list("external_id", flat=True)), READS_PER_BATCH):
        read_again(work, some)
        Proposal.objects.filter(run=work.run, external_id__in=some).delete()


def mark_missing(work: RunContext) -> None:
    """Absent rows become missing; whether they are gone is for single reads to say."""
    ticket = completeness.first_ticket(work.run)
    ids = Proposal.objects.filter(run=work.run, action=Action.VANISH, outcome="").values_list(
        "external_id", flat=True
    )
    for some in batched(list(ids.order_by("id")), BATCH):
        with transaction.atomic():
            work.lease.check()
            transitions = [Transition(external_id, State.MISSING, ticket) for external_id in some]
            apply_transitions(transitions, work.source())
            Proposal.objects.filter(run=work.run, external_id__in=some).delete()
            work.heartbeat()


READS_PER_BATCH = 25
LOOK_AGAIN = timedelta(days=30)
"""Unlisted rows are read again this often."""


@dataclass(frozen=True, slots=True)
class _Doubt:
    external_id: str
    state: State
    state_ticket: int


def confirm_missing(work: RunContext, pass_ticket: int) -> None:
    """Read every missing row, and the unlisted ones whose turn it is. `pass_ticket` began the present pass."""
    rows = work.table.rows(work.run.connection_id)
    due = rows.filter(state=State.UNLISTED, state_at__lt=timezone.now() - LOOK_AGAIN)
    _confirm(work, _doubts(rows.filter(state=State.MISSING)), pass_ticket)
    _confirm(work, _doubts(due), pass_ticket)


def confirm_these(work: RunContext, external_ids: Sequence[str], pass_ticket: int) -> None:
    """Read these rows, whatever state they are in."""
    rows = work.table.rows(work.run.connection_id).filter(external_id__in=external_ids)
    _confirm(work, _doubts(rows), pass_ticket)


def read_again(work: RunContext, external_ids: Sequence[str]) -> None:
    """Take what these rows are now; one that does not exist any more becomes a tombstone."""
    reads = list(work.read(external_ids))
    found = _found(reads, tickets.latest())
    if found:
        work.pipeline.ingest(found, work.source(), checkpoint=lambda counted: work.note(_content_only(counted)))
    gone = [
        Transition(read.external_id, State.TOMBSTONE, read.ticket)
        for read in reads
        if read.answer == ReadOutcome.GONE
    ]
    with transaction.atomic():
        work.lease.check()
        work.note(Counts(tombstoned=apply_transitions(gone, work.source())))


def _found(reads: Sequence[Read], answered: int) -> list[Observation]:
    return [
        Observation(read.item, Origin.READ, Shape.DETAIL, read.ticket, answered)
        for read in reads
        if read.answer == ReadOutcome.FOUND and read.item is not None
    ]


def _doubts(rows: "QuerySet[Any]") -> list[_Doubt]:
    found = rows.order_by("id").values_list("external_id", "state", "state_ticket")
    return [_Doubt(external_id, State(state), ticket) for external_id, state, ticket in found]


def _confirm(work: RunContext, doubts: Sequence[_Doubt], pass_ticket: int) -> None:
    done = 0
    for some in batched(doubts, READS_PER_BATCH):
        reads = list(work.read([doubt.external_id for doubt in some]))
        _conclude(work, dict(zip((d.external_id for d in some), some, strict=True)), reads, pass_ticket)
        done += len(some)
        work.watcher(
            Progress("confirming", done, len(doubts), calls=work.budget.calls, calls_left=work.budget.calls_left)
        )


def _conclude(work: RunContext, doubts: dict[str, _Doubt], reads: Sequence[Read], pass_ticket: int) -> None:
    answered = tickets.latest()
    found = _found(reads, answered)
    if found:
        work.pipeline.ingest(found, work.source(), checkpoint=lambda counted: work.note(_content_only(counted)))
    transitions = list(_transitions(work, doubts, reads, pass_ticket, answered))
    with transaction.atomic():
        work.lease.check()
        gone = apply_transitions([t for t in transitions if t.state == State.TOMBSTONE], work.source())
        unlisted = apply_transitions([t for t in transitions if t.state == State.UNLISTED], work.source())
        looked = [d.external_id for d in doubts.values() if d.state == State.UNLISTED]
        rows = work.table.rows(work.run.connection_id).filter(external_id__in=looked, state=State.UNLISTED)
        rows.update(state_at=timezone.now())
        work.note(Counts(tombstoned=gone, unlisted=unlisted))


def _transitions(
    work: RunContext, doubts: dict[str, _Doubt], reads: Sequence[Read], pass_ticket: int, answered: int
) -> Iterator[Transition]:
    for read in reads:
        doubt = doubts[read.external_id]
        if read.answer == ReadOutcome.GONE:
            yield Transition(read.external_id, State.TOMBSTONE, read.ticket)
        elif read.answer == ReadOutcome.FOUND and read.item is not None and doubt.state == State.MISSING:
            archived = work.collection.reader.archived(orjson.loads(read.item.raw))
            if archived or doubt.state_ticket < pass_ticket:
                yield Transition(read.external_id, State.UNLISTED, answered + 1)


def _content_only(counted: Counts) -> Counts:
    """Rows that were read again to be confirmed were not fetched by the listing: only real changes count."""
    return Counts(updated=counted.updated, failed=counted.failed, settled=counted.settled)
