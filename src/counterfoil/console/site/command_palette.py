"""What Ctrl-K finds: pages, connections, runs and webhooks by number, customers, invoices."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import site
from django.http import HttpRequest
from django.urls import reverse

from counterfoil.connections import wording
from counterfoil.console.customers import create
from counterfoil.console.invoices import search as invoice_search
from counterfoil.console.runs import text as run_text
from counterfoil.console.site import permissions, theme, visibility
from counterfoil.console.widgets import badges, formats
from counterfoil.mirror import invoice_customer
from counterfoil.mirror.customer_search import CustomerSearch
from counterfoil.mirror.models import Connection, Customer, Invoice, Run
from counterfoil.mirror.pagination import parse_key
from counterfoil.mirror.selection import DELETED, SEARCH
from counterfoil.normalize.text import words
from counterfoil.webhooks.models import Delivery, DeliveryState

MOST = 8
"""How many customers, invoices and connections are listed of each."""
NEW = "New customer"


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """One hit. `details` tells it from others with the same title; `icon` is one of unfold's."""

    title: str
    details: str
    link: str
    icon: str


@dataclass(frozen=True, slots=True)
class PaletteGroup:
    """Hits of one kind, each with its number among all hits, counted from 1, for the arrow keys."""

    title: str
    hits: Sequence[tuple[int, PaletteEntry]]


def context(request: HttpRequest, typed: str) -> dict[str, Any]:
    """Return the context of the list of hits."""
    started_at = time.perf_counter()
    numbers = count(1)
    found = [
        PaletteGroup(title, [(next(numbers), hit) for hit in hits])
        for find in _KINDS
        for title, hits in find(request, typed)
    ]
    groups = [group for group in found if group.hits]
    return {
        "groups": groups,
        "count": sum(len(group.hits) for group in groups),
        "seconds": time.perf_counter() - started_at,
    }


def _pages(request: HttpRequest, typed: str) -> Iterator[PaletteEntry]:
    """Find entries of the menu by the starts of their words."""
    for group in theme.UNFOLD["SIDEBAR"]["navigation"]:
        for item in group["items"]:
            allowed = item.get("permission")
            if _matches(item["title"], typed) and (allowed is None or allowed(request)):
                yield PaletteEntry(item["title"], group.get("title", ""), str(item["link"]), item["icon"])
    if _matches(NEW, typed) and request.user.has_perm(permissions.CREATE) and create.writable_connections(request):
        yield PaletteEntry(NEW, "", reverse("admin:counterfoil_mirror_customer_add"), "person_add")


def _connections(request: HttpRequest, typed: str) -> Iterator[PaletteEntry]:
    rows: Any = _rows(request, Connection)
    found = [connection for connection in rows if _matches(connection.name, typed)] if rows is not None else []
    for connection in found[:MOST]:
        address = reverse("admin:counterfoil_mirror_connection_change", args=(connection.pk,))
        yield PaletteEntry(connection.called, wording.system(connection), address, "cable")


def _runs(request: HttpRequest, typed: str) -> Iterator[PaletteEntry]:
    """Find a run by "run 12", "#12" or "12"."""
    number = typed.casefold().removeprefix("run").strip().removeprefix("#")
    key = parse_key(number)
    rows = None if key is None else _rows(request, Run)
    run = rows.select_related("connection__owner").filter(pk=key).first() if rows is not None else None
    if run is not None:
        details = f"{run_text.title(run)} of {run.connection.called}, {wording.run_state(run.state)}"
        address = reverse("admin:counterfoil_mirror_run_change", args=(run.pk,))
        yield PaletteEntry(f"Run {run.pk}", details, address, "sync")


