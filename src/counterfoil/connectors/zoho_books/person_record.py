"""Payloads of Zoho Books contact persons (contract section 3)."""

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

import msgspec
import orjson

from counterfoil.connectors import json_outline
from counterfoil.connectors.identify import identify_all, says_deleted, unreadable
from counterfoil.connectors.page import Item, Persons
from counterfoil.connectors.partial_decoder import PartialDecoder
from counterfoil.connectors.reader_port import canonical_hash
from counterfoil.connectors.zoho_books import rows
from counterfoil.connectors.zoho_books.flat import COMPLETE_KEYS, flatten, is_volatile, label

_LEFT_OUT = frozenset({"contact_person_id", "contact_name", "created_time", "currency_code"})
"""Identity, values of the contact, and a time in the API user's date format."""
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
    deleted: Any = None
    is_deleted: Any = None


class _WithPersons(msgspec.Struct):
    contact_persons: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_read_identity = PartialDecoder(_Identity)
_read_persons = PartialDecoder(_WithPersons)


def identify(raw: bytes) -> Item:
    """Find the id of a person, which has no modified time. Raises BadRecord."""
    found = _read_identity(raw)
    if found is None:
        raise unreadable(raw)
    deleted = says_deleted((found.deleted, found.is_deleted))
    return rows.item(raw, found.contact_person_id, None, found.contact_id, deleted=deleted)


def persons_of(contact: bytes, owner: str) -> Persons | None:
    """Find the persons inside a contact. Returns None where it does not list them."""
    found = _read_persons(contact)
    if found is None or isinstance(found.contact_persons, msgspec.UnsetType):
        return None
    raws = json_outline.elements(bytes(found.contact_persons))
    if raws is None:
        return None
    return Persons(*identify_all(raws, partial(identify_of, owner)))


def identify_of(owner: str, raw: bytes) -> Item:
    """Find the id of a person of this contact, and write the contact's id into it, which only lists have."""
    parts = json_outline.members(raw)
    if parts is None or "contact_id" in parts:
        return identify(raw)
    return identify(json_outline.compose({"contact_id": orjson.dumps(owner), **parts}))


class PersonReader:
    """Reads a person. The response to a single read may lack the id of its contact."""

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
    complete_keys: ClassVar[frozenset[str] | None] = COMPLETE_KEYS
    noise: ClassVar[frozenset[str]] = frozenset({"created_time"})
    """In lists it is a display text."""
    silent: ClassVar[frozenset[str] | None] = None
    of_primary_person: ClassVar[frozenset[str]] = frozenset()
    has_empty_words: ClassVar[bool] = False

    def flatten(self, external_id: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Flatten as `flat.flatten` does."""
        return flatten(raw, _LEFT_OUT)

    def digest(self, raw: Mapping[str, Any]) -> bytes:
        """Hash the person without its display texts."""
        return canonical_hash(raw, (*self.noise, *filter(is_volatile, raw)))

    def archived(self, raw: Mapping[str, Any]) -> bool:
        """Return False: persons have no archive marker."""
        return False

    def label(self, path: str) -> str:
        """Return the label of a custom field; see `flat.label`."""
        return label(path)
