"""The notice on every page that a restored install is on hold, and the button that ends it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from counterfoil.console.lists.admin_base import current_user
from counterfoil.console.site import permissions
from counterfoil.mirror import hold
from counterfoil.worker import wake


def context(request: HttpRequest) -> dict[str, Any]:
    """Return what the notice needs; nothing for an install that works, or before the login."""
    held = hold.current() if request.user.is_authenticated else None
    return {"hold": held, "may_go_live": request.user.has_perm(permissions.GO_LIVE)} if held else {}


def go_live(request: HttpRequest) -> HttpResponse:
    """Let the install work."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not request.user.has_perm(permissions.GO_LIVE):
        raise PermissionDenied
    if hold.go_live(timezone.now(), current_user(request)):
        wake.nudge()
        messages.success(request, "This Counterfoil is live: syncs, edits to be sent and webhooks go on.")
    return redirect("admin:index")
