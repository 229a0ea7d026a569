"""One pass from start to finish: list, check the guards, mark and confirm what is missing, finish."""

from collections.abc import Sequence

from django.utils import timezone

from counterfoil import messages
from counterfoil.connectors.page import Evidence
from counterfoil.errors import InvalidResponse, NotAllowed, Unavailable, Unconfirmed, WrongAddress
from counterfoil.ingest.guards import TrippedGuard
from counterfoil.mirror.models import RunKind, RunState
from counterfoil.runs import lifecycle
from counterfoil.runs.context import RunContext
from counterfoil.runs.execute import end_run
from counterfoil.sync import (
    children,
    completeness,
    deletions,
    finish,
    left_out,
    named_customers,
    plan,
    retry_quarantine,
    source_columns,
    value_forms,
)
from counterfoil.sync.listing import ListingPass


def run_pass(context: RunContext) -> None:
    """Execute a full, incremental or unpaid pass; it ends completed, or needs approval where a guard trips.

    Without the right to read a resource besides customers it completes too, with a warning on the connection.
    """
    try:
        _run_pass(context)
    except NotAllowed as error:
        if not left_out.may_be_left_out(context):
            raise
        left_out.leave_out(context, error)


def _run_pass(context: RunContext) -> None:
    if context.first_start:
        plan.choose_kind(context.run)
    absent_columns = source_columns.absent_columns(context)
    value_forms.decide_forms(context)
    if not (context.options.dry_run or absent_columns):
        retry_quarantine.retry_quarantined(context)
    if children.reads_changed_parents(context.run):
        children.read_changed(context)
        finish.complete(context, proven=False)
        return
    listing = ListingPass(context, absent_columns)
    while _list_and_sweep(context, listing):
        pass


def _list_and_sweep(context: RunContext, listing: ListingPass) -> bool:
    """List, and do what the proof and the guards allow. Returns whether to list again."""
    proof = listing.run_until_complete()
    if context.options.partial:
        _end_partial(context, listing, proof)
        return False
    if proof.complete:
        scope = context.collection.scope(context.page_request)
        deletions.propose_deletions(context, scope)
    tripped = deletions.tripped_guards(context, listing.change_gate)
    if tripped:
        if proof.complete and context.run.kind == RunKind.FULL:  # its list has what older lists have
            lifecycle.supersede_older(context.run, lists=True)
        _ask(context, listing, tripped, proof)
        return False
    deletions.release_held_back(context)
    if not proof.complete:
        raise listing.unproven_error(proof)
    deletions.read_unpaid_again(context)
    if context.run.kind == RunKind.FULL:
        if listing.list_skipped(_sweep(context)):
            return True
    elif context.run.kind == RunKind.INCREMENTAL:
        children.follow_up(context)
    named_customers.read_named_customers(context)
    deletions.deactivate_long_missing(context)
    finish.complete(context, proven=True)
    return False


def _ask(context: RunContext, listing: ListingPass, tripped: Sequence[TrippedGuard], proof: Evidence) -> None:
    """End the run until a person has decided."""
    if columns := listing.change_gate.absent_columns:
        source_columns.note_question(context, columns)
    sentences = [guard.sentence(context.table.resource) for guard in tripped]
    end_run(context, RunState.NEEDS_APPROVAL, note=messages.join(*sentences, proof.reason))


def _sweep(context: RunContext) -> int:
    """Mark absent rows missing and confirm them. An entry without an id may be any: then only reads count.

    Returns how many rows do exist that only this pass has missed.
    """
    deletions.mark_listed_present(context)
    if unidentified := completeness.count_unidentified(context.run):
        note = messages.sync.UNIDENTIFIED(count=unidentified, resource=context.table.resource.value)
        context.lease.renew(note=messages.join(context.run.note, note))
    else:
        deletions.mark_missing(context)
    return _confirm_missing(context)


def _confirm_missing(context: RunContext) -> int:
    """Read the missing and absent rows. Where no read is answered, the pass still counts as a complete listing."""
    try:
        deletions.read_absent(context)
        return deletions.confirm_missing(context, completeness.first_ticket(context.run))
    except (Unavailable, InvalidResponse) as error:
        finish.keep_coverage(context)
        raise Unconfirmed(messages.sync.NOT_CONFIRMED(reason=error.message), error.advice) from error
    except (NotAllowed, WrongAddress) as error:
        finish.keep_coverage(context)
        raise type(error)(messages.sync.NOT_CONFIRMED(reason=error.message), error.advice) from error


def _end_partial(context: RunContext, listing: ListingPass, proof: Evidence) -> None:
    """End a limited or dry run: it proves nothing, so it marks nothing missing and moves no watermark."""
    if not (proof.complete or listing.limited):
        raise listing.unproven_error(proof)
    tripped = deletions.tripped_guards(context, listing.change_gate)
    if context.options.dry_run:
        would_miss = 0
        if context.run.kind == RunKind.FULL and not listing.limited:
            would_miss = completeness.count_absent(context.run, context.collection.scope(context.page_request))
        context.run.pages.all().delete()
        sentences = [guard.sentence(context.table.resource) for guard in tripped]
        note = messages.join(context.run.note, *sentences)
        end_run(context, RunState.COMPLETED, missing=would_miss, note=note, finished_at=timezone.now())
    elif tripped:
        _ask(context, listing, tripped, proof)
    else:
        deletions.release_held_back(context)
        finish.complete(context, proven=False)
