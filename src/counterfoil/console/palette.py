"""What Ctrl-K finds: pages, connections, a run or webhook by number, customers. Only what somebody may see."""

import time
from collections.abc import Iterator
from typing import Any

from django.contrib.admin import site
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse
from unfold.dataclasses import SearchResult

from counterfoil.console import look, run_words
from counterfoil.inbox.models import Delivery
from counterfoil.mirror import search
from counterfoil.mirror.models import Connection, Customer, Run
from counterfoil.normalize.text import words

MOST = 8
"""Customers, and connections, that are offered."""


def context(request: HttpRequest, typed: str) -> dict[str, Any]:
    """What unfold's list of results is drawn from."""
    began = time.perf_counter()
    found = Paginator(list(_found(request, typed)), 4 * MOST)
    return {
        "search_term": typed,
        "page_obj": found,
        "results": found.page(1),
        "page_counter": 0,
        "execution_time": time.perf_counter() - began,
        "command_show_history": False,
    }


def _found(request: HttpRequest, typed: str) -> Iterator[SearchResult]:
    yield from _pages(request, typed)
    yield from _connections(request, typed)
    yield from _runs(request, typed)
    yield from _deliveries(request, typed)
    yield from _customers(request, typed)


def _pages(request: HttpRequest, typed: str) -> Iterator[SearchResult]:
    """The menu's entries, by the beginnings of their words."""
    for group in look.UNFOLD["SIDEBAR"]["navigation"]:
        for item in group["items"]:
            allowed = item.get("permission")
            if _begins(item["title"], typed) and (allowed is None or allowed(request)):
                yield SearchResult(item["title"], "Page", str(item["link"]), item["icon"])


def _connections(request: HttpRequest, typed: str) -> Iterator[SearchResult]:
    rows: Any = _rows(request, Connection)
    known = [connection for connection in rows if _begins(connection.name, typed)] if rows is not None else []
    for connection in known[:MOST]:
        address = reverse("admin:mirror_connection_change", args=(connection.pk,))
        yield SearchResult(connection.called, "Connection", address, "cable")


def _runs(request: HttpRequest, typed: str) -> Iterator[SearchResult]:
    """ "run 12" or "12"."""
    number = typed.casefold().removeprefix("run").strip().removeprefix("#")
    rows = _rows(request, Run) if number.isdecimal() and len(number) < 12 else None
    run = rows.select_related("connection__owner").filter(pk=int(number)).first() if rows is not None else None
    if run is not None:
        said = f"{run_words.title(run)} of {run.connection.called}, {run.get_state_display().lower()}"
        yield SearchResult(f"Run {run.pk}", said, reverse("admin:mirror_run_change", args=(run.pk,)), "sync")


def _deliveries(request: HttpRequest, typed: str) -> Iterator[SearchResult]:
    """ "delivery 12" or "webhook 12"."""
    word, _, number = typed.casefold().replace("#", " ").strip().partition(" ")
    asked = word in {"delivery", "webhook"} and number.strip().isdecimal() and len(number) < 18
    rows = _rows(request, Delivery) if asked else None
    delivery = (
        rows.select_related("connection__owner").filter(pk=int(number)).first() if rows is not None else None
    )
    if delivery is not None:
        said = f"{delivery.event} of {delivery.connection.called}, {delivery.get_state_display().lower()}"
        address = reverse("admin:inbox_delivery_change", args=(delivery.pk,))
        yield SearchResult(f"Delivery {delivery.pk}", said, address, "webhook")


def _customers(request: HttpRequest, typed: str) -> Iterator[SearchResult]:
    rows = _rows(request, Customer)
    if rows is None:
        return
    for customer in search.ranked(rows, typed, MOST):
        said = " · ".join(filter(None, [customer.role, customer.city, customer.connection.called]))
        address = reverse("admin:mirror_customer_change", args=(customer.pk,))
        yield SearchResult(customer.name or customer.external_id or "", said, address, "groups")


def _rows(request: HttpRequest, model: Any) -> Any:
    """What the model's own screen would list; None where the person may not see it."""
    screen = site.get_model_admin(model)
    return screen.get_queryset(request) if screen.has_view_permission(request) else None


def _begins(name: str, typed: str) -> bool:
    """Whether every typed word begins a word of the name."""
    named, asked = words(name), words(typed)
    return bool(asked) and all(any(word.startswith(start) for word in named) for start in asked)
