"""A Robaws client as it comes: what identifies it, how its fields are reached, its quirks."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import orjson

from counterfoil.connectors.contract import Item
from counterfoil.errors import BadRecord
from counterfoil.normalize.value import instant

VOLATILE = ("_metadata",)
"""Top-level keys that change without the client changing; they take no part in the digest."""

_NOT_EXTRA = frozenset({"id", "extraFields", "address", "updatedAt", "contacts", *VOLATILE})
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

    def getter(self, source: str) -> Callable[[Mapping[str, Any]], Any]:
        """ "tel" | "address.city" | "extraFields.<label>", where the label may hold dots and spaces."""
        head, dot, rest = source.partition(".")
        if not dot:
            return lambda raw: raw.get(source)
        if head == "extraFields":
            return lambda raw: typed_value(_child(raw, "extraFields").get(rest))
        return lambda raw: _child(raw, head).get(rest)

    def tidy(self, external_id: str, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        """Strip the " - {id}" that some tenants append to the name (contract section 3, quirk)."""
        name = raw.get("name")
        suffix = f" - {external_id}"
        if isinstance(name, str) and name.endswith(suffix):
            return {**raw, "name": name.removesuffix(suffix)}
        return raw

    def archived(self, raw: Mapping[str, Any]) -> bool:
        """A generic read-only marker of Robaws' DTOs; on clients it is inferred (contract section 3)."""
        return bool(raw.get("archivedAt") or raw.get("deletedAt"))

    def others(self, raw: Mapping[str, Any], used: frozenset[str]) -> dict[str, Any]:
        """Extra fields by label and unknown top-level keys by name; nulls are left out."""
        found: dict[str, Any] = {
            key: value
            for key, value in raw.items()
            if value is not None and key not in _NOT_EXTRA and key not in used
        }
        for key, value in _child(raw, "address").items():
            if value is not None and f"address.{key}" not in used:
                found[f"address.{key}"] = value
        for label, value in _child(raw, "extraFields").items():
            inner = typed_value(value)
            if inner is not None and f"extraFields.{label}" not in used:
                found[label] = inner
        return found


def _child(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = raw.get(key)
    return value if isinstance(value, dict) else {}
