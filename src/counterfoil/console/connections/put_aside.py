"""A connection put aside: paused for a while, or removed, with the question what happens to its records."""

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminTextInputWidget

from counterfoil.connections import wording
from counterfoil.console.lists.admin_base import current_user
from counterfoil.console.site.errors import ErrorNotices
from counterfoil.mirror.models import Connection, Removal
from counterfoil.worker import removal
from counterfoil.worker.pause import pause_connection, unpause_connection

if TYPE_CHECKING:
    from counterfoil.console.connections.admin import ConnectionAdmin


class _NameForm(forms.Form):
    name = forms.CharField(max_length=80, widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}))


def pause(admin: "ConnectionAdmin", request: HttpRequest, connection: Connection) -> HttpResponse:
    """Pause it and show its page."""
    with ErrorNotices(request):
        if pause_connection(connection, current_user(request)):
            admin.log_change(request, connection, "Paused.")
        messages.success(request, "Paused. Webhooks are stored, edits wait.")
    return redirect("admin:counterfoil_mirror_connection_change", connection.pk)


def unpause(admin: "ConnectionAdmin", request: HttpRequest, connection: Connection) -> HttpResponse:
    """Resume it and show its page."""
    if unpause_connection(connection, current_user(request)):
        admin.log_change(request, connection, "Resumed.")
    messages.success(request, "Resumed. What has waited is carried out now.")
    return redirect("admin:counterfoil_mirror_connection_change", connection.pk)


def removal_page(admin: "ConnectionAdmin", request: HttpRequest, connection: Connection) -> HttpResponse:
    """Ask, with the counts and the name to be typed; remove the connection when both are given."""
    wrong = ""
    if request.method == "POST":
        typed, chosen = request.POST.get("name", "").strip(), request.POST.get("records", "")
        if chosen not in Removal.values:
            wrong = "Choose what happens to its records."
        elif typed != connection.name:
            wrong = "That is not the connection's name."
        else:
            return _remove(admin, request, connection, Removal(chosen))
    context = {
        **admin.admin_site.each_context(request),
        "title": f"Remove {connection.called}",
        "original": connection,
        "opts": Connection._meta,  # noqa: SLF001  as Django's own pages
        "system": wording.system(connection),
        "counts": removal.count(connection),
        "chosen": request.POST.get("records", ""),
        "wrong": wrong,
        "form": _NameForm(),
    }
    return TemplateResponse(request, "console/remove_connection.html", context, status=400 if wrong else 200)


def _remove(
    admin: "ConnectionAdmin", request: HttpRequest, connection: Connection, chosen: Removal
) -> HttpResponse:
    name = connection.called
    with ErrorNotices(request):
        if connection.removed_at is not None:
            removal.delete_kept(connection)
            by_hand = []
        else:
            by_hand = removal.remove(connection, chosen, current_user(request))
        admin.log_change(request, connection, f"Removed ({chosen.label.lower()}).")
        for words in by_hand:
            messages.warning(request, words)
        if chosen == Removal.DELETE:
            messages.success(request, f"“{name}” is removed. A worker is deleting its records.")
            return redirect("admin:counterfoil_mirror_connection_changelist")
        messages.success(request, f"“{name}” is removed. Its records are kept, read-only.")
    return redirect("admin:counterfoil_mirror_connection_change", connection.pk)
