"""A contact person of Zoho Books as it comes (contract section 3)."""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from counterfoil.connectors.page import Item
from counterfoil.connectors.reader_port import canonical_hash
from counterfoil.connectors.zoho_books import rows
from counterfoil.connectors.zoho_books.flat import flatten, is_volatile, label

_LEFT_OUT = frozenset({"contact_person_id", "contact_name", "created_time", "currency_code"})
"""The identity, what belongs to the contact, and a time in the reader's date format."""
_ONLY_IN_DETAIL = frozenset(
    {
        "mobile_country_code", "is_added_in_portal", "can_invite", "is_sms_enabled_for_cp",
        "communication_preference.is_email_enabled", "communication_preference.is_sms_enabled",
        "communication_preference.is_whatsapp_enabled",
    }
)  # fmt: skip


class _Identity(msgspec.Struct):
    contact_person_id: str | int | None = None
    contact_id: Any = None


_read_identity = msgspec.json.Decoder(_Identity).decode


def identify(raw: bytes) -> Item:
    """Find the id of one person; there is no modified time. Raises BadRecord."""
    try:
        found = _read_identity(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise rows.unreadable(raw) from None
    return rows.item(raw, found.contact_person_id, None, found.contact_id)


class PersonReader:
    """Reads a person. A single read is made by way of the contact and need not repeat whose person it is."""

    default_sources: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "customer_external_id": ("contact_id",),
        "salutation": ("salutation",),
        "first_name": ("first_name",),
        "last_name": ("last_name",),
        "email": ("email",),
        "phone": ("phone",),
        "mobile": ("mobile",),
        "designation": ("designation",),
        "department": ("department",),
        "is_primary": ("is_primary_contact",),
    }
    only_in_detail: ClassVar[frozenset[str]] = _ONLY_IN_DETAIL

    def flatten(self, external_id: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        """See `flat.flatten`."""
        return flatten(raw, _LEFT_OUT)

    def digest(self, raw: Mapping[str, Any]) -> bytes:
        """The whole person but for texts for the screen; `created_time` is one of them in lists."""
        return canonical_hash(raw, ("created_time", *filter(is_volatile, raw)))

    def archived(self, raw: Mapping[str, Any]) -> bool:
        """A person is there or is not."""
        return False

    def label(self, path: str) -> str:
        """See `flat.label`."""
        return label(path)
