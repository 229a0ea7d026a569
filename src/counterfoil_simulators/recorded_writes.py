"""The write requests of callers, with their bodies."""

from typing import Any, NamedTuple
from urllib.parse import parse_qs

import orjson

from counterfoil_simulators.wire import WireRequest

READING = frozenset({"GET", "HEAD", "OPTIONS"})
FORM, FIELD = "application/x-www-form-urlencoded", "JSONString"


class RecordedWrite(NamedTuple):
    """One write request. `path` is below the API's root.

    `body` is the JSON, text where it is no JSON, None where it is empty. `carried_out`: the write was stored,
    whatever happened to the answer; a replayed answer for the same idempotency key counts as False.
    """

    method: str
    path: str
    body: Any
    content_type: list[str]
    idempotency_key: str | None
    status: int
    carried_out: bool
    at: float


def record_write(
    request: WireRequest, path: str, status: int, at: float, *, carried_out: bool
) -> RecordedWrite | None:
    """Return the request as a write; None for a read."""
    if request.method in READING:
        return None
    kinds, key = request.header_values("content-type"), request.header("idempotency-key")
    return RecordedWrite(request.method, path, decode_body(request), kinds, key, status, carried_out, at)


def decode_body(request: WireRequest) -> Any:
    """Return the value of `RecordedWrite.body`; older clients send JSON in a field of a form."""
    sent = request.body
    if (request.header("content-type") or "").startswith(FORM):
        sent = parse_qs(sent.decode("utf-8", "replace")).get(FIELD, [""])[0].encode()
    if not sent:
        return None
    try:
        return orjson.loads(sent)
    except orjson.JSONDecodeError:
        return sent.decode("utf-8", "replace")
