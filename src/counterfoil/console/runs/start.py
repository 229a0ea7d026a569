"""A person asks for a run: queued, a worker woken up, said in a notice."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect

from counterfoil.console.lists.admin_base import person
from counterfoil.console.runs import text as run_text
from counterfoil.console.site.errors import AsNotices
from counterfoil.console.site.permissions import SYNC
from counterfoil.mirror.models import Connection, Run
from counterfoil.runs import lifecycle
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import plan
from counterfoil.worker import wake


def require(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied where the person may not do this."""
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
    """Queue a run and show it; where that fails, say why on the connection's page."""
    require(request, permission)
    options = RunOptions(client_id=client_id)
    with AsNotices(request):
        with transaction.atomic():
            Connection.objects.locked(connection.pk)  # a double click asks once
            asked = plan.request_sync(connection, full=full, options=options, user=person(request))
            wake.nudge()
        first, *others = asked
        numbers = ", ".join(str(run.pk) for run in asked)
        said = f"{run_text.title(first)} of {connection.name} is queued as run{'s' if others else ''} {numbers}."
        messages.success(request, said)
        return to_run(first)
    return redirect("admin:counterfoil_mirror_connection_change", connection.pk)


def request_single(
    request: HttpRequest, connection: Connection, part: plan.PlannedRun, external_id: str, permission: str
) -> HttpResponse:
    """Queue a run that reads one record of any resource, and show it."""
    require(request, permission)
    with transaction.atomic():
        Connection.objects.locked(connection.pk)  # a double click asks once
        options = RunOptions(client_id=external_id)
        run = lifecycle.request_run(connection, part.kind, options, person(request), resource=part.resource)
        wake.nudge()
    messages.success(request, f"{run_text.title(run)} of {connection.name} is queued as run {run.pk}.")
    return to_run(run)


def to_run(run: Run) -> HttpResponseRedirect:
    """The run's page."""
    return redirect("admin:counterfoil_mirror_run_change", run.pk)
