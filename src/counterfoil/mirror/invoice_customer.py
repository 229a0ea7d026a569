"""Whose an invoice is, as people read it: its linked customer, else what the invoice itself says."""

from collections.abc import Mapping, Sequence

import orjson

from counterfoil.mapping.fields import CUSTOMER_OF_INVOICE
from counterfoil.mirror.models import CustomerNameOfInvoice, Invoice
from counterfoil.normalize.value import text


def customer_values(invoice: Invoice) -> dict[str, str | None]:
    """Return what an invoice says of its customer, by field: from `extra`, else from its payload."""
    raw = _decoded(invoice.raw)
    said: dict[str, str | None] = {}
    for field in CUSTOMER_OF_INVOICE:
        own = invoice.extra.get(field.name)
        said[field.name] = text(raw.get(field.name) if own is None else own) or None
    return said


def names_shown(invoices: Sequence[Invoice]) -> dict[int, str]:
    """Return the customer of each invoice as people call it, by the invoice's key.

    That is the linked customer's name, else the one on the invoice, else the customer's id. `customer` should have
    been loaded.
    """
    unlinked = [invoice.pk for invoice in invoices if invoice.customer_id is None]
    rows = Invoice.objects.filter(pk__in=unlinked).annotate(said=CustomerNameOfInvoice())
    said: Mapping[int, str | None] = dict(rows.values_list("pk", "said")) if unlinked else {}
    return {
        invoice.pk: str(invoice.customer or said.get(invoice.pk) or invoice.customer_external_id or "")
        for invoice in invoices
    }


def _decoded(raw: str | None) -> Mapping[str, object]:
    try:
        found = orjson.loads(raw or "{}")
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
