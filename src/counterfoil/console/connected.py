"""What follows when a connection was made, or got another address or key: it is noted, said and shown."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from counterfoil.mirror.models import Connection

if TYPE_CHECKING:
    from counterfoil.console.connections import ConnectionAdmin


def shown(admin: "ConnectionAdmin", request: HttpRequest, made: tuple[Connection, str, bool]) -> HttpResponse:
    """The connection's page. `made` is what `connections.connect` returns."""
    connection, answer, new = made
    if new:
        admin.log_addition(request, connection, "Connected.")
    else:
        admin.log_change(request, connection, "Another address or key.")
    messages.success(request, f"{answer} {'Press “Sync now” to list everything.' if new else ''}".strip())
    return redirect("admin:mirror_connection_change", connection.pk)
