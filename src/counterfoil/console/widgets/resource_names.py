"""The nouns for resources, and links to the pages that show their records."""

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


def noun(resource: str) -> str:
    """Return the singular, as in "contact person"."""
    return _WORDS[Resource(resource)][0]


def nouns(resource: str) -> str:
    """Return the plural, as in "contact persons"."""
    return _WORDS[Resource(resource)][1]


@dataclass(frozen=True, slots=True)
class RecordLink:
    """The page of a record and the noun for it. Contact persons are shown on their customer's page."""

    noun: str
    address: str


def find_link(resource: str, connection_id: int, external_id: str | None) -> RecordLink | None:
    """Find the page of a mirrored record; None where the record is not here or no page shows it."""
    if external_id is None:
        return None
    return find_links([(resource, connection_id, external_id)]).get((resource, connection_id, external_id))


type RecordKey = tuple[str, int, str]
"""Resource, the connection's key, external id."""


def find_links(keys: Iterable[RecordKey]) -> dict[RecordKey, RecordLink]:
    """Find the pages of many records with one query per resource and connection; those without are left out."""
    groups: dict[tuple[str, int], set[str]] = {}
    for resource, connection_id, external_id in keys:
        groups.setdefault((resource, connection_id), set()).add(external_id)
    found: dict[RecordKey, RecordLink] = {}
    for (resource, connection_id), ids in groups.items():
        columns = ("external_id", "customer_id") if resource == Resource.CONTACT_PERSON else ("external_id",)
        for row in table(resource).rows(connection_id).filter(external_id__in=ids).only(*columns):
            link = _link(resource, row)
            if link is not None:
                found[resource, connection_id, str(row.external_id)] = link
    return found


def _link(resource: str, row: Mirrored) -> RecordLink | None:
    shown, key = resource, row.pk
    if isinstance(row, ContactPerson):
        shown, key = Resource.CUSTOMER, row.customer_id
    return (
        RecordLink(noun(shown), reverse(f"admin:counterfoil_mirror_{shown}_change", args=[key])) if key else None
    )
