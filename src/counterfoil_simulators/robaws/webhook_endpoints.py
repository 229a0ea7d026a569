"""/webhook-endpoints: registering is documented, reading and deleting were never seen (section 6)."""

import orjson

from counterfoil_simulators.robaws import bodies, endpoints, pages
from counterfoil_simulators.robaws.errors import method_not_allowed, not_found
from counterfoil_simulators.robaws.tenant import RobawsCall
from counterfoil_simulators.wire import WireResponse


def register(call: RobawsCall) -> WireResponse:
    """POST: 201 with the id and, only here, the secret."""
    url, events = endpoints.parse_registration(bodies.parse_json(call.request))
    endpoint = call.tenant.webhooks.register(url, events)
    return WireResponse(201, orjson.dumps(endpoint.public() | {"secret": endpoint.secret}))


def list_endpoints(call: RobawsCall) -> WireResponse:
    """GET: all endpoints, without their secrets."""
    _refuse_unless_readable(call)
    endpoints_json = [orjson.dumps(endpoint.public()) for endpoint in call.tenant.webhooks.choose(lambda _: True)]
    window = pages.parse_window(call.request.query, call.tenant.switches)
    items = endpoints_json[window.start : window.start + window.size]
    return pages.render_envelope(pages.RobawsPage(window, items, [], len(endpoints_json)))


def read_endpoint(call: RobawsCall, endpoint_id: str) -> WireResponse:
    """GET: one endpoint, or 404."""
    _refuse_unless_readable(call)
    endpoint = call.tenant.webhooks.endpoints.get(endpoint_id)
    if endpoint is None:
        raise not_found()
    return WireResponse(200, orjson.dumps(endpoint.public()))


def delete_endpoint(call: RobawsCall, endpoint_id: str) -> WireResponse:
    """DELETE: 204; nothing more is sent to it."""
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
