"""/clients and /clients/{id} (contract sections 2.1 to 2.5)."""

from http import HTTPStatus

from counterfoil_simulators.robaws import bodies, changes, fields, listing, representation
from counterfoil_simulators.robaws.errors import RobawsApiError, forbidden, method_not_allowed, not_found
from counterfoil_simulators.robaws.page_faults import ITEM_FAULTS, corrupt, deleted_body
from counterfoil_simulators.robaws.records import Json, Record
from counterfoil_simulators.robaws.store import View
from counterfoil_simulators.robaws.tenant import RobawsCall
from counterfoil_simulators.wire import WireResponse

INCLUDES = frozenset({"contacts"})


def list_clients(call: RobawsCall) -> WireResponse:
    """GET /clients: one page, in the envelope."""
    switches = call.tenant.switches
    with call.tenant.store.lock:
        view = call.view()
        with_contacts = "contacts" in representation.parse_includes(call.request.query, INCLUDES, switches)
        without_rows = with_contacts and call.faults("nobody_included")
        contacts_view = View(view.clients, {}, {}, view.version) if without_rows else view

        def render(record: Record) -> bytes:
            return representation.render_client(
                record, "list", contacts_view, switches, with_contacts=with_contacts
            )

        ids = listing.chosen_ids(call, view, "clients", view.clients.values, fields.SORTABLE_CLIENT)
        return listing.answer_page(call, ids, view.clients, render, of_clients=True)


def read_client(call: RobawsCall, client_id: str) -> WireResponse:
    """GET /clients/{id}: the resource without an envelope, or 404."""
    switches = call.tenant.switches
    if call.faults("deleted_body", meant=lambda fault: fault.client == client_id):
        return WireResponse(200, deleted_body(client_id))
    redirected = call.faults("answered_by", meant=lambda fault: fault.client == client_id)
    with call.tenant.store.lock:
        view = call.view()
        record = find_client(view, redirected[0].other if redirected else client_id)
        if record.archived and switches.archived_answer == 404:
            raise not_found()
        included = representation.parse_includes(call.request.query, INCLUDES, switches)
        body = representation.render_client(record, "detail", view, switches, with_contacts="contacts" in included)
    return WireResponse(200, _corrupted(call, record, body))


def create_client(call: RobawsCall) -> WireResponse:
    """POST /clients: 201 and the resource. Only `name` is required."""
    tenant = call.tenant
    written = bodies.parse_json(call.request)
    with tenant.store.lock:
        blank = fields.blank_client()
        client = fields.apply_client(written, blank, blank, tenant.extra_field_definitions, tenant.switches)
        record = changes.insert_client(tenant, client)
        return WireResponse(201, _corrupted(call, record, _detail(call, record)))


def replace_client(call: RobawsCall, client_id: str) -> WireResponse:
    """PUT /clients/{id}: replace the client; absent fields become null."""
    written = bodies.parse_json(call.request)
    with call.tenant.store.lock:
        record = find_client(call.tenant.store.live, client_id)
        before = record.json()
        kept = {field: before.get(field) for field in fields.READ_ONLY}
        return _save(call, record, written, fields.blank_client() | kept)


def patch_client(call: RobawsCall, client_id: str) -> WireResponse:
    """PATCH /clients/{id}: merge patch or JSON patch."""
    with call.tenant.store.lock:
        record = find_client(call.tenant.store.live, client_id)
        current = record.json()
        return _save(call, record, bodies.apply_patch(call.request, current), current)


def delete_client(call: RobawsCall, client_id: str) -> WireResponse:
    """DELETE /clients/{id}: 204; from then on 404. By switch it does something else."""
    switches = call.tenant.switches
    with call.tenant.store.lock:
        record = find_client(call.tenant.store.live, client_id)
        match switches.client_delete:
            case "removed":
                changes.delete_client(call.tenant, record.id)
            case "refused":
                raise RobawsApiError(HTTPStatus.CONFLICT, "The client has sales invoices")
            case "forbidden":
                raise forbidden()
            case "405":
                raise method_not_allowed()
    return WireResponse(200, b'{"success": true}') if switches.delete_answers_body else WireResponse(204)


def find_client(view: View, client_id: str) -> Record:
    """Return the client with this id. Raises 404."""
    record = view.clients.get(bodies.parse_id(client_id))
    if record is None:
        raise not_found()
    return record


def _save(call: RobawsCall, before: Record, written: object, current: Json) -> WireResponse:
    tenant = call.tenant
    client = fields.apply_client(written, current, before.json(), tenant.extra_field_definitions, tenant.switches)
    record = changes.update_client(tenant, before, client)
    if tenant.switches.write_answers_body:
        return WireResponse(200, _corrupted(call, record, _detail(call, record)))
    return WireResponse(204)


def _corrupted(call: RobawsCall, record: Record, body: bytes) -> bytes:
    for fault in call.faults(*ITEM_FAULTS, meant=lambda fault: fault.client == str(record.id)):
        body = corrupt(body, fault)
    return body


def _detail(call: RobawsCall, record: Record) -> bytes:
    return representation.render_client(record, "detail", call.tenant.store.live, call.tenant.switches)
