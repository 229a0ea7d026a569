"""Bulk actions on customers: the selection bar, the confirmation of a sync, and the export."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import structlog
from django.contrib import messages
from django.contrib.admin.views.main import ChangeList
from django.core import signing
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from counterfoil.connections import wording
from counterfoil.console.lists import bulk
from counterfoil.console.lists.admin_base import current_user
from counterfoil.console.lists.system import shared_system
from counterfoil.console.runs import start
from counterfoil.console.site import permissions, visibility
from counterfoil.console.widgets import formats
from counterfoil.mirror import csv_export
from counterfoil.mirror.models import Connection, Run, RunKind
from counterfoil.mirror.pagination import parse_key
from counterfoil.mirror.selection import FILTERS, Selection
from counterfoil.sync.selection import SelectionShare

log = structlog.get_logger()

_SALT = "customer-selection"


def bar(request: HttpRequest, cl: ChangeList) -> dict[str, Any] | None:
    """Return the context of the selection bar; None for a user without any bulk action.

    `whole` tells that the list is narrowed by known filters only, so that they can stand for all its rows.
    """
    if not may_any(request):
        return None
    return {
        "buttons": "console/customer_buttons.html",
        "may_sync": request.user.has_perm(permissions.SYNC_CUSTOMER),
        "may_push": request.user.has_perm(permissions.PUSH),
        "may_export": request.user.has_perm(permissions.EXPORT_CUSTOMER),
        "parameters": Selection.from_parameters(request.GET.dict()).parameters,
        "whole": set(cl.get_filters_params()) <= set(FILTERS),
    }


def may_any(request: HttpRequest) -> bool:
    """Return whether the user may do anything with a selection."""
    return any(
        request.user.has_perm(code)
        for code in (permissions.SYNC_CUSTOMER, permissions.PUSH, permissions.EXPORT_CUSTOMER)
    )


def posted_selection(request: HttpRequest) -> Selection | None:
    """Return the ticked rows, or all that match; None where nothing was selected."""
    everything = "whole" in request.POST and "all" in request.POST
    picked = [] if everything else request.POST.getlist("pick")
    found = _narrow(request, Selection.from_parameters(request.POST.dict(), picked))
    return found if found.picked or everything else None


def all_matching(request: HttpRequest) -> Selection:
    """Return all rows that match the search and the filters of a form."""
    return _narrow(request, Selection.from_parameters(request.POST.dict()))


def _narrow(request: HttpRequest, selection: Selection) -> Selection:
    """Limit a selection to the connections that the user sees."""
    keys = visibility.visible_keys(request)
    return replace(selection, visible=None if keys is None else tuple(sorted(keys)))


def sign(selection: Selection) -> str:
    """Sign a selection for a form, so that it comes back unchanged."""
    return signing.dumps(selection.stored(), salt=_SALT)


def read_signed(request: HttpRequest, text: str) -> Selection | None:
    """Read what `sign` made; None for any other text."""
    stored = bulk.unseal(text, _SALT)
    return None if stored is None else _narrow(request, Selection.restored(stored))


def confirmation(selection: Selection, shares: list[SelectionShare]) -> dict[str, Any]:
    """Return the context of the page that asks before a selection is synced."""
    return {
        "title": "Refresh customers",
        "original": "Refresh",
        "system": shared_system(share.connection for share in shares),
        "sealed": sign(selection),
        "total": sum(share.forecast.customers for share in shares),
        "shares": [
            (share, wording.system(share.connection), formats.duration_text(max(1, share.forecast.seconds)))
            for share in shares
        ],
        "several": len(shares) > 1,
        "back": list_address(selection),
    }


def list_address(selection: Selection) -> str:
    """Return the address of the list with the same search and filters."""
    return bulk.address("admin:counterfoil_mirror_customer_changelist", selection.parameters)


def redirect_to_runs(request: HttpRequest, runs: Sequence[Run], kind: RunKind) -> HttpResponse:
    """Say which runs were queued, and redirect to the run or to the list of runs of this kind."""
    numbers = ", ".join(str(run.pk) for run in runs)
    messages.success(request, f"Queued as run{'' if len(runs) == 1 else 's'} {numbers}.")
    if len(runs) == 1:
        return start.redirect_to_run(runs[0])
    return redirect(f"{reverse('admin:counterfoil_mirror_run_changelist')}?kind={kind}")


def export(request: HttpRequest, selection: Selection) -> StreamingHttpResponse:
    """Stream the selection as a CSV file. The log keeps who, how many rows, and the names of the filters."""
    now = timezone.now()
    name = file_name(selection, timezone.localtime(now).date().isoformat())
    return StreamingHttpResponse(
        _logged_chunks(selection, request),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "",
            "Cache-Control": "no-store",
        },
    )


def file_name(selection: Selection, day: str) -> str:
    """Name the file, as in customers-acme-2026-11-20.csv, without a connection where there are several."""
    connections = Connection.objects.all()
    if selection.visible is not None:
        connections = connections.filter(pk__in=selection.visible)
    if selection.picked:
        connections = connections.filter(pk__in=selection.rows(timezone.now()).values("connection_id"))
    elif (chosen := parse_key(selection.filters.get("connection", ""))) is not None:
        connections = connections.filter(pk=chosen)
    names = list(connections.values_list("name", flat=True)[:2])
    only = slugify(names[0]) if len(names) == 1 else ""
    return "-".join(part for part in ("customers", only, day) if part) + ".csv"


def _logged_chunks(selection: Selection, request: HttpRequest) -> Iterator[bytes]:
    done, complete = 0, False

    def count(rows: int) -> None:
        nonlocal done
        done = rows

    try:
        yield from csv_export.csv_chunks(
            selection.rows(timezone.now()), count, with_persons=request.user.has_perm(permissions.SEE_PERSONS)
        )
        complete = True
    finally:
        log.info(
            "customers exported",
            user=current_user(request).pk,
            rows=done,
            filters=selection.names,
            complete=complete,
        )
