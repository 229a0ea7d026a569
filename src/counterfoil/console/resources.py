"""What people call the resources, and where their records are shown."""

from dataclasses import dataclass

from django.urls import reverse

from counterfoil.connectors.contract import Resource
from counterfoil.mirror.tables import table

_WORDS = {
    Resource.CUSTOMER: ("customer", "customers"),
    Resource.CONTACT_PERSON: ("contact person", "contact persons"),
    Resource.INVOICE: ("invoice", "invoices"),
}


def one(resource: str) -> str:
    """As in "contact person"."""
    return _WORDS[Resource(resource)][0]


def several(resource: str) -> str:
    """As in "contact persons"."""
    return _WORDS[Resource(resource)][1]


@dataclass(frozen=True, slots=True)
class Here:
    """Where a record is shown, and what it is called there: a contact person is shown with their customer."""

    noun: str
    address: str


def here(resource: str, connection_id: int, external_id: str | None) -> Here | None:
    """Where a record of the mirror is shown; None where there is none, or no page that shows it."""
    if external_id is None:
        return None
    row = table(resource).rows(connection_id).filter(external_id=external_id).only("pk").first()
    shown, key = resource, row.pk if row else None
    if resource == Resource.CONTACT_PERSON and row is not None:
        shown, key = Resource.CUSTOMER, row.customer_id
    return Here(one(shown), reverse(f"admin:mirror_{shown}_change", args=[key])) if key else None
