"""A person asks for a run: queued, a worker woken up, said in a notice."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect

from counterfoil.console.base import person
from counterfoil.console.problems import AsNotices
from counterfoil.mirror import runs, syncing, tasks
from counterfoil.mirror.models import Connection, Run
from counterfoil.mirror.runs import RunOptions

MAY_ASK = "mirror.add_run"
MAY_DECIDE = "mirror.change_run"
MAY_SYNC = "mirror.sync_customer"
MAY_EXPORT = "mirror.export_customer"


def require(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied where the person may not do this."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


def ask(
    request: HttpRequest, connection: Connection, *, full: bool = False, client_id: str | None = None
) -> HttpResponse:
    """Queue a run and show it; where that fails, say why on the connection's page."""
    require(request, MAY_ASK if client_id is None else MAY_SYNC)
    options = RunOptions(client_id=client_id)
    with AsNotices(request):
        kind = syncing.kind_for(connection, full=full, options=options)
        with transaction.atomic():
            Connection.objects.select_for_update().get(pk=connection.pk)  # a double click asks once
            run = runs.ask(connection, kind, options, person(request))
            tasks.nudge()
        messages.success(request, f"{run.get_kind_display()} of {connection.name} is queued as run {run.pk}.")
        return to_run(run)
    return redirect("admin:mirror_connection_change", connection.pk)


def to_run(run: Run) -> HttpResponseRedirect:
    """The run's page."""
    return redirect("admin:mirror_run_change", run.pk)
