"""Send a write to Robaws, and tell from the response what became of it (contract sections 2.5, 5 and 7)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import orjson

from counterfoil.connectors import json_outline
from counterfoil.connectors.http.client import HttpClient
from counterfoil.connectors.http.error_rules import RawResponse
from counterfoil.connectors.http.headers import parse_http_date
from counterfoil.connectors.page import Item
from counterfoil.connectors.robaws import messages
from counterfoil.connectors.robaws.answers import says_not_found
from counterfoil.connectors.robaws.client_writer import EXTRA
from counterfoil.connectors.robaws.record import TYPED, identify
from counterfoil.connectors.write_port import WriteRequest, WriteResponse, path_named_in
from counterfoil.errors import (
    BadRecord,
    CounterfoilError,
    NotAllowed,
    OutcomeUnknown,
    RecordGone,
    WriteForbidden,
    WriteRejected,
    WrongAddress,
)
from counterfoil.messages import connectors as shared

_ERRORS = frozenset(range(400, 500)) - {401, 405, 407, 408, 429}
"""Statuses that are about what was written; the others are about every request."""
_DELETION_ERRORS = _ERRORS | {405}
_WORDS = ("message", "error", "detail", "title", "reason")
"""Keys that code in production reads error messages from; the real shape is unknown (contract section 7)."""
_OF_FIELD = ("defaultMessage", "message", "detail", "reason")
_EXTRA = re.compile(rf"extraFields(?:\.|\[['\"]?)(?:(.+?)['\"]?\]|(.+?))(?:\.(?:{'|'.join(TYPED)}))?")


def send(client: HttpClient, outgoing: WriteRequest, key: str) -> WriteResponse:
    """Send one write request, once. Raises as `write_port.Writable.send`."""
    if outgoing.method == "DELETE":
        return _send_deletion(client, outgoing)
    headers = {"Idempotency-Key": key} if key else {}
    received, ticket = client.write(outgoing, {}, headers, accept=lambda raw: raw.status in _ERRORS)
    if received.status in _ERRORS:
        raise write_error(received, outgoing)
    item = _item(received.body)
    if item is None and (outgoing.method == "POST" or received.body.strip()):
        raise OutcomeUnknown(messages.NOT_THE_CLIENT(status=received.status), shared.LOOKED_UP())
    answered_at = parse_http_date(received.headers.get("date"))
    return WriteResponse(ticket, item.external_id if item else None, item, answered_at)


def _send_deletion(client: HttpClient, outgoing: WriteRequest) -> WriteResponse:
    """Send a deletion: 204, or 2xx with any JSON. Robaws ignores idempotency keys here (contract section 5)."""
    received, ticket = client.write(outgoing, {}, {}, accept=lambda raw: raw.status in _DELETION_ERRORS)
    body = _decode(received.body)
    if received.status == 403 and not _is_foreign(received.body, body):
        raise NotAllowed(messages.MAY_NOT_DELETE(), messages.ALLOW_DELETING())
    if received.status in {405, 409} and not _is_foreign(received.body, body):
        reason = next(iter(_fields(body or {}, received.status, ()).values()))
        raise WriteRejected(messages.DELETION_REJECTED(status=received.status), fields={"": reason})
    if received.status in _DELETION_ERRORS:
        raise write_error(received, outgoing)
    if _is_foreign(received.body, body):
        raise OutcomeUnknown(messages.NOT_ITS_FORM(status=received.status), shared.LOOKED_UP())
    return WriteResponse(ticket)


def _is_foreign(received: bytes, body: Mapping[str, Any] | None) -> bool:
    return body is None and bool(received.strip())


def _item(body: bytes) -> Item | None:
    # The record comes bare or as `data` (contract section 2.5).
    parts = json_outline.members(body) or {}
    inner = parts.get("data", b"")
    try:
        return identify(inner if inner.startswith(b"{") and "id" not in parts else body)
    except BadRecord:
        return None


def write_error(received: RawResponse, outgoing: WriteRequest) -> CounterfoilError:
    """Build the error for an unsuccessful response, by its status and by whether it is the API's own."""
    status = received.status
    body = _decode(received.body)
    if body is None and received.body.strip():
        return OutcomeUnknown(messages.NOT_ITS_FORM(status=status), shared.LOOKED_UP())
    if status == 409:
        return OutcomeUnknown(messages.STILL_WORKING(), shared.LOOKED_UP(), may_land=True)
    if status == 404:
        return _not_found(received, outgoing)
    if status == 403:
        return WriteForbidden(messages.MAY_NOT_WRITE(), messages.ALLOW_WRITING())
    return WriteRejected(
        messages.WRITE_REJECTED(status=status),
        shared.CORRECT_AND_PUSH(),
        fields=_fields(body or {}, status, list(_paths(orjson.loads(outgoing.body or "{}")))),
    )


def _not_found(received: RawResponse, outgoing: WriteRequest) -> CounterfoilError:
    # Of another 404 than the API's own nobody knows whose it is, so the outcome is looked up by reading.
    if not says_not_found(received, unquote(outgoing.path.rpartition("/")[2])):
        return OutcomeUnknown(messages.NOT_ITS_FORM(status=404), shared.LOOKED_UP())
    if outgoing.path == "clients":
        return WrongAddress(messages.NOT_THE_API(code=404), shared.CHECK_BASE_URL())
    gone = messages.PERSON_GONE if "/contacts" in outgoing.path else messages.CLIENT_GONE
    return RecordGone(gone(), messages.DELETED_THERE())


def _decode(body: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _fields(body: Mapping[str, Any], status: int, written: Sequence[str]) -> dict[str, str]:
    """Collect the messages in the body by path, whatever its shape.

    A message without a field is searched for one of the `written` paths.
    """
    found: dict[str, str] = {}
    errors = body.get("errors")
    if isinstance(errors, dict):
        found = {_path(str(name)): _words(value) for name, value in errors.items()}
    elif isinstance(errors, list):
        for entry in errors:
            if isinstance(entry, dict):
                path = _path(str(entry.get("field") or ""))
                words = next((_words(entry[name]) for name in _OF_FIELD if entry.get(name)), "rejected")
            else:
                path, words = "", _words(entry)
            found[path] = f"{found[path]}; {words}" if path in found else words
    if not found:
        words = next((_words(body[name]) for name in _WORDS if body.get(name)), f"status {status}")
        found[path_named_in(words, written)] = words
    return {path: words[:500] for path, words in found.items()}


def _path(name: str) -> str:
    # "extraFields[Role].stringValue" becomes "extraFields.Role", as readers name it.
    found = _EXTRA.fullmatch(name)
    return f"{EXTRA}{found[1] or found[2]}" if found else name


def _paths(body: Mapping[str, Any]) -> Iterable[str]:
    for name, value in body.items():
        if isinstance(value, dict):
            yield from (f"{name}.{inner}" for inner in value)
        else:
            yield name


def _words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
