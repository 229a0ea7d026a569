"""Leave a resource out of a sync that the connection may not read, with a warning until it can be read again."""

from django.db import transaction
from django.utils import timezone

from counterfoil import messages
from counterfoil.connectors.page import Resource
from counterfoil.errors import NotAllowed
from counterfoil.mirror import coverage
from counterfoil.mirror.models import RunState
from counterfoil.runs import report
from counterfoil.runs.context import RunContext

LEFT_OUT = "left_out"
"""The option of a run that has read nothing, because the connection may not."""


def may_be_left_out(context: RunContext) -> bool:
    """Tell whether a sync is useful without the run's resource: any but customers, as long as nothing was read."""
    context.run.refresh_from_db(fields=["fetched"])
    return context.table.resource != Resource.CUSTOMER and context.run.fetched == 0


def leave_out(context: RunContext, error: NotAllowed) -> None:
    """End the run as completed, with a warning on it and on the connection. The next sync tries anew."""
    run = context.run
    warning = messages.sync.LEFT_OUT(
        system=context.connector.title, resource=run.resource, reason=error.message, advice=error.advice
    )
    with transaction.atomic():
        context.lease.check()
        if not context.options.dry_run:
            coverage.warn(run.connection_id, run.resource, warning)
        context.lease.end(
            RunState.COMPLETED,
            finished_at=timezone.now(),
            missing=report.count_missing(run.connection_id, run.resource),
            resumable=False,
            note=warning,
            options={**run.options, LEFT_OUT: True},
            **context.uncounted_calls(),
        )
