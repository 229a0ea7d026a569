"""Request bodies: content types and JSON (contract section 2.5)."""

from typing import Any

import orjson

from counterfoil_simulators.robaws import patches
from counterfoil_simulators.robaws.errors import RobawsApiError, bad_request
from counterfoil_simulators.robaws.records import Json
from counterfoil_simulators.wire import WireRequest

MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"


def content_type(request: WireRequest) -> str:
    """Return the one content type of a request. Raises 415 for two of them, in two lines or in one."""
    values = request.header_values("content-type")
    if len(values) != 1 or "," in values[0]:
        raise RobawsApiError(415)
    return values[0].partition(";")[0].strip().lower()


def parse_json(request: WireRequest) -> Any:
    """Parse the body of a POST or PUT. Raises 415 unless it is `application/json`, 400 unless it is JSON."""
    if content_type(request) != "application/json":
        raise RobawsApiError(415)
    return _decoded(request)


def apply_patch(request: WireRequest, current: Json) -> Any:
    """Return the document after a PATCH, by the rules of its content type. Raises 415 for `application/json`."""
    kind = content_type(request)
    if kind == MERGE_PATCH:
        patch = _decoded(request)
        if not isinstance(patch, dict):
            raise bad_request("A merge patch is an object")
        return patches.merge(current, patch)
    if kind == JSON_PATCH:
        return patches.apply(current, _decoded(request))
    raise RobawsApiError(415)


def _decoded(request: WireRequest) -> Any:
    try:
        return orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise bad_request("JSON parse error") from error


def parse_id(text: str) -> int:
    """Parse an id from the path. Raises 400 for `undefined` and the like."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise bad_request(f"{text} is not an id", "id")
    return int(text)
