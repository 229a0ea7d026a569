"""A pass from its first page to its end: listed, judged by the guards, swept, confirmed, noted."""

from django.utils import timezone

from counterfoil.mirror.models import RunKind, RunState
from counterfoil.runs.context import RunContext
from counterfoil.runs.execute import end
from counterfoil.sync import children, completeness, deletions, finish, plan, retry_quarantine
from counterfoil.sync.listing import ListingPass


def run_pass(work: RunContext) -> None:
    """List, let the guards judge, release, sweep, confirm, note."""
    if work.fresh:
        plan.choose_kind(work.run)
    if not work.options.dry_run:
        retry_quarantine.retry_quarantined(work)
    if children.reads_changed_parents(work.run):
        children.read_changed(work)
        finish.complete(work, proven=False)
        return
    listing = ListingPass(work)
    listing.run_until_complete()
    if work.options.partial:
        _end_partial(work, listing)
        return
    scope = work.collection.scope(work.asked)
    deletions.propose_deletions(work, scope)
    tripped = deletions.tripped_guards(work, listing.gate)
    if tripped:
        end(work, RunState.NEEDS_APPROVAL, note=" ".join(guard.sentence() for guard in tripped))
        return
    deletions.release_held_back(work)
    deletions.read_unpaid_again(work)
    if work.run.kind == RunKind.FULL:
        deletions.mark_missing(work)
        deletions.confirm_missing(work, completeness.first_ticket(work.run))
    elif work.run.kind == RunKind.INCREMENTAL:
        children.follow_up(work)
    finish.complete(work, proven=True)


def _end_partial(work: RunContext, listing: ListingPass) -> None:
    """A limited or dry run proves nothing: no sweep, no watermark."""
    if work.options.dry_run:
        would_miss = 0
        if work.run.kind == RunKind.FULL and not listing.limited:
            would_miss = completeness.count_absent(work.run, work.collection.scope(work.asked))
        work.run.pages.all().delete()
        end(work, RunState.COMPLETED, missing=would_miss, finished_at=timezone.now())
    else:
        deletions.release_held_back(work)
        finish.complete(work, proven=False)
