"""A Robaws client as it comes: what identifies it, how its fields are reached, its quirks."""

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar

import orjson

from counterfoil.connectors.contract import Item
from counterfoil.errors import BadRecord
from counterfoil.normalize.value import instant

VOLATILE = ("_metadata",)
"""Top-level keys that change without the client changing; they take no part in the digest."""

_NO_PART = frozenset({"id", "updatedAt", "contacts", *VOLATILE})
_TYPED = (
    "stringValue",
    "dateValue",
    "decimalValue",
    "integerValue",
    "booleanValue",
    "numberValue",
    "intValue",
)
"""Extra fields are typed values; a checkbox has been seen as numberValue (contract section 3)."""


def identify(raw: bytes) -> Item:
    """Find id, modified time and canonical digest of one client. Raises BadRecord."""
    try:
        record = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise BadRecord("This entry is not readable JSON.") from None
    if type(record) is not dict:
        raise BadRecord("This entry is not an object.")
    external_id = record.get("id")
    if type(external_id) is int:
        external_id = str(external_id)
    if type(external_id) is not str or not external_id.strip():
        raise BadRecord("This entry has no id.")
    for key in VOLATILE:
        record.pop(key, None)
    return Item(
        external_id=external_id,
        modified=instant(record.get("updatedAt")),
        digest=hashlib.sha256(orjson.dumps(record, option=orjson.OPT_SORT_KEYS)).digest(),
        raw=raw,
    )


def typed_value(value: Any) -> Any:
    """The value inside a typed extra field, or the value itself where it comes bare."""
    if isinstance(value, dict):
        for key in _TYPED:
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

    def flatten(self, external_id: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Paths are "tel", "address.city", "extraFields.<label>" (a label may hold dots and spaces)."""
        flat: dict[str, Any] = {}
        for key, value in raw.items():
            if key in _NO_PART:
                continue
            if key == "extraFields":
                if type(value) is dict:
                    for label, field in value.items():
                        flat[f"extraFields.{label}"] = typed_value(field)
            elif type(value) is dict:
                for inner, field in value.items():
                    flat[f"{key}.{inner}"] = field
            else:
                flat[key] = value
        name, suffix = flat.get("name"), f" - {external_id}"
        if isinstance(name, str) and name.endswith(suffix):  # some tenants append it (contract section 3)
            flat["name"] = name.removesuffix(suffix)
        return flat

    def archived(self, raw: Mapping[str, Any]) -> bool:
        """A generic read-only marker of Robaws' DTOs; on clients it is inferred (contract section 3)."""
        return bool(raw.get("archivedAt") or raw.get("deletedAt"))

    def label(self, path: str) -> str:
        """An extra field is called by its label."""
        return path.removeprefix("extraFields.")
