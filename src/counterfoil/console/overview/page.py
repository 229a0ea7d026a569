"""The overview: is my copy true and fresh? Connections as cards, the latest runs, or the way to a first sync."""

import shlex
from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse

from counterfoil.console.connections import health
from counterfoil.console.overview import trends
from counterfoil.console.runs.detail import again
from counterfoil.console.site import permissions, visibility
from counterfoil.mirror import edit_status
from counterfoil.mirror.models import Connection, Run

LATEST = 10


def context(request: HttpRequest) -> dict[str, Any]:
    """What the page needs."""
    if not request.user.has_perm("counterfoil_mirror.view_connection"):
        return {"connections": [], "blind": True, "login": shlex.quote(request.user.get_username())}
    connections = [
        health.health_of(connection)
        for connection in visibility.narrow(request, Connection.objects.select_related("owner"))
    ]
    edits = edit_status.count_by_connection([found.connection.pk for found in connections])
    return {
        "connections": [(found, edits[found.connection.pk]) for found in connections],
        "nothing_open": not connections and not request.user.has_perm(permissions.CONNECT),
        "first_steps": not any(known.total or known.facts["last_full_pass"] for known in connections),
        "charts": trends.charts([known.connection.pk for known in connections]) if connections else [],
        "may_ask": request.user.has_perm(permissions.SYNC),
        "is_fullwidth": "1",
        **_runs(request),
    }


def latest_runs(request: HttpRequest) -> TemplateResponse:
    """The runs alone."""
    found = _runs(request)
    answer = TemplateResponse(request, "console/latest_runs.html", found)
    answer["X-Again"] = str(found["again"])
    answer["Cache-Control"] = "no-store"
    return answer


def _runs(request: HttpRequest) -> dict[str, Any]:
    if not request.user.has_perm("counterfoil_mirror.view_run"):
        return {"runs": [], "again": 0}
    found = list(
        visibility.narrow(request, Run.objects.select_related("connection__owner")).order_by("-id")[:LATEST]
    )
    waits = [wait for run in found if (wait := again(run))]
    return {"runs": found, "again": 2 * min(waits) if waits else 0}
