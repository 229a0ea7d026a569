"""Bulk actions on customers: the selection bar, and the confirmation of a sync."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.admin.views.main import ChangeList
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from counterfoil.connections import wording
from counterfoil.console.lists import bulk
from counterfoil.console.lists.system import shared_system
from counterfoil.console.runs import start
from counterfoil.console.site import permissions, visibility
from counterfoil.console.widgets import formats
from counterfoil.mirror.models import Run, RunKind
from counterfoil.mirror.selection import FILTERS, Selection
from counterfoil.sync.selection import SelectionShare

_SALT = "customer-selection"


def bar(request: HttpRequest, cl: ChangeList, *, whole: bool = True) -> dict[str, Any] | None:
    """Return the context of the selection bar; None for a user without any bulk action.

    `whole` tells that search and filters can stand for all rows of the list: it lists nothing else than what
    matches exactly, and is narrowed by known filters only.
    """
    if not may_any(request):
        return None
    return {
        "buttons": "console/customer_buttons.html",
        "may_sync": request.user.has_perm(permissions.SYNC_CUSTOMER),
        "may_push": request.user.has_perm(permissions.PUSH),
        "may_export": request.user.has_perm(permissions.EXPORT_CUSTOMER),
        "parameters": Selection.from_parameters(request.GET.dict()).parameters,
        "whole": whole and set(cl.get_filters_params()) <= set(FILTERS),
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
