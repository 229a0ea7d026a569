"""A person asks for a push: of one customer, of what waits on a connection, of a selection."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from counterfoil.connections import factory
from counterfoil.console.customers.bulk import asked_for, list_address, sealed, unsealed
from counterfoil.console.lists.admin_base import ListAdmin, current_user
from counterfoil.console.runs import start
from counterfoil.console.site import permissions
from counterfoil.console.site.errors import ErrorNotices
from counterfoil.edits import request_push
from counterfoil.edits import request_push as edits
from counterfoil.mirror import edit_status
from counterfoil.mirror.models import Allowance, Connection, Customer, Run
from counterfoil.mirror.selection import Selection
from counterfoil.worker import wake


def queue_push(
    request: HttpRequest, connection: Connection, back: str, records: Sequence[int] | None = None
) -> HttpResponse:
    """Queue a push and show it; where that fails, say why on the page `back`."""
    start.require_permission(request, permissions.PUSH)
    with ErrorNotices(request):
        with transaction.atomic():
            Connection.objects.locked(connection.pk)  # a double click queues one run
            run = edits.request_push(connection, current_user(request), records)
            wake.nudge()
        messages.success(request, f"Push of {connection.name} is queued as run {run.pk}.")
        return start.redirect_to_run(run)
    return redirect(back)


def queue_selected(admin: ListAdmin[Customer], request: HttpRequest) -> HttpResponse:
    """Say what pushing the selected customers takes; then, when that was agreed to, queue it."""
    start.require_permission(request, permissions.PUSH)
    start.require_permission(request, permissions.SEE_CUSTOMERS)
    agreed = unsealed(request, request.POST.get("selection", ""))
    if agreed is not None:
        return _queue(request, agreed)
    chosen = asked_for(request)
    shares = plan(chosen := bounded(chosen)) if chosen else []
    if chosen is None or not shares:
        messages.warning(request, "Tick at least one customer with an edit that is not confirmed yet, then push.")
        return redirect(list_address(Selection.from_parameters(request.POST.dict())))
    return admin.render_page(request, "console/push_selected.html", Customer(), **question(chosen, shares))


def _queue(request: HttpRequest, chosen: Selection) -> HttpResponse:
    with transaction.atomic():
        asked = queue_pushes(chosen, current_user(request))
        wake.nudge()
    if not asked:
        messages.warning(request, "None of these customers has anything to push any more: nothing was queued.")
        return redirect(list_address(chosen))
    numbers = ", ".join(str(run.pk) for run in asked)
    messages.success(request, f"Queued as run {numbers}." if len(asked) == 1 else f"Queued as runs {numbers}.")
    if len(asked) == 1:
        return start.redirect_to_run(asked[0])
    return redirect(f"{reverse('admin:counterfoil_mirror_run_changelist')}?kind=push")


CALLS = 3
"""Of one record: read again, sent, read back."""


@dataclass(frozen=True, slots=True)
class PushShare:
    """What a selection means for one connection. `calls_left` is None where the upstream has said nothing."""

    connection: Connection
    title: str
    records: list[int]
    edits: int
    calls_left: int | None

    @property
    def calls(self) -> int:
        """About how many."""
        return CALLS * len(self.records)

    @property
    def fits(self) -> bool:
        """Whether today's calls are enough, as far as is known."""
        return self.calls_left is None or self.calls <= self.calls_left


def bounded(selection: Selection) -> Selection:
    """As it stands now."""
    return selection.bounded(timezone.now())


def plan(selection: Selection) -> list[PushShare]:
    """Those that have edits to push, by connection."""
    return [share for connection in _writable(selection) if (share := _share(connection, selection)).records]


def queue_pushes(selection: Selection, user: AbstractBaseUser) -> list[Run]:
    """Queue a push for every connection that has some of them. In the caller's transaction; asked twice, it is
    queued once."""
    shares = plan(selection)
    keys = [share.connection.pk for share in shares]
    list(Connection.objects.select_for_update().filter(pk__in=keys).order_by("pk"))  # a double click asks once
    return [request_push.request_push(share.connection, user, share.records) for share in shares]


def question(selection: Selection, shares: list[PushShare]) -> dict[str, Any]:
    """What a person is told before a selection is pushed."""
    return {
        "title": "Push edits",
        "original": "Push",
        "sealed": sealed(selection),
        "total": sum(len(share.records) for share in shares),
        "shares": shares,
        "several": len(shares) > 1,
        "back": list_address(selection),
    }


def _writable(selection: Selection) -> Iterable[Connection]:
    found = Connection.objects.select_related("owner")
    if selection.visible is not None:
        found = found.filter(pk__in=selection.visible)
    return (connection for connection in found if factory.writer(connection) is not None)


def _share(connection: Connection, selection: Selection) -> PushShare:
    waiting = edit_status.records_to_push(connection)
    rows = selection.rows(timezone.now()).filter(connection=connection, pk__in=waiting)
    chosen = set(rows.values_list("pk", flat=True))
    records = [record for record in waiting if record in chosen]
    allowance = Allowance.objects.filter(connection=connection).first()
    return PushShare(
        connection,
        factory.connector_class(connection).title,
        records,
        edit_status.waiting_edits().filter(connection=connection, record_id__in=records).count(),
        allowance.daily_remaining if allowance else None,
    )
