"""The control over HTTP: `POST /_control/{method}`, without credentials but only from this machine."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import orjson

from counterfoil_simulators.wire import WireRequest, WireResponse

PREFIX = "/_control/"


def methods(control: object) -> dict[str, Callable[..., Any]]:
    """Return the public methods of the control, by name."""
    found = {name: getattr(control, name) for name in dir(control) if not name.startswith("_")}
    return {name: method for name, method in found.items() if callable(method)}


def answer(control: object, request: WireRequest) -> WireResponse:
    """Call the method named in the path with the JSON object in the body, and answer its result as JSON.

    Requests with an Origin are refused, so that a web page in a browser cannot control the simulator.
    """
    if not ip_address(request.peer).is_loopback or request.header("origin") is not None:
        return _error(403, "only from this machine, not from a web page")
    method = methods(control).get(request.path.removeprefix(PREFIX).strip("/"))
    if method is None:
        return _error(404, "known: " + ", ".join(sorted(methods(control))))
    if request.method != "POST":
        return _error(405, "POST only")
    try:
        arguments = orjson.loads(request.body or b"{}")
        result = method(**arguments)
        return WireResponse(200, orjson.dumps(result))
    except (TypeError, ValueError, KeyError) as error:
        return _error(400, f"{type(error).__name__}: {error}")


def _error(status: int, message: str) -> WireResponse:
    return WireResponse(status, orjson.dumps({"error": message}))
