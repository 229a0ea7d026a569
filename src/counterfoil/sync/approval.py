"""What a person approved is done: exactly the listed records, each confirmed by a live read again (law 3)."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from counterfoil.connectors.page import ReadOutcome, Shape
from counterfoil.errors import NotPossibleNow
from counterfoil.ingest import held_changes
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.quarantine import Quarantined
from counterfoil.ingest.transitions import Transition, apply_transitions
from counterfoil.mirror import tickets
from counterfoil.mirror.models import Action, Proposal, Run, RunState, State
from counterfoil.runs.context import Progress, RunContext
from counterfoil.sync import completeness, deletions, finish

BATCH = 25


def approve(run: Run, user: AbstractBaseUser | None = None) -> None:
    """Note the approval and queue the run again. Raises NotPossibleNow where there is nothing to approve."""
    done = Run.objects.filter(pk=run.pk, state=RunState.NEEDS_APPROVAL).update(
        state=RunState.QUEUED, approved_at=timezone.now(), approved_by_id=user.pk if user else None
    )
    if not done:
        run.refresh_from_db()
        raise NotPossibleNow(
            f"Run {run.pk} does not wait for approval: it is {run.get_state_display().lower()}.",
            "See `counterfoil status`.",
        )


def run_approved(context: RunContext) -> None:
    """Work through the approved list."""
    total = Proposal.objects.filter(run=context.run).count()
    done = 0
    for some in held_changes.in_batches(context.run.pk, BATCH):
        _vanish(context, [proposal for proposal in some if proposal.action == Action.VANISH])
        _settled(context, [proposal for proposal in some if proposal.action == Action.SETTLED])
        _write(context, [proposal for proposal in some if proposal.action not in deletions.ABSENT])
        done += len(some)
        context.watcher(Progress("approved", done, total, calls=context.budget.calls))
    finish.complete(context, proven=True)


def _vanish(context: RunContext, listed: list[Proposal]) -> None:
    if not listed:
        return
    ticket = completeness.first_ticket(context.run)
    ids = [proposal.external_id for proposal in listed]
    with transaction.atomic():
        context.lease.check()
        apply_transitions(
            [Transition(external_id, State.MISSING, ticket) for external_id in ids], context.source()
        )
        context.heartbeat()
    deletions.confirm_these(context, ids, ticket)
    _done(listed)


def _settled(context: RunContext, listed: list[Proposal]) -> None:
    if listed:
        deletions.read_again(context, [proposal.external_id for proposal in listed])
        _done(listed)


def _write(context: RunContext, listed: list[Proposal]) -> None:
    if not listed:
        return
    by_id = {proposal.external_id: proposal for proposal in listed}
    reads = list(context.read(list(by_id)))
    answered = tickets.latest()
    observations = [
        Observation(read.item, Origin.READ, Shape.DETAIL, read.ticket, answered)
        for read in reads
        if read.answer == ReadOutcome.FOUND and read.item is not None
    ]
    unclear = [
        Quarantined(read.external_id, (by_id[read.external_id].payload or "").encode(), read.reason, read.ticket)
        for read in reads
        if read.answer == ReadOutcome.UNCLEAR
    ]
    context.pipeline.ingest(
        observations, context.source(), checkpoint=context.record_counts, also_quarantine=unclear
    )
    gone = [Transition(r.external_id, State.TOMBSTONE, r.ticket) for r in reads if r.answer == ReadOutcome.GONE]
    with transaction.atomic():
        context.lease.check()
        apply_transitions(gone, context.source())
        _done(listed)


def _done(listed: list[Proposal]) -> None:
    Proposal.objects.filter(pk__in=[proposal.pk for proposal in listed]).update(outcome="done")
