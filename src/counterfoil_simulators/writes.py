"""What callers wanted changed: every request that is not for reading, with its body."""

from typing import Any, NamedTuple
from urllib.parse import parse_qs

import orjson

from counterfoil_simulators.wire import WireRequest

READING = frozenset({"GET", "HEAD", "OPTIONS"})
FORM, FIELD = "application/x-www-form-urlencoded", "JSONString"


class RecordedWrite(NamedTuple):
    """One request of a write, in the order in which they were answered. `path` is below the API's root; `body` is
    its JSON, text where it is none, None where it is empty. `carried_out`: something was done for it, whatever
    became of the answer; the repeat of an answer for the same idempotency key is none."""

    method: str
    path: str
    body: Any
    content_type: list[str]
    idempotency_key: str | None
    status: int
    carried_out: bool
    at: float


def write(request: WireRequest, path: str, status: int, at: float, *, carried_out: bool) -> RecordedWrite | None:
    """The request as a write; None where it is for reading."""
    if request.method in READING:
        return None
    kinds, key = request.header_values("content-type"), request.header("idempotency-key")
    return RecordedWrite(request.method, path, decoded(request), kinds, key, status, carried_out, at)


def decoded(request: WireRequest) -> Any:
    """The body as `Write.body` holds it; older clients send JSON in a field of a form."""
    sent = request.body
    if (request.header("content-type") or "").startswith(FORM):
        sent = parse_qs(sent.decode("utf-8", "replace")).get(FIELD, [""])[0].encode()
    if not sent:
        return None
    try:
        return orjson.loads(sent)
    except orjson.JSONDecodeError:
        return sent.decode("utf-8", "replace")
