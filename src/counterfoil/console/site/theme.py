"""The console's title, colours and sidebar. The settings import it, so nothing here may import a model."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

TITLE = "Counterfoil"

INDIGO = {
    "50": "oklch(96.2% .018 272.3)",
    "100": "oklch(93% .034 272.8)",
    "200": "oklch(87% .065 274)",
    "300": "oklch(78.5% .115 274.7)",
    "400": "oklch(70.5% .16 276.9)",
    "500": "oklch(66.5% .18 277.1)",
    "600": "oklch(51.1% .262 277)",
    "700": "oklch(45.7% .24 277)",
    "800": "oklch(39.8% .195 277.4)",
    "900": "oklch(35.9% .144 278.7)",
    "950": "oklch(25.7% .09 281.3)",
}


def _file(path: str) -> Callable[[HttpRequest], str]:
    return lambda _: static(path)


_APPS = {"user": "auth", "group": "auth", "delivery": "counterfoil_webhooks"}
"""The apps of models that are not the mirror's."""


def _may_view(model: str) -> Callable[[HttpRequest], bool]:
    app = _APPS.get(model, "counterfoil_mirror")
    return lambda request: (
        request.user.has_perm(f"{app}.view_{model}") or request.user.has_perm(f"{app}.change_{model}")
    )


def _may_view_invoices(request: HttpRequest) -> bool:
    from counterfoil.console.site.navigation import shows_invoices

    return _may_view("invoice")(request) and shows_invoices(request)


def _may_view_webhooks(request: HttpRequest) -> bool:
    from counterfoil.console.site.navigation import shows_webhooks

    return _may_view("delivery")(request) and shows_webhooks(request)


def _may_view_conflicts(request: HttpRequest) -> bool:
    from counterfoil.console.site.navigation import shows_conflicts

    return _may_view("conflict")(request) and shows_conflicts(request)


def open_conflicts(request: HttpRequest) -> str | None:
    """Count the open conflicts for the badge beside the menu's entry; None for none."""
    from counterfoil.console.site.navigation import open_conflicts_badge

    return open_conflicts_badge(request) if _may_view("conflict")(request) else None


def _item(title: str, icon: str, model: str) -> dict[str, Any]:
    app = _APPS.get(model, "counterfoil_mirror")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": _may_view(model),
    }


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": TITLE,
    "SITE_HEADER": TITLE,
    "SITE_URL": None,
    "SITE_ICON": _file("console/mark.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _file("console/mark.svg")}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [_file("console/console.css")],
    "SCRIPTS": [_file("console/console.js"), _file("console/keyboard.js"), _file("console/live_search.js")],
    "COLORS": {"primary": INDIGO},
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "items": [
                    {"title": "Overview", "icon": "dashboard", "link": reverse_lazy("admin:index")},
                    _item("Customers", "groups", "customer"),
                    _item("Invoices", "receipt_long", "invoice") | {"permission": _may_view_invoices},
                    _item("Conflicts", "call_split", "conflict")
                    | {"permission": _may_view_conflicts, "badge": f"{__name__}.open_conflicts"},
                    _item("Connections", "cable", "connection"),
                    _item("Runs", "sync", "run"),
                    _item("Webhooks", "webhook", "delivery") | {"permission": _may_view_webhooks},
                    _item("Import problems", "inventory_2", "quarantinedrecord"),
                ],
            },
            {
                "title": "Access",
                "separator": True,
                "items": [_item("Users", "person", "user"), _item("Groups", "shield_person", "group")],
            },
        ],
    },
}
