"""/contacts/contactpersons, /contacts/{id}/contactpersons and one of them by its id (contract section 3)."""

from counterfoil_simulators.wire import WireResponse
from counterfoil_simulators.zoho_books import listing, person_rows
from counterfoil_simulators.zoho_books.contacts import find_contact, read_contact
from counterfoil_simulators.zoho_books.errors import does_not_exist
from counterfoil_simulators.zoho_books.records import Json
from counterfoil_simulators.zoho_books.sort_order import ZohoSortOrder
from counterfoil_simulators.zoho_books.tenant import ZohoCall

REPORT = listing.Report("contact_persons", "Contact Persons", "contact_person_id", {})
ORDER = ZohoSortOrder("contact_person_id", "A")


def list_persons(call: ZohoCall) -> WireResponse:
    """GET /contacts/contactpersons: the persons of all contacts, vendors too.

    There is no filter and no time of modification.
    """
    books = call.organization.books
    if not call.tenant.switches.all_persons_listed:
        return read_contact(call, "contactpersons")
    with books.lock:
        return _list(call, listing.find_ids(call, "persons", lambda: sorted(books.persons)))


def list_persons_of_contact(call: ZohoCall, contact_id: str) -> WireResponse:
    """GET /contacts/{id}/contactpersons."""
    with call.organization.books.lock:
        contact = find_contact(call, contact_id)
        return _list(call, [person.id for person in call.organization.books.persons_of(contact.id)])


def read_person(call: ZohoCall, contact_id: str, person_id: str) -> WireResponse:
    """GET /contacts/{id}/contactpersons/{id}: a person in the form that its contact has."""
    organization = call.organization
    with organization.books.lock:
        contact = find_contact(call, contact_id)
        person = organization.books.persons.get(person_id)
        if person is None or person.contact_id != contact.id:
            raise does_not_exist("Contact person", call.tenant.switches.not_found_status)
        return listing.answer_record(
            call, "contact_person", person_rows.person_in_contact(person), "contact_person_id"
        )


def _list(call: ZohoCall, ids: list[str]) -> WireResponse:
    organization = call.organization

    def row(person_id: str) -> Json:
        return person_rows.list_row(organization.books.persons[person_id], organization)

    return listing.answer_page(call, REPORT, ids, ORDER, row)
