"""/contacts, /clients/{id}/contacts and single contacts (contract section 2.6)."""

from collections.abc import Callable, Iterable

from counterfoil_simulators.robaws import bodies, changes, fields, listing, representation
from counterfoil_simulators.robaws.clients import find_client
from counterfoil_simulators.robaws.errors import method_not_allowed, not_found
from counterfoil_simulators.robaws.records import Json, Record
from counterfoil_simulators.robaws.store import View
from counterfoil_simulators.robaws.tenant import RobawsCall
from counterfoil_simulators.wire import WireResponse

INCLUDES = frozenset({"client"})


def list_contacts(call: RobawsCall) -> WireResponse:
    """GET /contacts: the contacts of all clients. `email=` does not filter."""
    if call.tenant.switches.root_contacts == "404":
        raise not_found()
    with call.tenant.store.lock:
        view = call.view()
        return _list(call, view, "contacts", view.contacts.values)


def list_contacts_of_client(call: RobawsCall, client_id: str) -> WireResponse:
    """GET /clients/{id}/contacts."""
    with call.tenant.store.lock:
        view = call.view()
        record = find_client(view, client_id)
        return _list(call, view, ("contacts", record.id), lambda: view.contacts_of_client(record.id))


def read_contact(call: RobawsCall, contact_id: str) -> WireResponse:
    """GET /contacts/{id}."""
    with call.tenant.store.lock:
        view = call.view()
        record = view.contacts.get(bodies.parse_id(contact_id))
        if record is None:
            raise not_found()
        return _one(call, view, record)


def read_contact_of_client(call: RobawsCall, client_id: str, contact_id: str) -> WireResponse:
    """GET /clients/{id}/contacts/{contactId}."""
    with call.tenant.store.lock:
        view = call.view()
        return _one(call, view, _of_client(view, client_id, contact_id))


def create_contact(call: RobawsCall, client_id: str) -> WireResponse:
    """POST /clients/{id}/contacts: 201 and the contact. The same person can be created twice."""
    tenant = call.tenant
    written = bodies.parse_json(call.request)
    with tenant.store.lock:
        owner = find_client(tenant.store.live, client_id)
        blank: Json = {"id": None, "clientId": str(owner.id), **dict.fromkeys(fields.CONTACT_TEXTS)}
        blank |= {"createdAt": None, "updatedAt": None}
        record = changes.save_contact(tenant, fields.apply_contact(written, blank))
        return WireResponse(201, representation.render_contact(record, tenant.store.live, tenant.switches))


def replace_contact(call: RobawsCall, client_id: str, contact_id: str) -> WireResponse:
    """PUT /clients/{id}/contacts/{contactId}: replace the contact; absent fields become null."""
    written = bodies.parse_json(call.request)
    with call.tenant.store.lock:
        record = _of_client(call.tenant.store.live, client_id, contact_id)
        return _save(call, record, written)


def patch_contact(call: RobawsCall, client_id: str, contact_id: str) -> WireResponse:
    """PATCH /clients/{id}/contacts/{contactId}."""
    with call.tenant.store.lock:
        record = _of_client(call.tenant.store.live, client_id, contact_id)
        return _save(call, record, bodies.apply_patch(call.request, record.json()))


def delete_contact(call: RobawsCall, client_id: str, contact_id: str) -> WireResponse:
    """DELETE /clients/{id}/contacts/{contactId}: whether it exists is unknown."""
    if not call.tenant.switches.contact_delete:
        raise method_not_allowed()
    with call.tenant.store.lock:
        changes.delete_contact(call.tenant, _of_client(call.tenant.store.live, client_id, contact_id))
    return WireResponse(204)


def _list(call: RobawsCall, view: View, scope: object, records: Callable[[], Iterable[Record]]) -> WireResponse:
    switches = call.tenant.switches
    included = representation.parse_includes(call.request.query, INCLUDES, switches)

    def render(record: Record) -> bytes:
        return representation.render_contact(record, view, switches, with_client="client" in included)

    ids = listing.chosen_ids(call, view, scope, records, fields.SORTABLE_CONTACT)
    return listing.answer_page(call, ids, view.contacts, render, of_clients=False)


def _one(call: RobawsCall, view: View, record: Record) -> WireResponse:
    switches = call.tenant.switches
    included = representation.parse_includes(call.request.query, INCLUDES, switches)
    return WireResponse(
        200, representation.render_contact(record, view, switches, with_client="client" in included)
    )


def _of_client(view: View, client_id: str, contact_id: str) -> Record:
    owner = find_client(view, client_id)
    record = view.contacts.get(bodies.parse_id(contact_id))
    if record is None or record.owner != owner.id:
        raise not_found()
    return record


def _save(call: RobawsCall, before: Record, written: object) -> WireResponse:
    tenant = call.tenant
    contact = fields.apply_contact(written, before.json())
    record = before
    if contact != before.json() or tenant.switches.noop_write_touches:
        record = changes.save_contact(tenant, contact)
    if tenant.switches.write_answers_body:
        return WireResponse(200, representation.render_contact(record, tenant.store.live, tenant.switches))
    return WireResponse(204)
