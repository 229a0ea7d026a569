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


def tripped_guards(context: RunContext, rename_gate: RenameGate) -> list[TrippedGuard]:
    """What the guards say of the whole pass, after `propose` and before anything is swept or released."""
    run = context.run
    full = run.kind in SWEEPING
    absent = Proposal.objects.filter(run=run, action__in=ABSENT, outcome="").count() if full else 0
    if not (absent or rename_gate.renamed or rename_gate.closed):
        return []  # nothing to judge: counting a million rows would take a moment
    kept = context.table.rows(run.connection_id)
    rows = kept.filter(state__in=(State.PRESENT, State.MISSING)).count()
    share = context.guard_share
    found: list[TrippedGuard] = []
    renamed = guards.guard_renames(rename_gate.renamed, rename_gate.known if full else rows, share)
    if renamed is None and rename_gate.closed:
        renamed = TrippedGuard(
            "rename", rename_gate.renamed, rename_gate.known, guards.allowed_count(rename_gate.known, share)
        )
    if renamed is not None:
        found.append(renamed)
    if absent:
        missing = kept.filter(state=State.MISSING).count()
        vanished = guards.guard_deletions(absent + missing, rows, share)
        if vanished is not None:
            found.append(vanished)
    return found


def propose_deletions(context: RunContext, scope: Scope) -> None:
    """Note the rows that the complete listing did not hold: what the guard judges and a person is shown."""
    if context.run.kind in SWEEPING:
        completeness.propose_absent(context.run, scope)


def release_held_back(context: RunContext) -> None:
    """Send the held back observations through the door: the guard had nothing against them."""
    for some in held_changes.in_batches(context.run.pk, BATCH):
        held = [proposal for proposal in some if proposal.action not in ABSENT]
        observations = [
            Observation(
                context.collection.identify((proposal.payload or "").encode()),
                Origin.PAGE,
                Shape.LIST,
                proposal.ticket,
                proposal.ended,
            )
            for proposal in held
        ]

        def checkpoint(counted: Counts, done: tuple[int, ...] = tuple(p.pk for p in held)) -> None:
            Proposal.objects.filter(pk__in=done).delete()
            context.record_counts(counted)

        context.pipeline.ingest(observations, context.source(), checkpoint=checkpoint)


def read_unpaid_again(context: RunContext) -> None:
    """Invoices that are not listed as unpaid any more are read one by one: paid, void, or gone."""
    settled = Proposal.objects.filter(run=context.run, action=Action.SETTLED, outcome="")
    for some in batched(list(settled.order_by("id").values_list("external_id", flat=True)), READS_PER_BATCH):
        read_again(context, some)
        Proposal.objects.filter(run=context.run, external_id__in=some).delete()


def mark_missing(context: RunContext) -> None:
    """Absent rows become missing; whether they are gone is for single reads to say."""
    ticket = completeness.first_ticket(context.run)
    ids = Proposal.objects.filter(run=context.run, action=Action.VANISH, outcome="").values_list(
        "external_id", flat=True
    )
    for some in batched(list(ids.order_by("id")), BATCH):
        with transaction.atomic():
            context.lease.check()
            transitions = [Transition(external_id, State.MISSING, ticket) for external_id in some]
            apply_transitions(transitions, context.source())
            Proposal.objects.filter(run=context.run, external_id__in=some).delete()
            context.heartbeat()


READS_PER_BATCH = 25
LOOK_AGAIN = timedelta(days=30)
"""Unlisted rows are read again this often."""


@dataclass(frozen=True, slots=True)
class _Doubt:
    external_id: str
    state: State
    state_ticket: int


def confirm_missing(context: RunContext, pass_ticket: int) -> None:
    """Read every missing row, and the unlisted ones whose turn it is. `pass_ticket` began the present pass."""
    rows = context.table.rows(context.run.connection_id)
    due = rows.filter(state=State.UNLISTED, state_at__lt=timezone.now() - LOOK_AGAIN)
    _confirm(context, _doubts(rows.filter(state=State.MISSING)), pass_ticket)
    _confirm(context, _doubts(due), pass_ticket)


