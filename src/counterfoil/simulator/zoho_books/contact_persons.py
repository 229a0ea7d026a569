"""/contacts/contactpersons and /contacts/{id}/contactpersons (contract section 3)."""

from counterfoil.simulator.wire import Response
from counterfoil.simulator.zoho_books import listing, person_rows
from counterfoil.simulator.zoho_books.contacts import existing, read_contact
from counterfoil.simulator.zoho_books.records import Json
from counterfoil.simulator.zoho_books.sorting import Order
from counterfoil.simulator.zoho_books.tenant import Call

REPORT = listing.Report("contact_persons", "Contact Persons", "contact_person_id", {})
ORDER = Order("contact_person_id", "A")


def list_persons(call: Call) -> Response:
    """GET /contacts/contactpersons: everybody, vendors' people too. No filter, no time of modification."""
    books = call.organization.books
    if not call.tenant.switches.all_persons_listed:
        return read_contact(call, "contactpersons")
    with books.lock:
        return _list(call, listing.kept(call, "persons", lambda: sorted(books.persons)))


def list_persons_of_contact(call: Call, contact_id: str) -> Response:
    """GET /contacts/{id}/contactpersons."""
    with call.organization.books.lock:
        contact = existing(call, contact_id)
        return _list(call, [person.id for person in call.organization.books.persons_of(contact.id)])


def _list(call: Call, ids: list[str]) -> Response:
    organization = call.organization

    def row(person_id: str) -> Json:
        return person_rows.list_row(organization.books.persons[person_id], organization)

    return listing.answer(call, REPORT, ids, ORDER, row)
