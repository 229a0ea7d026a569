"""What is done with many customers at once: the bar above the list, the question before a sync, the export."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import structlog
from django.contrib.admin.views.main import ChangeList
from django.core import signing
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from counterfoil.console.lists import bulk
from counterfoil.console.lists.admin_base import current_user
from counterfoil.console.site import permissions, visibility
from counterfoil.console.widgets import formats
from counterfoil.mirror import csv_export
from counterfoil.mirror.models import Connection
from counterfoil.mirror.selection import FILTERS, Selection
from counterfoil.sync.selection import SelectionShare

log = structlog.get_logger()

_SALT = "customer-selection"


def bar(request: HttpRequest, cl: ChangeList) -> dict[str, Any] | None:
    """What the bar needs; None for somebody who may do nothing with a selection.

    `whole` says that search and filters say all there is to say about the list, so that they can stand for it.
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
    """Whether the person may do something with several."""
    return any(
        request.user.has_perm(code)
        for code in (permissions.SYNC_CUSTOMER, permissions.PUSH, permissions.EXPORT_CUSTOMER)
    )


def asked_for(request: HttpRequest) -> Selection | None:
    """The rows that were ticked, or all that match; None where nothing was chosen."""
    everything = "whole" in request.POST and "all" in request.POST
    picked = [] if everything else request.POST.getlist("pick")
    found = _seen(request, Selection.from_parameters(request.POST.dict(), picked))
    return found if found.picked or everything else None


def whole(request: HttpRequest) -> Selection:
    """All that match the search and the filters of a form."""
    return _seen(request, Selection.from_parameters(request.POST.dict()))


def _seen(request: HttpRequest, selection: Selection) -> Selection:
    """Never more than the person may see."""
    known = visibility.visible_keys(request)
    return replace(selection, visible=None if known is None else tuple(sorted(known)))


def sealed(selection: Selection) -> str:
    """For a form: it comes back as it was given out."""
    return signing.dumps(selection.stored(), salt=_SALT)


def unsealed(request: HttpRequest, text: str) -> Selection | None:
    """The opposite; None for anything else."""
    said = bulk.unseal(text, _SALT)
    return None if said is None else _seen(request, Selection.restored(said))


def question(selection: Selection, shares: list[SelectionShare]) -> dict[str, Any]:
    """What a person is told before a selection is synced."""
    return {
        "title": "Sync customers",
        "original": "Sync",
        "sealed": sealed(selection),
        "total": sum(share.forecast.customers for share in shares),
        "shares": [(share, formats.duration_text(max(1, share.forecast.seconds))) for share in shares],
        "several": len(shares) > 1,
        "back": list_address(selection),
    }


def list_address(selection: Selection) -> str:
    """The list with the same search and filters."""
    return bulk.address("admin:counterfoil_mirror_customer_changelist", selection.parameters)


def export(request: HttpRequest, selection: Selection) -> StreamingHttpResponse:
    """The selection as a file, sent while it is written. The log keeps who, how many and by which filters."""
    now = timezone.now()
    name = file_name(selection, timezone.localtime(now).date().isoformat())
    return StreamingHttpResponse(
        _told(selection, request),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "",
            "Cache-Control": "no-store",
        },
    )


def file_name(selection: Selection, day: str) -> str:
    """As in customers-acme-2026-11-20.csv; without a connection where there are several."""
    connections = Connection.objects.all()
    if selection.visible is not None:
        connections = connections.filter(pk__in=selection.visible)
    if selection.picked:
        connections = connections.filter(pk__in=selection.rows(timezone.now()).values("connection_id"))
    elif (chosen := selection.filters.get("connection", "")).isdecimal():
        connections = connections.filter(pk=int(chosen))
    names = list(connections.values_list("name", flat=True)[:2])
    only = slugify(names[0]) if len(names) == 1 else ""
    return "-".join(part for part in ("customers", only, day) if part) + ".csv"


def _told(selection: Selection, request: HttpRequest) -> Iterator[bytes]:
    done, complete = 0, False

    def counted(rows: int) -> None:
        nonlocal done
        done = rows

    try:
        yield from csv_export.csv_chunks(selection.rows(timezone.now()), counted)
        complete = True
    finally:
        log.info(
            "customers exported",
            user=current_user(request).pk,
            rows=done,
            filters=selection.names,
            complete=complete,
        )
