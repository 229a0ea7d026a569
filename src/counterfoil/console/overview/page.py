"""The overview: connections as cards with their status, charts, the latest runs; or how to start a first sync."""

import shlex
from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse

from counterfoil.console.connections.health import health_of
from counterfoil.console.overview import trends
from counterfoil.console.runs.detail import poll_interval
from counterfoil.console.site import permissions, visibility
from counterfoil.mirror import edit_status, workers
from counterfoil.mirror.models import Connection, Run

LATEST = 10


def context(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the page."""
    if not request.user.has_perm("counterfoil_mirror.view_connection"):
        return {"connections": [], "without_permission": True, "login": shlex.quote(request.user.get_username())}
    connections = [
        health_of(connection)
        for connection in visibility.narrow(
            request, Connection.objects.filter(removed_at=None).select_related("owner")
        )
    ]
    edits = edit_status.count_by_connection([health.connection.pk for health in connections])
    return {
        "connections": [(health, edits[health.connection.pk]) for health in connections],
        "without_connections": not connections and not request.user.has_perm(permissions.CONNECT),
        "first_steps": not any(health.total or health.facts["last_full_pass"] for health in connections),
        "charts": trends.charts([health.connection.pk for health in connections]) if connections else [],
        "no_worker": workers.notice() if connections else "",
        "may_ask": request.user.has_perm(permissions.SYNC),
        "is_fullwidth": "1",
        **_runs(request),
    }


def latest_runs(request: HttpRequest) -> TemplateResponse:
    """Render the latest runs alone."""
    runs = _runs(request)
    answer = TemplateResponse(request, "console/latest_runs.html", runs)
    answer["X-Again"] = str(runs["again"])
    answer["Cache-Control"] = "no-store"
    return answer


def _runs(request: HttpRequest) -> dict[str, Any]:
    if not request.user.has_perm("counterfoil_mirror.view_run"):
        return {"runs": [], "again": 0}
    found = list(
        visibility.narrow(request, Run.objects.select_related("connection__owner")).order_by("-id")[:LATEST]
    )
    waits = [wait for run in found if (wait := poll_interval(run))]
    return {"runs": found, "again": 2 * min(waits) if waits else 0}