def confirm_these(context: RunContext, external_ids: Sequence[str], pass_ticket: int) -> None:
    """Read these rows, whatever state they are in."""
    rows = context.table.rows(context.run.connection_id).filter(external_id__in=external_ids)
    _confirm(context, _doubts(rows), pass_ticket)


def read_again(context: RunContext, external_ids: Sequence[str]) -> None:
    """Take what these rows are now; one that does not exist any more becomes a tombstone."""
    reads = list(context.read(external_ids))
    found = _found(reads, tickets.latest())
    if found:
        context.pipeline.ingest(
            found, context.source(), checkpoint=lambda counted: context.record_counts(_content_only(counted))
        )
    gone = [
        Transition(read.external_id, State.TOMBSTONE, read.ticket)
        for read in reads
        if read.answer == ReadOutcome.GONE
    ]
    with transaction.atomic():
        context.lease.check()
        context.record_counts(Counts(tombstoned=apply_transitions(gone, context.source())))


def _found(reads: Sequence[Read], answered: int) -> list[Observation]:
    return [
        Observation(read.item, Origin.READ, Shape.DETAIL, read.ticket, answered)
        for read in reads
        if read.answer == ReadOutcome.FOUND and read.item is not None
    ]


def _doubts(rows: "QuerySet[Any]") -> list[_Doubt]:
    found = rows.order_by("id").values_list("external_id", "state", "state_ticket")
    return [_Doubt(external_id, State(state), ticket) for external_id, state, ticket in found]


def _confirm(context: RunContext, doubts: Sequence[_Doubt], pass_ticket: int) -> None:
    done = 0
    for some in batched(doubts, READS_PER_BATCH):
        reads = list(context.read([doubt.external_id for doubt in some]))
        _conclude(context, dict(zip((d.external_id for d in some), some, strict=True)), reads, pass_ticket)
        done += len(some)
        context.watcher(
            Progress(
                "confirming", done, len(doubts), calls=context.budget.calls, calls_left=context.budget.calls_left
            )
        )


def _conclude(context: RunContext, doubts: dict[str, _Doubt], reads: Sequence[Read], pass_ticket: int) -> None:
    answered = tickets.latest()
    found = _found(reads, answered)
    if found:
        context.pipeline.ingest(
            found, context.source(), checkpoint=lambda counted: context.record_counts(_content_only(counted))
        )
    transitions = list(_transitions(context, doubts, reads, pass_ticket, answered))
    with transaction.atomic():
        context.lease.check()
        gone = apply_transitions([t for t in transitions if t.state == State.TOMBSTONE], context.source())
        unlisted = apply_transitions([t for t in transitions if t.state == State.UNLISTED], context.source())
        looked = [d.external_id for d in doubts.values() if d.state == State.UNLISTED]
        rows = context.table.rows(context.run.connection_id).filter(external_id__in=looked, state=State.UNLISTED)
        rows.update(state_at=timezone.now())
        context.record_counts(Counts(tombstoned=gone, unlisted=unlisted))


def _transitions(
    context: RunContext, doubts: dict[str, _Doubt], reads: Sequence[Read], pass_ticket: int, answered: int
) -> Iterator[Transition]:
    for read in reads:
        doubt = doubts[read.external_id]
        if read.answer == ReadOutcome.GONE:
            yield Transition(read.external_id, State.TOMBSTONE, read.ticket)
        elif read.answer == ReadOutcome.FOUND and read.item is not None and doubt.state == State.MISSING:
            archived = context.collection.reader.archived(orjson.loads(read.item.raw))
            if archived or doubt.state_ticket < pass_ticket:
                yield Transition(read.external_id, State.UNLISTED, answered + 1)


def _content_only(counted: Counts) -> Counts:
    """Rows that were read again to be confirmed were not fetched by the listing: only real changes count."""
    return Counts(updated=counted.updated, failed=counted.failed, settled=counted.settled)
