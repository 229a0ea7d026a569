"""Changes by people while a client reads page after page: rows deleted, added, moved (contract section 2.1)."""

from collections.abc import Sequence

from counterfoil_simulators.zoho_books import changes
from counterfoil_simulators.zoho_books.data.later_changes import new_contact
from counterfoil_simulators.zoho_books.faults import ZohoFault
from counterfoil_simulators.zoho_books.organization import SimulatedOrganization
from counterfoil_simulators.zoho_books.records import Contact
from counterfoil_simulators.zoho_books.tenant import ZohoCall, ZohoTenant

FRONT, BACK = "! ", "🪧 "
"""Prefixes that sort a name before and after every name that does not begin with a space."""


def drift(call: ZohoCall, fault: ZohoFault, key: str, ids: Sequence[str], start: int, per_page: int) -> None:
    """Delete rows of this page, add contacts, or move rows, after the page was made.

    Moving to the front takes rows of the next page, which the reader misses; moving to the back takes rows of this
    page, which the reader gets again. Rows move by name and, for all kinds, by time of modification.
    """
    if fault.kind == "drift_insert":
        for _ in range(fault.count):
            body = new_contact(call.organization, "customer", call.tenant.dice)
            changes.insert_contact(call.tenant, call.organization, body)
        return
    at = start + per_page if fault.kind == "drift_move" and fault.to == "front" else start
    for record_id in [fault.record] if fault.record is not None else list(ids[at : at + fault.count]):
        if fault.kind == "drift_delete":
            _delete(call, key, record_id)
        else:
            _move(call, key, record_id, fault.to)


def _delete(call: ZohoCall, key: str, record_id: str) -> None:
    books = call.organization.books
    match key:
        case "contacts" if record_id in books.contacts:
            changes.remove_contact(call.tenant, call.organization, books.contacts[record_id])
        case "invoices" if record_id in books.invoices:
            changes.remove_invoice(call.tenant, call.organization, books.invoices[record_id])
        case "contact_persons" if record_id in books.persons:
            changes.remove_person(call.tenant, call.organization, books.persons[record_id])


def _move(call: ZohoCall, key: str, record_id: str, to: str) -> None:
    tenant, organization = call.tenant, call.organization
    books = organization.books
    match key:
        case "contacts" if record_id in books.contacts:
            move_by_name(tenant, organization, books.contacts[record_id], to=to)
        case "invoices" if record_id in books.invoices:
            changes.change_invoice(tenant, organization, books.invoices[record_id], {})


def move_by_name(tenant: ZohoTenant, organization: SimulatedOrganization, contact: Contact, *, to: str) -> None:
    """Rename a contact so that it sorts first by name (`front`), or last (`back`)."""
    name = {"front": FRONT, "back": BACK}[to] + contact.name
    changes.change_contact(tenant, organization, contact, {"contact_name": name})
