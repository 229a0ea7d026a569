"""Starting runs from buttons: queue the run, wake a worker, tell the user."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect

from counterfoil.connections import standing
from counterfoil.console.lists.admin_base import current_user
from counterfoil.console.runs import text as run_text
from counterfoil.console.site.errors import ErrorNotices
from counterfoil.console.site.permissions import SYNC
from counterfoil.mirror.models import Connection, Run, RunState
from counterfoil.runs import lifecycle
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import plan
from counterfoil.worker import wake


def require_permission(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied unless the user has the permission."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


def request_sync(
    request: HttpRequest,
    connection: Connection,
    *,
    full: bool = False,
    client_id: str | None = None,
    permission: str = SYNC,
) -> HttpResponse:
    """Queue a sync and show its run; where that fails, show why on the connection's page."""
    require_permission(request, permission)
    options = RunOptions(client_id=client_id)
    with ErrorNotices(request):
        with transaction.atomic():
            Connection.objects.locked(connection.pk)  # a double click queues one run
            runs = plan.request_sync(connection, full=full, options=options, user=current_user(request))
            wake.nudge()
        first, *others = runs
        numbers = ", ".join(str(run.pk) for run in runs)
        messages.success(
            request,
            f"{run_text.title(first)} of {connection.name} is queued as run{'s' if others else ''} {numbers}.",
        )
        if waiting := Run.objects.filter(connection=connection, state=RunState.NEEDS_APPROVAL).first():
            messages.info(request, f"Run {waiting.pk} still waits for approval.")
        return redirect_to_run(first)
    return redirect("admin:counterfoil_mirror_connection_change", connection.pk)


def request_single(
    request: HttpRequest, connection: Connection, part: plan.PlannedRun, external_id: str, permission: str
) -> HttpResponse:
    """Queue a run that reads one record of any resource, and show the run."""
    require_permission(request, permission)
    standing.require_active(connection)
    with transaction.atomic():
        Connection.objects.locked(connection.pk)  # a double click queues one run
        options = RunOptions(client_id=external_id)
        run = lifecycle.request_run(connection, part.kind, options, current_user(request), resource=part.resource)
        wake.nudge()
    messages.success(request, f"{run_text.title(run)} of {connection.name} is queued as run {run.pk}.")
    return redirect_to_run(run)


def redirect_to_run(run: Run) -> HttpResponseRedirect:
    return redirect("admin:counterfoil_mirror_run_change", run.pk)
