"""One invoice in full: its fields, its customer, and what every record has."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from counterfoil.connectors.page import Resource
from counterfoil.console.lists import record_page
from counterfoil.console.lists.record_page import FieldView, Groups
from counterfoil.console.widgets import badges, formats
from counterfoil.mirror.models import Invoice

GROUPS: Groups = (
    ("Invoice", ("number", "reference", "status", "date", "due_date")),
    ("Amounts", ("total", "balance", "currency")),
    ("Customer", ("customer_external_id", "customer_name", "email", "phone", "country")),
)
"""Every field of `fields.INVOICE_FIELDS`, in the order people look for them."""


def context(request: HttpRequest, invoice: Invoice) -> dict[str, Any]:
    """What the template needs."""
    groups = [(title, [_shown(invoice, name) for name in names]) for title, names in GROUPS]
    return record_page.context(request, invoice, Resource.INVOICE, groups)


def _shown(invoice: Invoice, name: str) -> FieldView:
    values: dict[str, str | SafeString] = {
        "status": badges.status(invoice.status),
        "due_date": badges.due(invoice),
        "total": formats.money(invoice.total, invoice.currency),
        "balance": formats.money(invoice.balance, invoice.currency),
    }
    normal = ""
    if name == "customer_external_id":
        values[name], normal = _customer(invoice)
    return record_page.field_view(invoice, Resource.INVOICE, name, normal=normal, values=values)


def _customer(invoice: Invoice) -> tuple[SafeString | str, str]:
    """A link to the customer where it is here, and what is to be said of it."""
    external_id = invoice.customer_external_id
    if invoice.customer is not None:
        address = reverse("admin:counterfoil_mirror_customer_change", args=[invoice.customer_id])
        return format_html('<a href="{}">{}</a>', address, str(invoice.customer)), f"id {external_id}"
    if external_id is None:
        return "", ""
    return external_id, "not here yet; the invoice is linked to it as soon as it comes"
