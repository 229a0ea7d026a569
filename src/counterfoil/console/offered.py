"""Which screens make sense here: a menu does not lead to lists that can only be empty."""

from django.http import HttpRequest

from counterfoil.connectors.contract import Resource
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.console import visibility
from counterfoil.inbox.models import Delivery
from counterfoil.mirror.models import Connection, Invoice


def invoices(request: HttpRequest) -> bool:
    """Whether a connection that the person may see has invoices, or has left some here."""
    seen = visibility.narrowed(request, Connection.objects.order_by()).values_list("pk", "connector")
    keys = []
    for key, connector in seen:
        if connector in CONNECTORS and Resource.INVOICE in CONNECTORS[connector].collections:
            return True
        keys.append(key)
    return Invoice.objects.filter(connection_id__in=keys).exists()


def webhooks(request: HttpRequest) -> bool:
    """Whether the upstream of a connection that the person may see sends webhooks, or has sent some."""
    seen = visibility.narrowed(request, Connection.objects.order_by()).values_list("pk", "connector")
    keys = []
    for key, connector in seen:
        if connector in CONNECTORS and CONNECTORS[connector].webhooks is not None:
            return True
        keys.append(key)
    return Delivery.objects.filter(connection_id__in=keys).exists()
