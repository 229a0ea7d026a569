"""Finish a run: move the watermark, keep the evidence of the pass, replace older runs."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from counterfoil import messages
from counterfoil.connectors.page import Resource
from counterfoil.ingest import links, quarantine, waiting_deletions
from counterfoil.mirror import coverage, details
from counterfoil.mirror.models import Connection, Run, RunKind, RunState
from counterfoil.runs import lifecycle, report
from counterfoil.runs.context import RunContext
from counterfoil.sync import children, completeness, unannounced
from counterfoil.sync.read_results import UNREAD

MANY_NEW_ROWS = 20_000
"""After this many new rows the statistics by which the database plans its queries are wrong."""


def complete(context: RunContext, *, proven: bool) -> None:
    """End the run as completed. `proven` says that its listing was complete, so the watermark may move."""
    run = context.run
    run.refresh_from_db()
    if run.created >= MANY_NEW_ROWS:
        context.store.update_statistics()
    with transaction.atomic():
        context.lease.check()
        if proven and run.kind != RunKind.UNPAID:  # a subset moves no watermark, not even when approved
            _save_coverage(context, lists=run.kind == RunKind.FULL)
        if run.kind in lifecycle.PASSES and not context.options.partial:
            unannounced.save(context, full=proven and run.kind == RunKind.FULL)
        waiting_deletions.tidy(run.connection_id, run.resource)
        note = _note_with_warnings(context)
        context.lease.end(
            RunState.COMPLETED,
            finished_at=timezone.now(),
            missing=report.count_missing(run.connection_id, run.resource),
            resumable=False,
            note=note,
            **context.uncounted_calls(),
        )
        if run.kind in lifecycle.PASSES and not context.options.partial:
            details.request_details(run.connection, Resource(run.resource))


def keep_coverage(context: RunContext) -> None:
    """Move the watermark after a complete listing that is not confirmed to the end."""
    context.run.refresh_from_db()
    with transaction.atomic():
        context.lease.check()
        _save_coverage(context)


def _note_with_warnings(context: RunContext) -> str:
    """Add to the run's note what is worth a warning but no error.

    That is how many records could not be read, how many name a customer that is not here, and whether deletions
    wait for approval.
    """
    run = context.run
    failed = run.options.get(UNREAD, 0)
    unread = messages.sync.UNREAD(count=failed) if failed else ""
    follows = run.resource in links.FOLLOWERS
    count = links.count_unlinked(run.connection_id, run.resource) if follows else 0
    unlinked = messages.sync.UNLINKED(count=count, resource=run.resource) if count else ""
    waiting = waiting_deletions.waiting_run(run.connection_id, run.resource)
    deletions = messages.sync.DELETIONS_WAIT(run=waiting.pk, resource=run.resource) if waiting else ""
    return messages.join(run.note, unread, unlinked, deletions)


def _save_coverage(context: RunContext, *, lists: bool = False) -> None:
    """Move the watermark. `lists`: older lists that wait for approval are out of date, see `supersede_older`."""
    run = context.run
    Connection.objects.locked(run.connection_id)
    covered = coverage.load(run.connection_id, run.resource)
    complete_pass_at, dated_from = covered.complete_pass_at, covered.dated_from
    if run.kind == RunKind.FULL:
        complete_pass_at = run.started_at
        dated_from = context.collection.scope(context.page_request).dated_from
        quarantine.resolve_unseen(run.pk, context.source())
        completeness.delete_other_pages(run)
    reached = _reached(run, covered.watermark)
    clock_warning = "" if run.kind == RunKind.FULL else covered.clock_warning
    if _clock_went_back(run, covered.watermark):
        reached = coverage.after_clock_went_back(reached, run.upstream_date)
        clock_warning = messages.sync.CLOCK_WENT_BACK(system=context.connector.title, since=run.since)
    if children.depends_on_parents(run):  # what a resumed pass had read is older than its customers are now
        reached = covered.watermark if run.resumed_at else children.customer_watermark(run.connection_id)
    coverage.save(
        run.connection_id,
        run.resource,
        watermark=reached,
        complete_pass_at=complete_pass_at,
        dated_from=dated_from,
        seen_at=run.started_at,
        clock_warning=clock_warning,
    )
    lifecycle.supersede_older(run, lists=lists)


def _reached(run: Run, watermark: datetime | None) -> datetime | None:
    """Return how far the pass moves the watermark.

    A full one of several pages may have skipped a record over the edge of a page: it leaves a watermark where it
    is, and the next list of changes, whose pages overlap, moves it.
    """
    if run.kind == RunKind.FULL and watermark is not None and completeness.count_pages(run) > 1:
        return watermark
    return coverage.advance(watermark, run.newest_modified, run.upstream_date)


def _clock_went_back(run: Run, watermark: datetime | None) -> bool:
    """Tell whether the pass listed changes from an earlier time than the watermark asks for."""
    return run.since is not None and watermark is not None and run.since < coverage.incremental_start(watermark)
