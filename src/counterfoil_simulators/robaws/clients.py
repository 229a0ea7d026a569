"""/clients and /clients/{id} (contract sections 2.1 to 2.5)."""

from counterfoil_simulators.robaws import bodies, changes, fields, listing, present
from counterfoil_simulators.robaws.errors import not_found
from counterfoil_simulators.robaws.page_faults import spoil
from counterfoil_simulators.robaws.records import Json, Record
from counterfoil_simulators.robaws.store import View
from counterfoil_simulators.robaws.tenant import RobawsCall
from counterfoil_simulators.wire import WireResponse

INCLUDES = frozenset({"contacts"})


def list_clients(call: RobawsCall) -> WireResponse:
    """GET /clients: the envelope with one page."""
    switches = call.tenant.switches
    with call.tenant.store.lock:
        view = call.view()
        asked = present.includes(call.request.query, INCLUDES, switches)
        included = "contacts" in asked
        nobody = included and call.faults("nobody_included")
        people = View(view.clients, {}, {}, view.version) if nobody else view

        def render(record: Record) -> bytes:
            return present.client(record, "list", people, switches, with_contacts=included)

        ids = listing.chosen_ids(call, view, "clients", view.clients.values, fields.SORTABLE_CLIENT)
        return listing.answer(call, ids, view.clients, render, of_clients=True)


def read_client(call: RobawsCall, client_id: str) -> WireResponse:
    """GET /clients/{id}: the bare resource, or 404."""
    switches = call.tenant.switches
    with call.tenant.store.lock:
        view = call.view()
        record = existing(view, client_id)
        if record.archived and switches.archived_answer == 404:
            raise not_found()
        asked = present.includes(call.request.query, INCLUDES, switches)
        body = present.client(record, "detail", view, switches, with_contacts="contacts" in asked)
    for fault in call.faults("garbage", "invalid_utf8", meant=lambda fault: fault.client == str(record.id)):
        body = spoil(body, fault)
    return WireResponse(200, body)


def create_client(call: RobawsCall) -> WireResponse:
    """POST /clients: 201 and the resource. Only `name` is required."""
    tenant = call.tenant
    written = bodies.json_body(call.request)
    with tenant.store.lock:
        blank = fields.blank_client()
        client = fields.written_client(written, blank, blank, tenant.extra_field_definitions, tenant.switches)
        record = changes.insert_client(tenant, client)
        return WireResponse(201, _detail(call, record))


def replace_client(call: RobawsCall, client_id: str) -> WireResponse:
    """PUT /clients/{id}: full replace; what is left out becomes null."""
    written = bodies.json_body(call.request)
    with call.tenant.store.lock:
        record = existing(call.tenant.store.live, client_id)
        before = record.json()
        kept = {field: before.get(field) for field in fields.READ_ONLY}
        return _save(call, record, written, fields.blank_client() | kept)


def patch_client(call: RobawsCall, client_id: str) -> WireResponse:
    """PATCH /clients/{id}: merge patch or JSON patch."""
    with call.tenant.store.lock:
        record = existing(call.tenant.store.live, client_id)
        current = record.json()
        return _save(call, record, bodies.patched(call.request, current), current)


def delete_client(call: RobawsCall, client_id: str) -> WireResponse:
    """DELETE /clients/{id}: 204; from then on 404."""
    with call.tenant.store.lock:
        record = existing(call.tenant.store.live, client_id)
        changes.delete_client(call.tenant, record.id)
    return WireResponse(204)


def existing(view: View, client_id: str) -> Record:
    """The client with this id, or 404."""
    record = view.clients.get(bodies.record_id(client_id))
    if record is None:
        raise not_found()
    return record


def _save(call: RobawsCall, before: Record, written: object, current: Json) -> WireResponse:
    tenant = call.tenant
    client = fields.written_client(
        written, current, before.json(), tenant.extra_field_definitions, tenant.switches
    )
    record = changes.update_client(tenant, before, client)
    if tenant.switches.write_answers_body:
        return WireResponse(200, _detail(call, record))
    return WireResponse(204)


def _detail(call: RobawsCall, record: Record) -> bytes:
    return present.client(record, "detail", call.tenant.store.live, call.tenant.switches)
