"""Connecting by a login in the browser: to the system, back from it, and the choice between tenants.

`connections.browser_login` keeps what has to be remembered meanwhile, including secrets. When something goes wrong
the form is shown again with the problem and everything that was typed except secrets.
"""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from counterfoil.connections import browser_login
from counterfoil.connections.browser_login import Login, Visit
from counterfoil.connections.connect import Draft
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.console.connections.connect_form import ConnectForm
from counterfoil.console.lists.admin_base import current_user
from counterfoil.console.runs import start
from counterfoil.console.site import permissions
from counterfoil.errors import CounterfoilError, NotFound
from counterfoil.mirror.models import Connection

if TYPE_CHECKING:
    from counterfoil.console.connections.admin import ConnectionAdmin


AGAIN = "connect_again"
"""The session's key for what the form shows again."""


def redirect_uri(request: HttpRequest) -> str:
    """Return the address that systems send browsers back to, under the name by which this console is opened."""
    return request.build_absolute_uri(reverse("admin:counterfoil_mirror_connection_logged_in"))


def begin(request: HttpRequest, draft: Draft, existing: Connection | None) -> HttpResponse:
    """Send the browser to the system's login."""
    login = Login(draft, redirect_uri(request), existing.pk if existing else None)
    return HttpResponseRedirect(browser_login.begin(login, _visit(request)))


def returned(admin: "ConnectionAdmin", request: HttpRequest) -> HttpResponse:
    """Finish a login: connect, or ask which tenant to connect."""
    try:
        login = browser_login.consume(request.GET.get("state", ""), _visit(request))
    except NotFound as error:
        return _render_unknown(admin, request, error)
    _require(admin, request, login)
    try:
        login = browser_login.exchange(login, request.GET.dict())
        tenant = browser_login.only_tenant(login)
        if tenant is None:
            return redirect(
                "admin:counterfoil_mirror_connection_choose", browser_login.remember_choice(login, _visit(request))
            )
        return show_connected(admin, request, browser_login.finish(login, tenant))
    except CounterfoilError as error:
        return _redirect_to_form(request, login, error)


def choose(admin: "ConnectionAdmin", request: HttpRequest, number: int) -> HttpResponse:
    """Ask which of several tenants to connect, then connect it."""
    try:
        login = browser_login.find_choice(number, _visit(request))
        _require(admin, request, login)
        tenant = request.POST.get("tenant", "")
        if tenant not in {one.id for one in login.tenants}:
            return _render_choice(admin, request, login)
        login = browser_login.consume_choice(number, _visit(request))
    except NotFound as error:
        return _render_unknown(admin, request, error)
    try:
        return show_connected(admin, request, browser_login.finish(login, tenant))
    except CounterfoilError as error:
        return _redirect_to_form(request, login, error)


def problem(request: HttpRequest, form: ConnectForm) -> str | None:
    """Return what went wrong with a login that this form started, and fill in again what was typed."""
    again: dict[str, Any] = request.session.get(AGAIN) or {}
    if again.get("kind") != form.kind.name or again.get("renews") != (form.existing.pk if form.existing else None):
        return None
    del request.session[AGAIN]
    form.initial.update(again["typed"])
    return str(again["problem"])


def _redirect_to_form(request: HttpRequest, login: Login, error: CounterfoilError) -> HttpResponse:
    draft = login.draft
    request.session[AGAIN] = {
        "kind": draft.connector,
        "renews": login.renews,
        "typed": {**draft.settings, "name": draft.name, "country": draft.country},
        "problem": str(error),
    }
    if login.renews is not None:
        return redirect("admin:counterfoil_mirror_connection_key", login.renews)
    return redirect(f"{reverse('admin:counterfoil_mirror_connection_add')}?kind={draft.connector}")


def _render_choice(admin: "ConnectionAdmin", request: HttpRequest, login: Login) -> HttpResponse:
    kind = CONNECTORS[login.draft.connector]
    noun = next(field.label.lower() for field in kind.connect_fields if field.name == login.flow.tenant_field)
    return admin.render_page(
        request,
        "console/choose_tenant.html",
        None,
        login=login,
        system=kind.title,
        noun=noun,
        nothing_chosen=request.method == "POST",
        title=f"Choose the {noun}",
    )


def _render_unknown(admin: "ConnectionAdmin", request: HttpRequest, error: NotFound) -> HttpResponse:
    page = admin.render_page(request, "console/login_unknown.html", None, error=error, title="Not connected")
    page.status_code = 400
    return page


def _require(admin: "ConnectionAdmin", request: HttpRequest, login: Login) -> None:
    """Check that the user may still do this, and still sees the connection that is renewed."""
    start.require_permission(request, permissions.CONNECT if login.renews is None else permissions.GRANT)
    if login.renews is not None:
        admin.get_record(request, login.renews)


def _visit(request: HttpRequest) -> Visit:
    return Visit(cast(int, current_user(request).pk), request.session.session_key or "")


def show_connected(
    admin: "ConnectionAdmin", request: HttpRequest, made: tuple[Connection, str, bool]
) -> HttpResponse:
    """Report success and show the connection's page. `made` is what `connections.connect` returns."""
    connection, answer, new = made
    if new:
        admin.log_addition(request, connection, "Connected.")
    else:
        admin.log_change(request, connection, "Changed the address or key.")
    messages.success(request, f"{answer} {'Press “Sync now” to start the first sync.' if new else ''}".strip())
    return redirect("admin:counterfoil_mirror_connection_change", connection.pk)
