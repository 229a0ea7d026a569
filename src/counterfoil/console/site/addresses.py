"""The addresses of the screens: short, without the names of apps; and redirects from former addresses."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

ADDRESSES = {
    "connection": "connections",
    "customer": "customers",
    "invoice": "invoices",
    "run": "runs",
    "conflict": "conflicts",
    "quarantinedrecord": "import-problems",
    "delivery": "webhooks",
    "user": "users",
    "group": "groups",
}
"""By model name. A record's page is `<address>/<key>/`."""
FORMER_ADDRESSES = {
    "mirror/connection": "connections",
    "mirror/customer": "customers",
    "mirror/invoice": "invoices",
    "mirror/run": "runs",
    "mirror/conflict": "conflicts",
    "mirror/setaside": "import-problems",
    "inbox/delivery": "webhooks",
    "auth/user": "users",
    "auth/group": "groups",
}
LOGIN_BACK = "mirror/connection/login/"
"""Where connected systems send browsers back to after a login. It is registered there, so it never changes."""


def route_screens(model_admin: "ModelAdmin[Any]") -> "URLResolver":
    """Route one model's screens below its address. Raises KeyError for a model without one."""
    address = ADDRESSES[str(model_admin.opts.model_name)]
    return path(f"{address}/", include(_shorten(model_admin.get_urls(), model_admin)))


def route_former_addresses() -> "list[URLPattern]":
    """Redirect from former addresses to today's, keeping query and method."""
    return [
        path(f"{former}/<path:rest>", _redirect, {"address": address})
        for former, address in FORMER_ADDRESSES.items()
    ] + [
        path(f"{former}/", _redirect, {"address": address, "rest": ""})
        for former, address in FORMER_ADDRESSES.items()
    ]


def _shorten(patterns: Iterable[URLPattern], model_admin: "ModelAdmin[Any]") -> list[URLPattern]:
    """Drop `change/` from the page of a record; it comes last because it matches any ending."""
    name = f"{model_admin.opts.app_label}_{model_admin.opts.model_name}_change"
    page = [pattern for pattern in patterns if pattern.name == name]
    others = [
        pattern
        for pattern in patterns
        if pattern.name != name and getattr(pattern.callback, "view_class", None) is not RedirectView
    ]
    return [*others, *(path("<path:object_id>/", pattern.callback, name=name) for pattern in page)]


def _redirect(request: HttpRequest, address: str, rest: str) -> HttpResponse:
    query = request.META.get("QUERY_STRING", "")
    rest = rest.removesuffix("change/") if rest.endswith("/change/") else rest
    where = f"{request.META.get('SCRIPT_NAME', '')}/{address}/{rest}" + (f"?{query}" if query else "")
    return HttpResponsePermanentRedirect(where, preserve_request=request.method not in {"GET", "HEAD"})
