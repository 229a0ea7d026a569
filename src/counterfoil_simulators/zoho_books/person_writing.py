"""POST, PUT and DELETE of contact persons, and which one is primary (contract section 3)."""

from counterfoil_simulators.wire import WireResponse
from counterfoil_simulators.zoho_books import changes, errors, person_rows, written
from counterfoil_simulators.zoho_books.bodies import json_object
from counterfoil_simulators.zoho_books.contact_writing import said
from counterfoil_simulators.zoho_books.contacts import existing
from counterfoil_simulators.zoho_books.data.person import blank_person
from counterfoil_simulators.zoho_books.records import Person
from counterfoil_simulators.zoho_books.tenant import ZohoCall

SAVED = "Contact person's information has been saved."


def create_person(call: ZohoCall) -> WireResponse:
    """POST /contacts/contactpersons: 201; never the primary one, unless there was none."""
    asked, organization = json_object(call.request), call.organization
    if not asked.get("contact_id"):
        raise errors.missing_value("contact_id")
    with organization.books.lock:
        contact = existing(call, str(asked["contact_id"]))
        fields = written.person_fields(asked, call.tenant.switches)
        if not fields.get("first_name", "").strip():
            raise errors.missing_value("first_name")
        primary = {"is_primary_contact": organization.books.primary_of(contact.id) is None}
        body = blank_person() | fields | primary
        return _answer(call, 201, changes.insert_person(call.tenant, organization, contact, body))


def change_person(call: ZohoCall, person_id: str) -> WireResponse:
    """PUT /contacts/contactpersons/{id}: what is named is changed; by switch the rest becomes empty."""
    asked, organization, switches = json_object(call.request), call.organization, call.tenant.switches
    with organization.books.lock:
        person = _existing(call, person_id)
        fields = written.person_fields(asked, switches)
        if switches.person_written == "replace":
            fields = dict.fromkeys(written.PERSON_TEXTS, "") | fields
        if not (person.body | fields)["first_name"].strip():
            raise errors.missing_value("first_name")
        return _answer(call, 200, changes.change_person(call.tenant, organization, person, fields))


def delete_person(call: ZohoCall, person_id: str) -> WireResponse:
    """DELETE /contacts/contactpersons/{id}."""
    with call.organization.books.lock:
        changes.remove_person(call.tenant, call.organization, _existing(call, person_id))
    return said(200, "The contact person has been deleted.")


def make_primary(call: ZohoCall, person_id: str) -> WireResponse:
    """POST /contacts/contactpersons/{id}/primary."""
    with call.organization.books.lock:
        changes.make_primary(call.tenant, call.organization, _existing(call, person_id))
    return said(200, "This contact person has been marked as your primary contact person.")


def _existing(call: ZohoCall, person_id: str) -> Person:
    person = call.organization.books.persons.get(person_id)
    if person is None:
        raise errors.does_not_exist("Contact person", call.tenant.switches.not_found_status)
    return person


def _answer(call: ZohoCall, status: int, person: Person) -> WireResponse:
    found = person_rows.person_in_contact(person) | {"contact_id": person.contact_id}
    answer = [found] if call.tenant.switches.person_answer == "list" else found
    return said(status, SAVED, {"contact_person": answer})
