"""The fields of a body that are stored or refused; unknown keys are ignored (contract sections 2.3 and 3)."""

import re
from collections.abc import Iterable
from typing import Any

from counterfoil_simulators.zoho_books.contact_rows import GST_FIELDS, VAT_FIELDS
from counterfoil_simulators.zoho_books.data.contact import blank_address
from counterfoil_simulators.zoho_books.data.person import blank_person
from counterfoil_simulators.zoho_books.data.places import COUNTRY_NAMES
from counterfoil_simulators.zoho_books.errors import missing_value, refused_value
from counterfoil_simulators.zoho_books.organization import SimulatedOrganization
from counterfoil_simulators.zoho_books.records import Json
from counterfoil_simulators.zoho_books.switches import ZohoSwitches

LONGEST = {
    **dict.fromkeys(("contact_name", "company_name"), 200),
    **dict.fromkeys(("first_name", "last_name", "email"), 100),
    **dict.fromkeys(("phone", "mobile", "designation", "department"), 50),
    "salutation": 25,
}
"""Greatest lengths in characters."""
PERSON_TEXTS = tuple(name for name in blank_person() if name != "is_primary_contact")
ADDRESSES = ("billing_address", "shipping_address")
ADDRESS_TEXTS = tuple(name for name in blank_address("0") if name != "address_id")
_CONTACT_TEXTS = ("contact_name", "company_name", "website", "language_code", "notes", "payment_terms_label")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_CODES = {name.casefold(): code for code, name in COUNTRY_NAMES.items()}


def blank_contact(organization: SimulatedOrganization) -> Json:
    """Make a customer with every field, all empty or at their defaults."""
    addresses = {name: blank_address(organization.books.next_id()) for name in ADDRESSES}
    return dict.fromkeys(_CONTACT_TEXTS, "") | {
        "contact_type": "customer",
        "status": "active",
        "customer_sub_type": "business",
        "payment_terms": 0,
        "payment_terms_label": "Due on Receipt",
        "currency_code": organization.profile.currency_code,
        "portal_status": "disabled",
        **addresses,
    }


def contact_fields(
    document: Json, before: Json, organization: SimulatedOrganization, switches: ZohoSwitches
) -> Json:
    """Return the new values of a contact in a body. Raises code 6 without a name."""
    texts = [*_CONTACT_TEXTS]
    texts += GST_FIELDS if organization.profile.with_gst else ()
    texts += VAT_FIELDS if switches.vat_numbers == "kept" else ()
    fields = _texts(document, texts, switches)
    if not (before | fields)["contact_name"].strip():
        raise missing_value("contact_name")
    if "payment_terms" in document:
        if type(document["payment_terms"]) is not int:
            raise refused_value("payment_terms", switches.refused_value)
        fields["payment_terms"] = document["payment_terms"]
    for name in ADDRESSES:
        if name in document:
            fields[name] = _address(document[name], before[name], name, switches)
    if "custom_fields" in document:
        stored = before.get("custom_fields", [])
        fields["custom_fields"] = _custom_fields(document["custom_fields"], stored, organization, switches)
    return fields


def contact_type(document: Json, switches: ZohoSwitches) -> str:
    """Return the type of a new contact: customer by default."""
    found = document.get("contact_type") or "customer"
    if found not in {"customer", "vendor"}:
        raise refused_value("contact_type", switches.refused_value)
    return str(found)


def person_fields(document: Any, switches: ZohoSwitches) -> Json:
    """Return the values of a person in a body."""
    if not isinstance(document, dict):
        raise refused_value("contact_persons", switches.refused_value)
    return _texts(document, PERSON_TEXTS, switches)


def _texts(document: Json, names: Iterable[str], switches: ZohoSwitches) -> Json:
    return {name: _text(document[name], name, switches) for name in names if name in document}


def _text(value: Any, name: str, switches: ZohoSwitches) -> str:
    """Return a text; numbers are converted, null is empty."""
    found = "" if value is None else str(value)
    wrong = isinstance(value, bool | list | dict) or len(found) > LONGEST.get(name, len(found))
    if wrong or (name == "email" and found and not _EMAIL.fullmatch(found)):
        raise refused_value(name, switches.refused_value)
    return found[: switches.cut_texts_at].rstrip() if switches.cut_texts_at else found


def _address(document: Any, before: Json, name: str, switches: ZohoSwitches) -> Json:
    """Return the address after a write. A country without a code gets its code."""
    if not isinstance(document, dict):
        raise refused_value(name, switches.refused_value)
    fields = _texts(document, ADDRESS_TEXTS, switches)
    if "country" in fields and "country_code" not in fields:
        fields["country_code"] = _CODES.get(fields["country"].casefold(), "")
    rest = before if switches.address_written == "merge" else blank_address(before["address_id"])
    return rest | fields


def _custom_fields(
    document: Any, stored: list[Json], organization: SimulatedOrganization, switches: ZohoSwitches
) -> list[Json]:
    """Return the custom fields after a write. A field exists if any contact has it, by id or label."""
    if not isinstance(document, list) or not all(isinstance(one, dict) for one in document):
        raise refused_value("custom_fields", switches.refused_value)
    others = (one.body.get("custom_fields", []) for one in organization.books.contacts.values())
    definitions = [*stored, *(field for fields in others for field in fields)]
    kept = (
        {} if switches.custom_fields_written == "replace" else {field["customfield_id"]: field for field in stored}
    )
    for one in document:
        found = next((field for field in definitions if _is_same_field(one, field)), None)
        if found is not None:
            kept[found["customfield_id"]] = found | {"value": one.get("value")}
    return list(kept.values())


def _is_same_field(document: Json, field: Json) -> bool:
    return any(name in document and document[name] == field.get(name) for name in ("customfield_id", "label"))
