"""/contacts and /contacts/{id} (contract sections 2.1 and 2.2)."""

from collections.abc import Callable, Mapping
from typing import Any

from counterfoil_simulators.wire import WireResponse
from counterfoil_simulators.zoho_books import contact_filters, contact_rows, listing, sort_order
from counterfoil_simulators.zoho_books.books import Books
from counterfoil_simulators.zoho_books.errors import does_not_exist
from counterfoil_simulators.zoho_books.records import Contact
from counterfoil_simulators.zoho_books.sort_order import ZohoSortOrder
from counterfoil_simulators.zoho_books.tenant import ZohoCall

DEFAULT_ORDER = ZohoSortOrder("contact_name", "A")
COLUMNS = frozenset(
    {
        *("contact_name", "first_name", "last_name", "email", "outstanding_receivable_amount"),
        *("created_time", "last_modified_time"),
    }
)


def list_contacts(call: ZohoCall) -> WireResponse:
    """GET /contacts: customers and vendors, flat."""
    organization, switches, query = call.organization, call.tenant.switches, call.request.query
    ignoring = bool(call.faults("ignore_last_modified_time"))
    books = organization.books
    criteria = contact_filters.parse(query, switches, organization.today, ignore_modified=ignoring)
    order = sort_order.parse(query, COLUMNS, DEFAULT_ORDER, switches)

    def choose() -> list[str]:
        chosen = contact_filters.select(books, criteria)
        return [contact.id for contact in sort_order.sort_records(chosen, order, _keys(books))]

    with books.lock:
        ids = listing.find_ids(call, ("contacts", criteria, order), choose)
        context = {"applied_filter": criteria.applied_filter, "custom_fields": []}
        report = listing.Report("contacts", "Contacts", "contact_id", context)
        return listing.answer_page(
            call,
            report,
            ids,
            order,
            lambda contact_id: contact_rows.list_row(books.contacts[contact_id], organization, switches),
        )


def read_contact(call: ZohoCall, contact_id: str) -> WireResponse:
    """GET /contacts/{id}: the whole contact; code 1002 once it is deleted or merged."""
    contact_id = listing.answering_id(call, contact_id)
    if (deleted := listing.answer_deleted(call, "contact", contact_id)) is not None:
        return deleted
    with call.organization.books.lock:
        contact = find_contact(call, contact_id)
        found = contact_rows.detail(contact, call.organization, call.tenant.switches)
        return listing.answer_record(call, "contact", found, "contact_id")


def find_contact(call: ZohoCall, contact_id: str) -> Contact:
    """Return the contact with this id in the call's organisation. Raises code 1002."""
    contact = call.organization.books.contacts.get(contact_id)
    if contact is None:
        raise does_not_exist("Contact", call.tenant.switches.not_found_status)
    return contact


def _keys(books: Books) -> Mapping[str, Callable[[Contact], Any]]:
    """Return the sort keys by column."""

    def of_primary(name: str) -> Callable[[Contact], str]:
        def key(contact: Contact) -> str:
            primary = books.primary_of(contact.id)
            return "" if primary is None else str(primary.body[name]).casefold()

        return key

    return {
        "id": lambda contact: contact.id,
        "contact_name": lambda contact: contact.name.casefold(),
        "outstanding_receivable_amount": lambda contact: books.outstanding(contact.id),
        "created_time": lambda contact: contact.created,
        "last_modified_time": lambda contact: contact.modified,
        **{name: of_primary(name) for name in ("first_name", "last_name", "email")},
    }
