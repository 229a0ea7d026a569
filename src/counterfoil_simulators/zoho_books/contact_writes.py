"""POST, PUT and DELETE of contacts, and their active and inactive status (contract section 2.3)."""

from collections.abc import Sequence
from typing import Any, Literal

import orjson

from counterfoil_simulators.wire import WireResponse
from counterfoil_simulators.zoho_books import body_fields, changes, contact_rows, errors
from counterfoil_simulators.zoho_books.bodies import parse_json_object
from counterfoil_simulators.zoho_books.contacts import find_contact
from counterfoil_simulators.zoho_books.data.person import blank_person
from counterfoil_simulators.zoho_books.listing import JSON_TYPE
from counterfoil_simulators.zoho_books.records import Contact, Json, Person
from counterfoil_simulators.zoho_books.tenant import ZohoCall


def create_contact(call: ZohoCall) -> WireResponse:
    """POST /contacts: 201 and the whole contact."""
    document, organization, switches = parse_json_object(call.request), call.organization, call.tenant.switches
    with organization.books.lock:
        blank = body_fields.blank_contact(organization)
        body = blank | body_fields.contact_fields(document, blank, organization, switches)
        body["contact_type"] = body_fields.contact_type(document, switches)
        _check_name(call, body, None)
        persons = _mark_primary([_new_person(one, call) for one in _person_documents(document, call)])
        contact = changes.enter_contact(call.tenant, organization, body, persons)
        return _answer(call, 201, "The contact has been added.", contact)


def change_contact(call: ZohoCall, contact_id: str) -> WireResponse:
    """PUT /contacts/{id}: change the given fields; given persons replace the present ones."""
    document, organization = parse_json_object(call.request), call.organization
    with organization.books.lock:
        contact = find_contact(call, contact_id)
        fields = body_fields.contact_fields(document, contact.body, organization, call.tenant.switches)
        _check_name(call, contact.body | fields, contact)
        persons = _replace_persons(call, contact, document) if "contact_persons" in document else None
        contact = changes.save_contact(call.tenant, organization, contact, fields, persons)
        return _answer(call, 200, "Contact information has been saved.", contact)


def delete_contact(call: ZohoCall, contact_id: str) -> WireResponse:
    """DELETE /contacts/{id}: refused where it has invoices. By switch it is answered and not done."""
    organization = call.organization
    with organization.books.lock:
        contact = find_contact(call, contact_id)
        if any(organization.books.invoices_of(contact.id)):
            raise errors.in_use(call.tenant.switches.contact_in_use_code)
        if call.tenant.switches.contact_delete == "removed":
            changes.remove_contact(call.tenant, organization, contact)
    noun = "customer" if contact.is_customer else "vendor"
    return answer_success(200, f"The {noun} has been deleted.")


def mark_active(call: ZohoCall, contact_id: str) -> WireResponse:
    """POST /contacts/{id}/active."""
    return _mark(call, contact_id, "active")


def mark_inactive(call: ZohoCall, contact_id: str) -> WireResponse:
    """POST /contacts/{id}/inactive."""
    return _mark(call, contact_id, "inactive")


def answer_success(status: int, message: str, parts: Json | None = None) -> WireResponse:
    """Answer a success with a message."""
    return WireResponse(status, orjson.dumps({"code": 0, "message": message, **(parts or {})}), JSON_TYPE)


def _mark(call: ZohoCall, contact_id: str, status: Literal["active", "inactive"]) -> WireResponse:
    with call.organization.books.lock:
        contact = find_contact(call, contact_id)
        changes.save_contact(call.tenant, call.organization, contact, {"status": status}, None)
    return answer_success(200, f"The contact has been marked as {status}.")


def _answer(call: ZohoCall, status: int, message: str, contact: Contact) -> WireResponse:
    found = contact_rows.detail(contact, call.organization, call.tenant.switches)
    return answer_success(status, message, {"contact": found})


def _check_name(call: ZohoCall, body: Json, contact: Contact | None) -> None:
    if call.tenant.switches.duplicate_name == "allow":
        return
    name = body["contact_name"].strip().casefold()
    for other in call.organization.books.contacts.values():
        if other.name.strip().casefold() == name and (contact is None or other.id != contact.id):
            raise errors.duplicate_name(body["contact_name"])


def _person_documents(document: Json, call: ZohoCall) -> Sequence[Any]:
    found = document.get("contact_persons") or []
    if not isinstance(found, list):
        raise errors.refused_value("contact_persons", call.tenant.switches.refused_value)
    return found


def _new_person(document: Any, call: ZohoCall) -> Json:
    fields = body_fields.person_fields(document, call.tenant.switches)
    if not fields.get("first_name", "").strip():
        raise errors.missing_value("first_name")
    return blank_person() | fields | {"is_primary_contact": document.get("is_primary_contact") is True}


def _replace_persons(call: ZohoCall, contact: Contact, document: Json) -> list[Person]:
    """Return the given persons: those with a known id keep their other fields, others are new."""
    books, tenant = call.organization.books, call.tenant
    by_id = {person.id: person for person in books.persons_of(contact.id)}
    found: list[Person] = []
    for one in _person_documents(document, call):
        before = by_id.get(str(one.get("contact_person_id"))) if isinstance(one, dict) else None
        if before is None:
            found.append(Person(books.next_id(), contact.id, _new_person(one, call), changes.now(tenant)))
        else:
            primary = {"is_primary_contact": one.get("is_primary_contact", before.is_primary) is True}
            fields = body_fields.person_fields(one, tenant.switches)
            found.append(before._replace(body=before.body | fields | primary))
    bodies = _mark_primary([person.body for person in found])
    return [person._replace(body=body) for person, body in zip(found, bodies, strict=True)]


def _mark_primary(persons: Sequence[Json]) -> list[Json]:
    """Mark exactly one person as primary: the first that is so marked, else the first."""
    primary = next((at for at, body in enumerate(persons) if body["is_primary_contact"]), 0)
    return [body | {"is_primary_contact": at == primary} for at, body in enumerate(persons)]
