"""Payloads of Zoho Books contacts: identity, fields, and what only details hold (contract section 2)."""

from collections.abc import Mapping
from itertools import product
from typing import Any, ClassVar

import msgspec

from counterfoil.connectors.identify import says_deleted, unreadable
from counterfoil.connectors.page import Item
from counterfoil.connectors.partial_decoder import PartialDecoder
from counterfoil.connectors.reader_port import canonical_hash
from counterfoil.connectors.zoho_books import rows
from counterfoil.connectors.zoho_books.flat import COMPLETE_KEYS, flatten, is_volatile, label

_LEFT_OUT = frozenset(
    {
        "contact_id", "last_modified_time", "contact_type", "customer_name", "vendor_name", "contact_persons",
        "contactperson_custom_fields", "has_attachment", "default_templates",
    }
)  # fmt: skip
"""Identity, repetitions of the name, resources of their own, keys of lists alone, print templates."""
_ADDRESS = (
    "address_id", "attention", "address", "street2", "city", "state_code", "state", "zip", "zipcode", "country",
    "county", "country_code", "phone", "fax", "latitude", "longitude",
)  # fmt: skip
_DETAIL_FIELDS = frozenset({"street", "street2", "city", "postal_code", "country", "country_code", "vat_number"})
_DETAIL_KEYS = frozenset(
    {
        "primary_contact_id", "addresses", "notes", "payment_reminder_enabled", "is_sms_enabled",
        "currency_symbol", "price_precision", "opening_balances", "customer_currency_summaries",
        "owner_id", "owner_name",
        "designation", "department", "contact_salutation", "created_by_id", "created_by_name",
        "last_modified_by_id", "bank_accounts", "cards", "pricebook_id", "pricebook_name",
    }
)  # fmt: skip


class _Identity(msgspec.Struct):
    contact_id: str | int | None = None
    last_modified_time: Any = None
    deleted: Any = None
    is_deleted: Any = None


class _Kind(msgspec.Struct):
    contact_type: Any = None


_read_identity = PartialDecoder(_Identity)
_read_kind = PartialDecoder(_Kind)


def identify(raw: bytes) -> Item:
    """Find the id and modified time of a contact. Raises BadRecord."""
    found = _read_identity(raw)
    if found is None:
        raise unreadable(raw)
    deleted = says_deleted((found.deleted, found.is_deleted))
    return rows.item(raw, found.contact_id, found.last_modified_time, deleted=deleted)


SILENT = frozenset(
    {
        *("phone", "mobile", "email", "first_name", "last_name", "has_transaction", "status", "is_active"),
        *(f"{kind}_{way}_amount{currency}" for kind, way, currency in product(
            ("outstanding", "unused_credits"), ("receivable", "payable"), ("", "_bcy")
        )),
    }
)  # fmt: skip
"""A payment changes what is outstanding (contract section 0). Whether an edit of the primary person, whose values
a contact shows, moves the contact's time is unknown (section 3)."""


def is_vendor(raw: bytes) -> bool:
    """Return whether the contact is a vendor."""
    found = _read_kind(raw)
    return found is not None and bool(found.contact_type == "vendor")


class ContactReader:
    """Reads a contact. Its phone, mobile and e-mail are those of its primary person (contract section 0)."""

    default_sources: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "name": ("contact_name",),
        "company_name": ("company_name",),
        "vat_number": ("gst_no", "vat_reg_no", "tax_reg_no"),
        "phone": ("phone",),
        "mobile": ("mobile",),
        "website": ("website",),
        "email": ("email",),
        "street": ("billing_address.address",),
        "street2": ("billing_address.street2",),
        "city": ("billing_address.city",),
        "postal_code": ("billing_address.zip", "billing_address.zipcode"),
        "country": ("billing_address.country", "billing_address.country_code"),
        "status": ("status",),
        "is_active": ("is_active",),
        "language": ("language_code",),
        "currency": ("currency_code",),
        "upstream_created_at": ("created_time",),
    }
    only_in_detail: ClassVar[frozenset[str]] = (
        _DETAIL_FIELDS
        | _DETAIL_KEYS
        | frozenset(f"{kind}_address.{part}" for kind in ("billing", "shipping") for part in _ADDRESS)
    )
    complete_keys: ClassVar[frozenset[str] | None] = COMPLETE_KEYS
    noise: ClassVar[frozenset[str]] = frozenset()
    silent: ClassVar[frozenset[str] | None] = SILENT
    of_primary_person: ClassVar[frozenset[str]] = frozenset({"phone", "mobile", "email"})
    has_empty_words: ClassVar[bool] = False

    def flatten(self, external_id: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Flatten as `flat.flatten` does. A customer of any status except "inactive" is active."""
        flat = flatten(raw, _LEFT_OUT)
        if isinstance(raw.get("status"), str):
            flat["is_active"] = raw["status"].strip().lower() != "inactive"
        return flat

    def digest(self, raw: Mapping[str, Any]) -> bytes:
        """Hash the contact without its display texts. Outstanding amounts are part of it."""
        return canonical_hash(raw, filter(is_volatile, raw))

    def archived(self, raw: Mapping[str, Any]) -> bool:
        """Return False: inactive contacts are still listed, and nothing in them marks them as archived."""
        return False

    def label(self, path: str) -> str:
        """Return the label of a custom field; see `flat.label`."""
        return label(path)
