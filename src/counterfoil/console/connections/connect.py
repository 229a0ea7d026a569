"""Connecting a system from the console, and changing the address or key of a connection.

The connector lists the fields of the form. Nothing is stored before a real call has worked with it, and no secret
is ever sent back to a browser: the address cannot be changed without typing the secrets again, so nobody can learn
a stored key by having it sent elsewhere.
"""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from counterfoil.connections import connect as engine
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.console.connections import browser_login
from counterfoil.console.connections.connect_form import LOG_IN, ConnectForm
from counterfoil.errors import CounterfoilError
from counterfoil.mirror.models import Connection

if TYPE_CHECKING:
    from counterfoil.console.connections.admin import ConnectionAdmin


def page(admin: "ConnectionAdmin", request: HttpRequest, existing: Connection | None = None) -> HttpResponse:
    """Show the form; store the connection once a real call has worked with what was typed."""
    kinds = [kind for kind in CONNECTORS.values() if kind.connect_fields]
    wanted = existing.connector if existing else request.GET.get("kind")
    kind = next((kind for kind in kinds if kind.name == wanted), None if existing else kinds[0])
    if kind is None:
        messages.error(request, "This connection can only be changed on the command line.")
        return redirect("admin:counterfoil_mirror_connection_changelist")
    form = ConnectForm(kind, existing, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            if form.by_login:
                return browser_login.begin(request, form.draft(), existing)
            return browser_login.show_connected(admin, request, engine.connect(form.draft()))
        except CounterfoilError as error:
            form.add_error(None, str(error))
    return admin.render_page(
        request,
        "console/connect.html",
        existing,
        form=form,
        system=kind.title,
        login=kind.login,
        log_in=LOG_IN,
        redirect_uri=browser_login.redirect_uri(request),
        problem=None if form.is_bound else browser_login.problem(request, form),
        others=[(other.name, other.title) for other in kinds if other is not kind],
        title=f"Change address or key of {existing.name}" if existing else f"Connect {kind.title}",
    )
