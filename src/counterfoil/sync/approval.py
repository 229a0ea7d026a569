"""Apply what a user has approved: exactly the listed records, each confirmed again by a live read (law 3)."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from counterfoil import messages
from counterfoil.connectors.page import ReadOutcome
from counterfoil.errors import NotPossibleNow
from counterfoil.ingest import held_changes
from counterfoil.ingest.quarantine import Quarantined
from counterfoil.ingest.transitions import Transition, apply_transitions
from counterfoil.mirror import tickets
from counterfoil.mirror.models import Action, Proposal, Run, RunState, State
from counterfoil.runs import lifecycle
from counterfoil.runs.context import Progress, RunContext
from counterfoil.sync import completeness, deletions, finish, source_columns
from counterfoil.sync.read_results import (
    absent_transitions,
    apply_absences,
    found_observations,
)


def approve(run: Run, user: AbstractBaseUser | None = None) -> None:
    """Save the approval and queue the run again. Raises NotPossibleNow where it does not need approval."""
    with transaction.atomic():
        approved = Run.objects.filter(pk=run.pk, state=RunState.NEEDS_APPROVAL).update(
            state=RunState.QUEUED, approved_at=timezone.now(), approved_by_id=user.pk if user else None
        )
        if approved:
            source_columns.approve_columns(run)
    if not approved:
        run.refresh_from_db()
        raise NotPossibleNow(
            f"Run {run.pk} is not waiting for approval ({run.get_state_display().lower()}).",
            "See `counterfoil status`.",
        )


def run_approved(context: RunContext) -> None:
    """Apply the approved proposals in batches. Resumed, it goes on with those that are not done."""
    total = Proposal.objects.filter(run=context.run).count()
    done = 0
    for batch in held_changes.in_batches(context.run.pk, context.reads_at_once):
        _mark_missing(context, [proposal for proposal in batch if proposal.action == Action.VANISH])
        _reread(context, [proposal for proposal in batch if proposal.action == Action.SETTLED])
        _delete(context, [proposal for proposal in batch if proposal.action == Action.DELETE])
        _write(context, [proposal for proposal in batch if proposal.action not in deletions.ABSENT])
        done += len(batch)
        context.watcher(Progress("approved", done, total, calls=context.budget.calls))
    is_pass = context.run.kind in lifecycle.PASSES
    finish.complete(context, proven=is_pass and completeness.judge(context.run, context.collection).complete)


def _mark_missing(context: RunContext, proposals: list[Proposal]) -> None:
    if not proposals:
        return
    ticket = completeness.first_ticket(context.run)
    ids = [proposal.external_id for proposal in proposals]
    if completeness.count_unidentified(context.run):
        deletions.reread(context, ids)
        _mark_done(context, proposals)
        return
    with transaction.atomic():
        context.lease.check()
        apply_transitions(
            [Transition(external_id, State.MISSING, ticket) for external_id in ids], context.source()
        )
        context.lease.renew()
    context.stop_if_asked()
    deletions.confirm_rows(context, ids, ticket)
    _mark_done(context, proposals)


def _reread(context: RunContext, proposals: list[Proposal]) -> None:
    if proposals:
        deletions.reread(context, [proposal.external_id for proposal in proposals])
        _mark_done(context, proposals)


def _delete(context: RunContext, proposals: list[Proposal]) -> None:
    if proposals:
        deletions.confirm_rows(context, [proposal.external_id for proposal in proposals], pass_ticket=0)
        _mark_done(context, proposals)


def _write(context: RunContext, proposals: list[Proposal]) -> None:
    if not proposals:
        return
    by_id = {proposal.external_id: proposal for proposal in proposals}
    reads = list(context.read(list(by_id)))
    observations = found_observations(reads, tickets.latest())
    unclear = [
        Quarantined(
            read.external_id,
            (by_id[read.external_id].payload or "").encode(),
            messages.ingest.READ_FAILED(reason=read.reason),
            by_id[read.external_id].ticket,
            to_be_read=True,
        )
        for read in reads
        if read.answer == ReadOutcome.UNCLEAR
    ]
    context.pipeline.ingest(
        observations, context.source(), checkpoint=context.record_counts, also_quarantine=unclear
    )
    with transaction.atomic():
        context.lease.check()
        context.record_counts(apply_absences(absent_transitions(reads), context.source()))
        _mark_done(context, proposals)


def _mark_done(context: RunContext, proposals: list[Proposal]) -> None:
    """Keep what became of each record: for what was absent the state of its row, which the read has decided."""
    absent = [proposal.external_id for proposal in proposals if proposal.action in deletions.ABSENT]
    states = dict(
        context.table.rows(context.run.connection_id)
        .filter(external_id__in=absent)
        .values_list("external_id", "state")
    )
    by_outcome: dict[str, list[int]] = {}
    for proposal in proposals:
        by_outcome.setdefault(states.get(proposal.external_id, "done"), []).append(proposal.pk)
    for outcome, keys in by_outcome.items():
        Proposal.objects.filter(pk__in=keys).update(outcome=outcome)
