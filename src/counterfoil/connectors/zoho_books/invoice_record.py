"""Payloads of Zoho Books invoices (contract section 4.2)."""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from counterfoil.connectors.identify import says_deleted, unreadable
from counterfoil.connectors.page import Item
from counterfoil.connectors.partial_decoder import PartialDecoder
from counterfoil.connectors.reader_port import canonical_hash
from counterfoil.connectors.zoho_books import rows
from counterfoil.connectors.zoho_books.flat import COMPLETE_KEYS, flatten, is_volatile, label

NOISE = frozenset({"due_days", "age_in_days", "color_code", "invoice_url"})
"""Display texts, colours, and a link with another token in each answer: "Due in 30 days" changes every day."""
SILENT = frozenset(
    {
        "status", "current_sub_status", "current_sub_status_id", "balance", "paid_on", "payment_made",
        "unprocessed_payment_amount", "write_off_amount", "credits_applied", "payment_expected_date",
        "is_emailed", "is_viewed_by_client", "client_viewed_time", "reminders_sent", "last_reminder_sent_date",
        "company_name", "email",
    }
)  # fmt: skip
"""An invoice becomes overdue by the calendar, is paid, looked at and reminded of, and shows its customer's company
name and e-mail (contract section 4.2)."""
_LEFT_OUT = frozenset({"invoice_id", "last_modified_time", "updated_time", *NOISE})
_ONLY_IN_DETAIL = frozenset(
    {
        "line_items", "contact_persons", "contact_persons_details", "payment_made", "credits_applied",
        "payment_terms", "payment_terms_label", "sub_total", "tax_total", "notes", "terms", "taxes",
        "payment_reminder_enabled", "stop_reminder_until_payment_expected_date", "price_precision",
        "billing_address.zip", "shipping_address.zip", "contact.customer_balance", "contact.credit_limit",
        "contact.unused_customer_credits", "discount", "discount_total", "roundoff_value", "subject_content",
        "payment_options.payment_gateways", "is_inclusive_tax", "tax_rounding", "reference_invoice",
    }
)  # fmt: skip


class _Identity(msgspec.Struct):
    invoice_id: str | int | None = None
    last_modified_time: Any = None
    deleted: Any = None
    is_deleted: Any = None


_read_identity = PartialDecoder(_Identity)


def identify(raw: bytes) -> Item:
    """Find the id and modified time of an invoice. Raises BadRecord."""
    found = _read_identity(raw)
    if found is None:
        raise unreadable(raw)
    deleted = says_deleted((found.deleted, found.is_deleted))
    return rows.item(raw, found.invoice_id, found.last_modified_time, deleted=deleted)


class InvoiceReader:
    """Reads an invoice. It is uncertain whose e-mail and phone a list row shows (contract section 0)."""

    default_sources: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "customer_external_id": ("customer_id",),
        "customer_name": ("customer_name",),
        "number": ("invoice_number",),
        "reference": ("reference_number",),
        "status": ("status",),
        "date": ("date",),
        "due_date": ("due_date",),
        "currency": ("currency_code",),
        "total": ("total",),
        "balance": ("balance",),
        "email": ("email",),
        "phone": ("phone",),
        "country": ("country",),
        "paid_on": ("last_payment_date",),
        "upstream_created_at": ("created_time",),
    }
    only_in_detail: ClassVar[frozenset[str]] = _ONLY_IN_DETAIL
    complete_keys: ClassVar[frozenset[str] | None] = COMPLETE_KEYS
    noise: ClassVar[frozenset[str]] = NOISE
    silent: ClassVar[frozenset[str] | None] = SILENT
    of_primary_person: ClassVar[frozenset[str]] = frozenset()
    has_empty_words: ClassVar[bool] = False

    def flatten(self, external_id: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Flatten as `flat.flatten` does."""
        return flatten(raw, _LEFT_OUT)

    def digest(self, raw: Mapping[str, Any]) -> bytes:
        """Hash the invoice without noise and display texts.

        Status and balance are part of it, so that their changes are seen even if the modified time stays.
        """
        return canonical_hash(raw, (*NOISE, *filter(is_volatile, raw)))

    def archived(self, raw: Mapping[str, Any]) -> bool:
        """Return False: a void invoice is still an invoice."""
        return False

    def label(self, path: str) -> str:
        """Return the label of a custom field; see `flat.label`."""
        return label(path)
