"""The page of one invoice: its fields, its customer, state and history."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from counterfoil.connections import wording
from counterfoil.connectors.page import Resource
from counterfoil.console.customers.detail import best_contact_views
from counterfoil.console.lists import record_page
from counterfoil.console.lists.record_page import FieldView, Groups
from counterfoil.console.site import permissions
from counterfoil.console.widgets import badges, formats
from counterfoil.mapping.fields import LABELS_OF
from counterfoil.mirror import invoice_customer
from counterfoil.mirror.models import Invoice
from counterfoil.mirror.record_history import EXTRA

GROUPS: Groups = (
    ("Invoice", ("number", "reference", "status", "date", "due_date", "upstream_created_at")),
    ("Amounts", ("total", "balance", "currency", "paid_on")),
    ("Customer", ("customer_external_id", "email")),
)
"""All of `fields.INVOICE_FIELDS`, by heading."""


def context(request: HttpRequest, invoice: Invoice) -> dict[str, Any]:
    """Return the template context."""
    system = wording.system(invoice.connection)
    groups = {title: [_field_view(invoice, name) for name in names] for title, names in GROUPS}
    if invoice.customer is None:
        groups["Customer"][1:1] = _of_unknown_customer(invoice)
    elif request.user.has_perm(permissions.SEE_PERSONS):
        groups["Customer"][1:1] = best_contact_views(invoice.customer)
    return {
        **record_page.context(request, invoice, Resource.INVOICE, groups.items()),
        "system": system,
        "payload_note": f"As received from {system}.",
    }


def _field_view(invoice: Invoice, name: str) -> FieldView:
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


def _of_unknown_customer(invoice: Invoice) -> list[FieldView]:
    """Show what the invoice itself says of a customer that is not here."""
    labels, said = LABELS_OF[Resource.INVOICE], invoice_customer.customer_values(invoice)
    return [
        FieldView(labels[name], formats.one_line(value), name=f"{EXTRA}{name}" if name in invoice.extra else "")
        for name, value in said.items()
        if value
    ]


def _customer(invoice: Invoice) -> tuple[SafeString | str, str]:
    """Return a link to the customer if it is here, and the line below it."""
    external_id = invoice.customer_external_id
    if invoice.customer is not None:
        address = reverse("admin:counterfoil_mirror_customer_change", args=[invoice.customer_id])
        return format_html('<a href="{}">{}</a>', address, str(invoice.customer)), f"id {external_id}"
    if external_id is None:
        return "", ""
    return external_id, "not here yet; linked when this customer is synced"
