"""Which entries the menu shows: none for a list that could only be empty."""

from django.http import HttpRequest

from counterfoil.connections import factory
from counterfoil.connectors.page import Resource
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.console.site import visibility
from counterfoil.mirror import edit_status
from counterfoil.mirror.models import Conflict, Connection, Invoice
from counterfoil.webhooks.models import Delivery

MOST_COUNTED = 99


def shows_invoices(request: HttpRequest) -> bool:
    """Return whether a connection that the user may see has invoices, or left some here."""
    keys = []
    for connection in visibility.narrow(request, Connection.objects.order_by().defer("secrets")):
        if factory.has_resource(connection, Resource.INVOICE):
            return True
        keys.append(connection.pk)
    return Invoice.objects.filter(connection_id__in=keys).exists()


def shows_webhooks(request: HttpRequest) -> bool:
    """Return whether the system of a connection that the user may see sends webhooks, or has sent some."""
    seen = visibility.narrow(request, Connection.objects.order_by()).values_list("pk", "connector")
    keys = []
    for key, connector in seen:
        if connector in CONNECTORS and CONNECTORS[connector].webhooks is not None:
            return True
        keys.append(key)
    return Delivery.objects.filter(connection_id__in=keys).exists()


def shows_conflicts(request: HttpRequest) -> bool:
    """Return whether a connection that the user may see can be written to, or has had conflicts."""
    seen = list(visibility.narrow(request, Connection.objects.order_by()))
    if any(factory.writer(connection) is not None for connection in seen):
        return True
    return Conflict.objects.filter(connection__in=seen, resource=Resource.CUSTOMER).exists()


def open_conflicts_badge(request: HttpRequest) -> str | None:
    """Count the open conflicts that the user may see, up to "99+"; None for none."""
    rows = visibility.narrow(request, edit_status.open_conflicts()).order_by()
    count = rows.values("pk")[: MOST_COUNTED + 1].count()
    if not count:
        return None
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)
