"""Payloads of Robaws clients: their identity, their fields by path, their quirks."""

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from counterfoil.connectors.identify import require_id, says_deleted, unreadable
from counterfoil.connectors.page import Item
from counterfoil.connectors.partial_decoder import PartialDecoder
from counterfoil.connectors.reader_port import canonical_hash
from counterfoil.normalize.value import instant

NOISE = frozenset({"_metadata"})
"""See `reader_port.Reader.noise`."""

_NO_PART = frozenset({"id", "updatedAt", "contacts", "extraFields", *NOISE})
"""Keys that are no values of the record itself. Extra fields are flattened one by one."""
TYPED = (
    "stringValue",
    "dateValue",
    "decimalValue",
    "integerValue",
    "booleanValue",
    "numberValue",
    "intValue",
)
"""Keys of an extra field's typed value; a checkbox has been seen as numberValue (contract section 3)."""


class _Identity(msgspec.Struct):
    # Nothing else is decoded before the client is known to be new or changed.
    id: str | int | None = None
    updatedAt: Any = None  # noqa: N815  the wire's name
    deleted: Any = None
    isDeleted: Any = None  # noqa: N815  the wire's name
    deletedAt: Any = None  # noqa: N815  the wire's name


_read_identity = PartialDecoder(_Identity)


def identify(raw: bytes) -> Item:
    """Find the id and modified time of a client, and decode nothing else. Raises BadRecord."""
    found = _read_identity(raw)
    if found is None:
        raise unreadable(raw)
    external_id = require_id(found.id, raw)
    deleted = says_deleted((found.deleted, found.isDeleted), (found.deletedAt,))
    return Item(external_id, instant(found.updatedAt), hashlib.sha256(raw).digest(), raw, deleted=deleted)


def typed_value(value: Any) -> Any:
    """Return the value inside a typed extra field, or the value itself if it is not typed."""
    if isinstance(value, dict):
        for key in TYPED:
            if value.get(key) is not None:
                return value[key]
        return None
    return value


class RobawsReader:
    """Reads a client. Its paths follow section 3 of the contract."""

    default_sources: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "name": ("name",),
        "vat_number": ("vatIdNumber",),
        "vat_tariff": ("vatTariffId",),
        "phone": ("tel",),
        "mobile": ("gsm",),
        "website": ("website",),
        "email": ("email",),
        "billing_email": ("invoiceEmail",),
        "street": ("address.addressLine1",),
        "street2": ("address.addressLine2",),
        "city": ("address.city",),
        "postal_code": ("address.postalCode",),
        "country": ("address.country",),
        "upstream_role": ("extraFields.Role",),
        "status": ("status",),
        "language": ("language",),
        "currency": ("currency",),
        "legal_form": ("legalForm", "extraFields.Legal form"),
        "assignee": ("assignee.name", "extraFields.Assignee"),
        "gl_account": ("glAccount", "extraFields.G/L account"),
        "external_sales_person": ("externalSalesPerson", "extraFields.External sales person"),
        "follow_up_date": ("followUpDate", "extraFields.Follow-up date"),
        "whatsapp": ("whatsappClient", "extraFields.WhatsApp"),
        "peppol": ("accessibleViaPeppol", "extraFields.Peppol"),
        "is_active": ("isActive", "active"),
        "upstream_created_at": ("createdAt",),
    }
    only_in_detail: ClassVar[frozenset[str]] = frozenset()
    complete_keys: ClassVar[frozenset[str] | None] = frozenset({"extraFields"})
    noise: ClassVar[frozenset[str]] = NOISE
    silent: ClassVar[frozenset[str] | None] = frozenset()
    of_primary_person: ClassVar[frozenset[str]] = frozenset()
    has_empty_words: ClassVar[bool] = False

    def flatten(self, external_id: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return values by path: "tel", "address.city", "extraFields.<label>". Labels may hold dots."""
        flat: dict[str, Any] = {}
        for key, value in raw.items():
            if type(value) is not dict:
                flat[key] = value
            elif key == "extraFields":
                for label, field in value.items():
                    flat[f"extraFields.{label}"] = typed_value(field)
            elif key not in _NO_PART:
                for inner, field in value.items():
                    flat[f"{key}.{inner}"] = field
        for key in _NO_PART:
            flat.pop(key, None)
        name, suffix = flat.get("name"), f" - {external_id}"
        if isinstance(name, str) and name.endswith(suffix):  # some tenants append it (contract section 3)
            flat["name"] = name.removesuffix(suffix)
        return flat

    def digest(self, raw: Mapping[str, Any]) -> bytes:
        """Hash the whole client without noise."""
        return canonical_hash(raw, NOISE)

    def archived(self, raw: Mapping[str, Any]) -> bool:
        """Look for the archive marker of Robaws' records; on clients it is inferred (contract section 3)."""
        return bool(raw.get("archivedAt") or raw.get("deletedAt"))

    def label(self, path: str) -> str:
        """Return the label of an extra field."""
        return path.removeprefix("extraFields.")
