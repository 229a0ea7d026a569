"""A Robaws client as it comes: what identifies it, how its fields are reached, its quirks."""

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
import orjson

from counterfoil.connectors.page import Item
from counterfoil.connectors.reader_port import canonical_hash
from counterfoil.errors import BadRecord
from counterfoil.normalize.value import instant

VOLATILE = ("_metadata",)
"""Top-level keys that change without the client changing; they take no part in the digest."""

_NO_PART = frozenset({"id", "updatedAt", "contacts", "extraFields", *VOLATILE})
"""What is not a value of the record itself (extra fields are taken out one by one)."""
TYPED = (
    "stringValue",
    "dateValue",
    "decimalValue",
    "integerValue",
    "booleanValue",
    "numberValue",
    "intValue",
)
"""Extra fields are typed values; a checkbox has been seen as numberValue (contract section 3)."""


class _Identity(msgspec.Struct):
    """All that is read of a client before it is known to be new or changed."""

    id: str | int | None = None
    updatedAt: Any = None  # noqa: N815  the wire's name


_read_identity = msgspec.json.Decoder(_Identity).decode


def identify(raw: bytes) -> Item:
    """Find id and modified time of one client; nothing else is decoded. Raises BadRecord."""
    try:
        found = _read_identity(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise unreadable(raw) from None
    external_id = str(found.id).replace("\x00", "").strip() if found.id is not None else ""
    if not external_id:
        raise BadRecord("This entry has no id.")
    return Item(external_id, instant(found.updatedAt), hashlib.sha256(raw).digest(), raw)


def unreadable(raw: bytes) -> BadRecord:
    """Why an entry could not even be identified."""
    try:
        record = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return BadRecord("This entry is not readable JSON.")
    return BadRecord("This entry has no id." if isinstance(record, dict) else "This entry is not an object.")


def typed_value(value: Any) -> Any:
    """The value inside a typed extra field, or the value itself where it comes bare."""
    if isinstance(value, dict):
        for key in TYPED:
            if value.get(key) is not None:
                return value[key]
        return None
    return value


class RobawsReader:
    """Reads a client's payload. Names follow the contract, section 3, not the guesses of older code."""

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
    }
    only_in_detail: ClassVar[frozenset[str]] = frozenset()

    def flatten(self, external_id: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Paths are "tel", "address.city", "extraFields.<label>" (a label may hold dots and spaces)."""
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
        """The whole client but for what is volatile."""
        return canonical_hash(raw, VOLATILE)

    def archived(self, raw: Mapping[str, Any]) -> bool:
        """A generic read-only marker of Robaws' DTOs; on clients it is inferred (contract section 3)."""
        return bool(raw.get("archivedAt") or raw.get("deletedAt"))

    def label(self, path: str) -> str:
        """An extra field is called by its label."""
        return path.removeprefix("extraFields.")
