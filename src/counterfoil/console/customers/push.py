"""Sending edits on request: those of one customer, of a connection, or of a selection."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from counterfoil.connections import factory, wording
from counterfoil.console.customers.bulk import list_address, posted_selection, read_signed, redirect_to_runs, sign
from counterfoil.console.lists.admin_base import ListAdmin, current_user
from counterfoil.console.runs import start
from counterfoil.console.site import permissions
from counterfoil.console.site.errors import ErrorNotices
from counterfoil.edits import request_push
from counterfoil.mirror import edit_status, sharing
from counterfoil.mirror.models import Connection, Customer, Run, RunKind
from counterfoil.mirror.selection import Selection
from counterfoil.worker import wake


def queue_push(
    request: HttpRequest, connection: Connection, back: str, records: Sequence[int] | None = None
) -> HttpResponse:
    """Queue a push and redirect to it; if that fails, redirect to `back` with the reason."""
    start.require_permission(request, permissions.PUSH)
    with ErrorNotices(request):
        with transaction.atomic():
            Connection.objects.locked(connection.pk)  # a double click queues one run
            run = request_push.request_push(connection, current_user(request), records)
            wake.nudge()
        messages.success(request, f"Queued as run {run.pk}: edits are sent to {wording.system(connection)}.")
        return start.redirect_to_run(run)
    return redirect(back)


def queue_selected(admin: ListAdmin[Customer], request: HttpRequest) -> HttpResponse:
    """Ask for confirmation of a push of the selected customers; queue it once confirmed."""
    start.require_permission(request, permissions.PUSH)
    start.require_permission(request, permissions.SEE_CUSTOMERS)
    confirmed = read_signed(request, request.POST.get("selection", ""))
    if confirmed is not None:
        return _queue(request, confirmed)
    chosen = posted_selection(request)
    shares = plan(chosen := chosen.bounded(timezone.now())) if chosen else []
    if chosen is None or not shares:
        messages.warning(request, "Select at least one customer with an edit that is waiting to be sent.")
        return redirect(list_address(Selection.from_parameters(request.POST.dict())))
    return admin.render_page(request, "console/push_selected.html", Customer(), **_confirmation(chosen, shares))


def _queue(request: HttpRequest, chosen: Selection) -> HttpResponse:
    with transaction.atomic():
        runs = queue_pushes(chosen, current_user(request))
        wake.nudge()
    if not runs:
        messages.warning(request, "Nothing was queued: none of these customers has edits to send any more.")
        return redirect(list_address(chosen))
    return redirect_to_runs(request, runs, RunKind.PUSH)


CALLS = 3
"""API calls per record: read again, send, read back."""


@dataclass(frozen=True, slots=True)
class PushShare:
    """What a push of a selection needs on one connection. `calls_left` today is None where it is not known."""

    connection: Connection
    system: str
    records: list[int]
    edits: int
    calls_left: int | None

    @property
    def calls(self) -> int:
        """The approximate number of API calls."""
        return CALLS * len(self.records)

    @property
    def fits(self) -> bool:
        """Whether today's calls are enough, as far as is known."""
        return self.calls_left is None or self.calls <= self.calls_left


def plan(selection: Selection) -> list[PushShare]:
    """Return the customers with edits to push, by connection."""
    return [share for connection in _writable(selection) if (share := _share(connection, selection)).records]


def queue_pushes(selection: Selection, user: AbstractBaseUser) -> list[Run]:
    """Queue a push for every connection of the selection, in the caller's transaction.

    A push that is already queued is returned as it is.
    """
    shares = plan(selection)
    keys = [share.connection.pk for share in shares]
    list(Connection.objects.select_for_update().filter(pk__in=keys).order_by("pk"))  # a double click asks once
    return [request_push.request_push(share.connection, user, share.records) for share in shares]


def _confirmation(selection: Selection, shares: list[PushShare]) -> dict[str, Any]:
    return {
        "title": "Send edits",
        "original": "Send",
        "sealed": sign(selection),
        "total": sum(len(share.records) for share in shares),
        "shares": shares,
        "several": len(shares) > 1,
        "back": list_address(selection),
    }


def _writable(selection: Selection) -> Iterable[Connection]:
    connections = Connection.objects.select_related("owner")
    if selection.visible is not None:
        connections = connections.filter(pk__in=selection.visible)
    return (connection for connection in connections if factory.writer(connection) is not None)


def _share(connection: Connection, selection: Selection) -> PushShare:
    waiting = edit_status.records_to_push(connection)
    rows = selection.rows(timezone.now()).filter(connection=connection, pk__in=waiting)
    chosen = set(rows.values_list("pk", flat=True))
    records = [record for record in waiting if record in chosen]
    return PushShare(
        connection,
        wording.system(connection),
        records,
        edit_status.waiting_edits().filter(connection=connection, record_id__in=records).count(),
        sharing.load_allowance(connection.pk).daily_remaining,
    )
