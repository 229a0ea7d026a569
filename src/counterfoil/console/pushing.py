"""A person asks for a push: of one customer, of what waits on a connection, of a selection."""

from collections.abc import Sequence

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from counterfoil.console import asking, push_selection, roles
from counterfoil.console.base import ListAdmin, person
from counterfoil.console.customer_selection import asked_for, list_address, unsealed
from counterfoil.console.problems import AsNotices
from counterfoil.edits import asking as edits
from counterfoil.mirror import tasks
from counterfoil.mirror.models import Connection, Customer
from counterfoil.mirror.selection import Selection


def ask(
    request: HttpRequest, connection: Connection, back: str, records: Sequence[int] | None = None
) -> HttpResponse:
    """Queue a push and show it; where that fails, say why on the page `back`."""
    asking.require(request, roles.PUSH)
    with AsNotices(request):
        with transaction.atomic():
            Connection.objects.select_for_update().get(pk=connection.pk)  # a double click asks once
            run = edits.ask(connection, person(request), records)
            tasks.nudge()
        messages.success(request, f"Push of {connection.name} is queued as run {run.pk}.")
        return asking.to_run(run)
    return redirect(back)


def ask_selected(admin: ListAdmin[Customer], request: HttpRequest) -> HttpResponse:
    """Say what pushing the selected customers takes; then, when that was agreed to, queue it."""
    asking.require(request, roles.PUSH)
    asking.require(request, roles.SEE_CUSTOMERS)
    agreed = unsealed(request, request.POST.get("selection", ""))
    if agreed is not None:
        return _queue(request, agreed)
    chosen = asked_for(request)
    shares = push_selection.plan(chosen := push_selection.bounded(chosen)) if chosen else []
    if chosen is None or not shares:
        messages.warning(request, "Tick at least one customer with an edit that is not confirmed yet, then push.")
        return redirect(list_address(Selection.of(request.POST.dict())))
    return admin.draw(request, "console/push_selected.html", Customer(), **push_selection.question(chosen, shares))


def _queue(request: HttpRequest, chosen: Selection) -> HttpResponse:
    with transaction.atomic():
        asked = push_selection.ask(chosen, person(request))
        tasks.nudge()
    if not asked:
        messages.warning(request, "None of these customers has anything to push any more: nothing was queued.")
        return redirect(list_address(chosen))
    numbers = ", ".join(str(run.pk) for run in asked)
    messages.success(request, f"Queued as run {numbers}." if len(asked) == 1 else f"Queued as runs {numbers}.")
    if len(asked) == 1:
        return asking.to_run(asked[0])
    return redirect(f"{reverse('admin:mirror_run_changelist')}?kind=push")
