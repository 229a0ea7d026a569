"""The handler of each method and path below /api/v2."""

from collections.abc import Callable
from typing import NamedTuple

from counterfoil_simulators.robaws import clients, comments, contacts, webhook_endpoints
from counterfoil_simulators.robaws.errors import RobawsApiError, method_not_allowed, not_found
from counterfoil_simulators.wire import WireResponse

type Handler = Callable[..., WireResponse]

ROUTES: dict[str, dict[str, Handler]] = {
    "/clients": {"GET": clients.list_clients, "POST": clients.create_client},
    "/clients/{id}": {
        "GET": clients.read_client,
        "PUT": clients.replace_client,
        "PATCH": clients.patch_client,
        "DELETE": clients.delete_client,
    },
    "/clients/{id}/contacts": {"GET": contacts.list_contacts_of_client, "POST": contacts.create_contact},
    "/clients/{id}/contacts/{contactId}": {
        "GET": contacts.read_contact_of_client,
        "PUT": contacts.replace_contact,
        "PATCH": contacts.patch_contact,
        "DELETE": contacts.delete_contact,
    },
    "/clients/{id}/comments": {"GET": comments.list_comments, "POST": comments.create_comment},
    "/contacts": {"GET": contacts.list_contacts},
    "/contacts/{id}": {"GET": contacts.read_contact},
    "/webhook-endpoints": {"GET": webhook_endpoints.list_endpoints, "POST": webhook_endpoints.register},
    "/webhook-endpoints/{id}": {
        "GET": webhook_endpoints.read_endpoint,
        "DELETE": webhook_endpoints.delete_endpoint,
    },
}
_PATTERNS = [(pattern, pattern.strip("/").split("/"), handlers) for pattern, handlers in ROUTES.items()]


class RobawsRoute(NamedTuple):
    """The handler of a request, the values from its path, and its name in the statistics."""

    handler: Handler
    parameters: list[str]
    name: str
    module: str


def find_route(method: str, path: str) -> RobawsRoute:
    """Find the route of a request. Raises 404 for an unknown path, 405 for a wrong method. HEAD is GET."""
    steps = path.strip("/").split("/")
    for pattern, parts, handlers in _PATTERNS:
        if len(parts) != len(steps):
            continue
        if not all(part == step or part.startswith("{") for part, step in zip(parts, steps, strict=True)):
            continue
        handler = handlers.get("GET" if method == "HEAD" else method)
        if handler is None:
            raise method_not_allowed()
        parameters = [step for part, step in zip(parts, steps, strict=True) if part.startswith("{")]
        module = parts[-1] if parts[-1] in {"contacts", "comments"} else parts[0]
        return RobawsRoute(handler, parameters, f"{method} {pattern}", module)
    raise not_found()


def name_route(method: str, path: str) -> str:
    """Return the name of a request in the statistics."""
    try:
        return find_route(method, path).name
    except RobawsApiError:
        return "unknown"
