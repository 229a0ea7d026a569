"""Reading request bodies: content types and JSON (contract section 2.5)."""

from typing import Any

import orjson

from counterfoil_simulators.robaws import patching
from counterfoil_simulators.robaws.errors import RobawsApiError, bad_request
from counterfoil_simulators.robaws.records import Json
from counterfoil_simulators.wire import WireRequest

MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"


def content_type(request: WireRequest) -> str:
    """The one content type of a request; two of them, in two lines or in one, make none: 415."""
    values = request.header_values("content-type")
    if len(values) != 1 or "," in values[0]:
        raise RobawsApiError(415)
    return values[0].partition(";")[0].strip().lower()


def json_body(request: WireRequest) -> Any:
    """The body of a POST or PUT: `application/json`, or 415; not JSON: 400."""
    if content_type(request) != "application/json":
        raise RobawsApiError(415)
    return _decoded(request)


def patched(request: WireRequest, current: Json) -> Any:
    """The document after a PATCH, by the rules of its content type; `application/json` is not one: 415."""
    kind = content_type(request)
    if kind == MERGE_PATCH:
        patch = _decoded(request)
        if not isinstance(patch, dict):
            raise bad_request("A merge patch is an object")
        return patching.merge(current, patch)
    if kind == JSON_PATCH:
        return patching.apply(current, _decoded(request))
    raise RobawsApiError(415)


def _decoded(request: WireRequest) -> Any:
    try:
        return orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise bad_request("JSON parse error") from error


def record_id(text: str) -> int:
    """An id from the path; `undefined` and its like get 400."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise bad_request(f"{text} is not an id", "id")
    return int(text)
