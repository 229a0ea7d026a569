"""What is noted when a pass is over: watermark, evidence kept, older runs replaced."""

from django.db import transaction
from django.utils import timezone

from counterfoil.connectors.page import Resource
from counterfoil.ingest import links, quarantine
from counterfoil.mirror import coverage, details
from counterfoil.mirror.models import Connection, RunKind, RunState
from counterfoil.runs import lifecycle, report
from counterfoil.runs.context import RunContext
from counterfoil.sync import children, completeness

VERY_MANY = 20_000
"""New rows: with so many, a planner's old idea of the table is wrong."""


def complete(context: RunContext, *, proven: bool) -> None:
    """End the run as completed. `proven`: its listing was complete, so the watermark may move."""
    run = context.run
    run.refresh_from_db()
    if run.created >= VERY_MANY:
        context.store.take_stock()
    with transaction.atomic():
        context.lease.check()
        if proven and run.kind != RunKind.UNPAID:  # a part of the list moves no watermark, also when approved
            _move_on(context)
        note = _with_untied(context)
        context.lease.end(
            RunState.COMPLETED,
            finished_at=timezone.now(),
            missing=report.missing_now(run.connection_id, run.resource),
            resumable=False,
            note=note,
            **context.uncounted_calls(),
        )
        if run.kind in lifecycle.PASSES and not context.options.partial:
            details.request_details(run.connection, Resource(run.resource))


def _with_untied(context: RunContext) -> str:
    """The run's note; records that name a customer who is not here are worth a warning, not an error."""
    run = context.run
    if run.resource not in links.FOLLOWERS:
        return str(run.note)
    count = links.count_unlinked(run.connection_id, run.resource)
    found = f"{count:,} name a customer that is not here; they are tied to it as soon as it comes" if count else ""
    return ". ".join(filter(None, (run.note, found)))


def _move_on(context: RunContext) -> None:
    run = context.run
    Connection.objects.select_for_update().get(pk=run.connection_id)
    known = coverage.load(run.connection_id, run.resource)
    complete_pass_at, dated_from = known.complete_pass_at, known.dated_from
    if run.kind == RunKind.FULL:
        complete_pass_at = run.started_at
        dated_from = context.collection.scope(context.page_request).dated_from
        quarantine.resolve_unseen(run.pk, context.source())
        completeness.forget_other_pages(run)
    reached = coverage.advance(known.watermark, run.newest_modified, run.upstream_date)
    coverage.save(
        run.connection_id,
        run.resource,
        watermark=children.known_until(run.connection_id) if children.depends_on_parents(run) else reached,
        complete_pass_at=complete_pass_at,
        dated_from=dated_from,
    )
    lifecycle.supersede_older(run)
