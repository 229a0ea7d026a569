"""/webhook-endpoints: registering is documented, reading and deleting were never seen (section 6)."""

import orjson

from counterfoil_simulators.robaws import bodies, endpoints, paging
from counterfoil_simulators.robaws.errors import method_not_allowed, not_found
from counterfoil_simulators.robaws.tenant import RobawsCall
from counterfoil_simulators.wire import WireResponse


def register(call: RobawsCall) -> WireResponse:
    """POST: 201 with the id and, this once, the secret."""
    url, events = endpoints.checked(bodies.json_body(call.request))
    endpoint = call.tenant.webhooks.register(url, events)
    return WireResponse(201, orjson.dumps(endpoint.public() | {"secret": endpoint.secret}))


def list_endpoints(call: RobawsCall) -> WireResponse:
    """GET: all endpoints, without their secrets."""
    _refuse_unless_readable(call)
    known = [orjson.dumps(endpoint.public()) for endpoint in call.tenant.webhooks.choose(lambda _: True)]
    window = paging.window(call.request.query, call.tenant.switches)
    items = known[window.start : window.start + window.size]
    return paging.envelope(paging.RobawsPage(window, items, [], len(known)))


def read_endpoint(call: RobawsCall, endpoint_id: str) -> WireResponse:
    """GET one."""
    _refuse_unless_readable(call)
    endpoint = call.tenant.webhooks.endpoints.get(endpoint_id)
    if endpoint is None:
        raise not_found()
    return WireResponse(200, orjson.dumps(endpoint.public()))


def delete_endpoint(call: RobawsCall, endpoint_id: str) -> WireResponse:
    """DELETE: nothing more is sent."""
    _refuse_unless_readable(call)
    if not call.tenant.webhooks.remove(endpoint_id):
        raise not_found()
    return WireResponse(204)


def _refuse_unless_readable(call: RobawsCall) -> None:
    match call.tenant.switches.webhook_endpoints_readable:
        case "404":
            raise not_found()
        case "405":
            raise method_not_allowed()