def _deliveries(request: HttpRequest, typed: str) -> Iterator[PaletteEntry]:
    """Find a webhook by "webhook 12" or "delivery 12"."""
    word, _, number = typed.casefold().replace("#", " ").strip().partition(" ")
    key = parse_key(number.strip()) if word in {"delivery", "webhook"} else None
    rows = None if key is None else _rows(request, Delivery)
    if rows is None:
        return
    delivery = rows.select_related("connection__owner").filter(pk=key).first()
    if delivery is not None:
        state = badges.DELIVERY_LABELS[DeliveryState(delivery.state)].lower()
        details = f"{delivery.event} of {delivery.connection.called}, {state}"
        address = reverse("admin:counterfoil_webhooks_delivery_change", args=(delivery.pk,))
        yield PaletteEntry(f"Webhook {delivery.pk}", details, address, "webhook")


def _customers(request: HttpRequest, typed: str) -> Iterator[tuple[str, Iterable[PaletteEntry]]]:
    """Find customers; those that were probably meant have a heading of their own."""
    rows = _rows(request, Customer)
    if rows is None:
        return
    connections = visibility.narrow(request, Connection.objects.all()).values_list("pk", flat=True)
    search = CustomerSearch(rows, typed, list(connections))
    hits = search.hits(MOST)
    deleted = [_deleted(typed)] if len(hits) < MOST and search.deleted_match else []
    yield "Customers", [*map(_customer, hits.exact), *([] if hits.similar else deleted)]
    if hits.similar:
        yield f"Did you mean “{hits.correction}”?", [*map(_customer, hits.similar), *deleted]


def _customer(customer: Customer) -> PaletteEntry:
    details = " · ".join(filter(None, [customer.role, customer.city, customer.connection.called]))
    address = reverse("admin:counterfoil_mirror_customer_change", args=(customer.pk,))
    return PaletteEntry(customer.name or customer.external_id or "", details, address, "groups")


def _deleted(typed: str) -> PaletteEntry:
    """Offer the list with the deleted customers that match."""
    address = reverse("admin:counterfoil_mirror_customer_changelist")
    query = urlencode({SEARCH: typed, DELETED: "yes"})
    return PaletteEntry("Deleted customers match too", "Show them in the list", f"{address}?{query}", "delete")


def _invoices(request: HttpRequest, typed: str) -> Iterator[PaletteEntry]:
    """Find invoices by number, reference, or the customer's name."""
    rows = _rows(request, Invoice)
    if rows is None:
        return
    connections = list(visibility.narrow(request, Connection.objects.all()).values_list("pk", flat=True))
    customers = visibility.narrow(request, Customer.objects.all())
    keys = invoice_search.find_first(rows, customers, connections, typed, MOST)
    found = rows.order_by().select_related("customer", "connection__owner").in_bulk(keys)
    names = invoice_customer.names_shown(list(found.values()))
    for invoice in (found[key] for key in keys if key in found):
        customer = names[invoice.pk]
        total = "" if invoice.total is None else f"{formats.amount(invoice.total)} {invoice.currency or ''}"
        details = [customer, badges.status_words(invoice.status or ""), total.strip(), invoice.connection.called]
        address = reverse("admin:counterfoil_mirror_invoice_change", args=(invoice.pk,))
        yield PaletteEntry(str(invoice), " · ".join(filter(None, details)), address, "receipt_long")


def _rows(request: HttpRequest, model: Any) -> Any:
    """Return the rows that the model's own screen would list; None where the user may not see it."""
    screen = site.get_model_admin(model)
    return screen.get_queryset(request) if screen.has_view_permission(request) else None


def _matches(name: str, typed: str) -> bool:
    """Return whether every typed word starts a word of the name."""
    name_words, starts = words(name), words(typed)
    return bool(starts) and all(any(word.startswith(start) for word in name_words) for start in starts)


def _group(title: str, find: Callable[[HttpRequest, str], Iterator[PaletteEntry]]) -> "_Kind":
    return lambda request, typed: [(title, find(request, typed))]


type _Kind = Callable[[HttpRequest, str], Iterable[tuple[str, Iterable[PaletteEntry]]]]

_KINDS: Sequence[_Kind] = (
    _group("Pages", _pages),
    _group("Connections", _connections),
    _group("Runs", _runs),
    _group("Webhooks", _deliveries),
    _customers,
    _group("Invoices", _invoices),
)
"""In the order of the list."""
