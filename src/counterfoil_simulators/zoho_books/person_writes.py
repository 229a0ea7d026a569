"""POST, PUT and DELETE of contact persons, and the choice of the primary one (contract section 3)."""

from counterfoil_simulators.wire import WireResponse
from counterfoil_simulators.zoho_books import body_fields, changes, errors, person_rows
from counterfoil_simulators.zoho_books.bodies import parse_json_object
from counterfoil_simulators.zoho_books.contact_writes import answer_success
from counterfoil_simulators.zoho_books.contacts import find_contact
from counterfoil_simulators.zoho_books.data.person import blank_person
from counterfoil_simulators.zoho_books.records import Person
from counterfoil_simulators.zoho_books.tenant import ZohoCall

SAVED = "Contact person's information has been saved."


def create_person(call: ZohoCall) -> WireResponse:
    """POST /contacts/contactpersons: 201; never the primary one, unless there was none."""
    document, organization = parse_json_object(call.request), call.organization
    if not document.get("contact_id"):
        raise errors.missing_value("contact_id")
    with organization.books.lock:
        contact = find_contact(call, str(document["contact_id"]))
        fields = body_fields.person_fields(document, call.tenant.switches)
        if not fields.get("first_name", "").strip():
            raise errors.missing_value("first_name")
        primary = {"is_primary_contact": organization.books.primary_of(contact.id) is None}
        body = blank_person() | fields | primary
        return _answer(call, 201, changes.insert_person(call.tenant, organization, contact, body))


def change_person(call: ZohoCall, person_id: str) -> WireResponse:
    """PUT /contacts/contactpersons/{id}: change the given fields; by switch the others become empty."""
    document, organization, switches = parse_json_object(call.request), call.organization, call.tenant.switches
    with organization.books.lock:
        person = _existing(call, person_id)
        fields = body_fields.person_fields(document, switches)
        if switches.person_written == "replace":
            fields = dict.fromkeys(body_fields.PERSON_TEXTS, "") | fields
        if not (person.body | fields)["first_name"].strip():
            raise errors.missing_value("first_name")
        return _answer(call, 200, changes.change_person(call.tenant, organization, person, fields))


def delete_person(call: ZohoCall, person_id: str) -> WireResponse:
    """DELETE /contacts/contactpersons/{id}."""
    with call.organization.books.lock:
        changes.remove_person(call.tenant, call.organization, _existing(call, person_id))
    return answer_success(200, "The contact person has been deleted.")


def make_primary(call: ZohoCall, person_id: str) -> WireResponse:
    """POST /contacts/contactpersons/{id}/primary."""
    with call.organization.books.lock:
        changes.make_primary(call.tenant, call.organization, _existing(call, person_id))
    return answer_success(200, "This contact person has been marked as your primary contact person.")


def _existing(call: ZohoCall, person_id: str) -> Person:
    person = call.organization.books.persons.get(person_id)
    if person is None:
        raise errors.does_not_exist("Contact person", call.tenant.switches.not_found_status)
    return person


def _answer(call: ZohoCall, status: int, person: Person) -> WireResponse:
    found = person_rows.person_in_contact(person) | {"contact_id": person.contact_id}
    answer = [found] if call.tenant.switches.person_answer == "list" else found
    return answer_success(status, SAVED, {"contact_person": answer})
