"""The fields of each resource, listed once: those that an upstream has, and those derived from them.

Everything else that lists fields (the model, the mapping, the history, the command line) follows this file.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "boolean", "date", "time", "money"]


@dataclass(frozen=True, slots=True)
class Field:
    """One mirrored field. `label` is what people read."""

    name: str
    label: str
    kind: Kind = "text"


CUSTOMER_FIELDS: tuple[Field, ...] = (
    Field("name", "Name"),
    Field("company_name", "Company name"),
    Field("legal_form", "Legal form"),
    Field("vat_number", "VAT number"),
    Field("vat_tariff", "Default VAT tariff"),
    Field("phone", "Phone"),
    Field("mobile", "Mobile"),
    Field("website", "Website"),
    Field("email", "E-mail"),
    Field("billing_email", "Billing e-mail"),
    Field("street", "Street"),
    Field("street2", "Street 2"),
    Field("city", "City"),
    Field("postal_code", "Postal code"),
    Field("country", "Country"),
    Field("upstream_role", "Role"),
    Field("assignee", "Assignee"),
    Field("gl_account", "G/L account"),
    Field("status", "Status"),
    Field("external_sales_person", "External sales person"),
    Field("follow_up_date", "Follow-up date", "date"),
    Field("whatsapp", "WhatsApp", "boolean"),
    Field("peppol", "Peppol", "boolean"),
    Field("is_active", "Active", "boolean"),
    Field("language", "Language"),
    Field("currency", "Currency"),
    Field("upstream_created_at", "Created on", "time"),
)
"""The upstream's values, stored as they are, only trimmed. DESIGN: the customer record."""

DERIVED_FIELDS: tuple[Field, ...] = (
    Field("role", "Role used here"),
    Field("phone_e164", "Phone (E.164)"),
    Field("mobile_e164", "Mobile (E.164)"),
    Field("vat_normalized", "VAT number (checked)"),
    Field("email_normalized", "E-mail (normalised)"),
    Field("website_normalized", "Website (normalised)"),
    Field("country_code", "Country code"),
    Field("name_key", "Name key"),
)
"""Derived values, stored beside the upstream's and never instead of them. `role` is the effective role: an
override beats the upstream's."""

PERSON_FIELDS: tuple[Field, ...] = (
    Field("customer_external_id", "Customer"),
    Field("salutation", "Salutation"),
    Field("first_name", "First name"),
    Field("last_name", "Last name"),
    Field("email", "E-mail"),
    Field("phone", "Phone"),
    Field("mobile", "Mobile"),
    Field("designation", "Function"),
    Field("department", "Department"),
    Field("is_primary", "Primary contact", "boolean"),
)
"""The upstream's values of a contact person. `customer_external_id` is the customer's id there."""

PERSON_DERIVED: tuple[Field, ...] = (
    Field("name", "Name"),
    Field("phone_e164", "Phone (E.164)"),
    Field("mobile_e164", "Mobile (E.164)"),
    Field("email_normalized", "E-mail (normalised)"),
)
"""Derived values of a contact person."""

INVOICE_FIELDS: tuple[Field, ...] = (
    Field("customer_external_id", "Customer"),
    Field("number", "Number"),
    Field("reference", "Reference"),
    Field("status", "Status"),
    Field("date", "Date", "date"),
    Field("due_date", "Due date", "date"),
    Field("currency", "Currency"),
    Field("total", "Total", "money"),
    Field("balance", "Balance", "money"),
    Field("email", "E-mail"),
    Field("paid_on", "Last payment on", "date"),
    Field("upstream_created_at", "Created on", "time"),
)
"""The upstream's values of an invoice. Dates have no time and no zone; statuses are stored unchanged."""

CUSTOMER_OF_INVOICE: tuple[Field, ...] = (
    Field("customer_name", "Customer name"),
    Field("phone", "Phone"),
    Field("country", "Country"),
)
"""What an invoice repeats of its customer. These have no columns: the linked customer has the values, else the
invoice's payload or its extra fields. Their history from the time when they had columns keeps these names."""

COLUMNS: tuple[str, ...] = tuple(field.name for field in (*CUSTOMER_FIELDS, *DERIVED_FIELDS))
COLUMNS_OF: dict[str, tuple[str, ...]] = {
    "customer": COLUMNS,
    "contact_person": tuple(field.name for field in (*PERSON_FIELDS, *PERSON_DERIVED)),
    "invoice": tuple(field.name for field in INVOICE_FIELDS),
}
"""The mapped columns of each resource."""
TITLE_OF: dict[str, str] = {"customer": "name", "contact_person": "name", "invoice": "number"}
"""The column that names a record of each resource to people."""
LABELS: dict[str, str] = {field.name: field.label for field in (*CUSTOMER_FIELDS, *DERIVED_FIELDS)}
LABELS_OF: dict[str, dict[str, str]] = {
    "customer": LABELS,
    "contact_person": {field.name: field.label for field in (*PERSON_FIELDS, *PERSON_DERIVED)},
    "invoice": {field.name: field.label for field in (*INVOICE_FIELDS, *CUSTOMER_OF_INVOICE)},
}
"""The labels that people read for the columns of each resource."""
KINDS_OF: dict[str, dict[str, Kind]] = {
    "customer": {field.name: field.kind for field in CUSTOMER_FIELDS},
    "contact_person": {field.name: field.kind for field in PERSON_FIELDS},
    "invoice": {field.name: field.kind for field in INVOICE_FIELDS},
}
"""The kind of each field of the upstream."""
MAPPABLE_OF: dict[str, frozenset[str]] = {
    "customer": frozenset(field.name for field in CUSTOMER_FIELDS),
    "contact_person": frozenset(field.name for field in PERSON_FIELDS),
    "invoice": frozenset(field.name for field in (*INVOICE_FIELDS, *CUSTOMER_OF_INVOICE)),
}
"""The fields of each resource whose sources a connection's field map may choose."""
MAPPABLE: frozenset[str] = MAPPABLE_OF["customer"]
