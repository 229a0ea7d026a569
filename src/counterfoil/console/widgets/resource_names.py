"""What people call the resources, and where their records are shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from counterfoil.connectors.page import Resource
from counterfoil.mirror.models import ContactPerson, Mirrored
from counterfoil.mirror.resources import table

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
    return several_here([(resource, connection_id, external_id)]).get((resource, connection_id, external_id))


type Named = tuple[str, int, str]
"""A resource, a connection's key, an external id."""


def several_here(named: Iterable[Named]) -> dict[Named, Here]:
    """The same for many records at once; those that have no page are left out."""
    groups: dict[tuple[str, int], set[str]] = {}
    for resource, connection_id, external_id in named:
        groups.setdefault((resource, connection_id), set()).add(external_id)
    found: dict[Named, Here] = {}
    for (resource, connection_id), ids in groups.items():
        columns = ("external_id", "customer_id") if resource == Resource.CONTACT_PERSON else ("external_id",)
        for row in table(resource).rows(connection_id).filter(external_id__in=ids).only(*columns):
            at = _here(resource, row)
            if at is not None:
                found[resource, connection_id, str(row.external_id)] = at
    return found


def _here(resource: str, row: Mirrored) -> Here | None:
    shown, key = resource, row.pk
    if isinstance(row, ContactPerson):
        shown, key = Resource.CUSTOMER, row.customer_id
    return Here(one(shown), reverse(f"admin:counterfoil_mirror_{shown}_change", args=[key])) if key else None
