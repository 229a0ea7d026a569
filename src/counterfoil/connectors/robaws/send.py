"""Robaws' answers to writes: done, not taken, not there, unknown (contract sections 2.5, 5 and 7)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from counterfoil.connectors.http.client import HttpClient
from counterfoil.connectors.http.error_rules import RawResponse
from counterfoil.connectors.page import Item
from counterfoil.connectors.robaws.client_writer import EXTRA
from counterfoil.connectors.robaws.record import TYPED, identify
from counterfoil.connectors.write_port import Outgoing, WriteResponse, path_named_in
from counterfoil.errors import (
    BadRecord,
    CounterfoilError,
    NotAllowed,
    OutcomeUnknown,
    RecordGone,
    WriteRejected,
    WrongAddress,
)

_REFUSALS = frozenset({400, 403, 404, 409, 413, 415, 422})
_WORDS = ("message", "error", "detail", "title", "reason")
"""Where production code has looked for what is wrong; the real shape is unknown (contract section 7)."""
_OF_FIELD = ("defaultMessage", "message", "detail", "reason")
_EXTRA = re.compile(rf"extraFields(?:\.|\[['\"]?)(?:(.+?)['\"]?\]|(.+?))(?:\.(?:{'|'.join(TYPED)}))?")
_LOOK_UP = "Whether the write was carried out is looked up before anything else."


def send(client: HttpClient, outgoing: Outgoing, key: str) -> WriteResponse:
    """Send it once. See `write_port.Writable.send`."""
    headers = {"Idempotency-Key": key} if key else {}
    received, ticket = client.write(outgoing, {}, headers, accept=lambda raw: raw.status in _REFUSALS)
    if received.status in _REFUSALS:
        raise refusal(received, outgoing)
    item = _item(received.body)
    if item is None and (outgoing.method == "POST" or received.body.strip()):
        raise OutcomeUnknown(f"Robaws answered {received.status}, but not with the client.", _LOOK_UP)
    return WriteResponse(ticket, item.external_id if item else None, item)


def _item(body: bytes) -> Item | None:
    """The record of an answer, bare or as `data` (contract section 2.5)."""
    try:
        found = orjson.loads(body)
        inner = found.get("data") if isinstance(found, dict) else None
        return identify(orjson.dumps(inner) if isinstance(inner, dict) and "id" not in found else body)
    except (orjson.JSONDecodeError, BadRecord):
        return None


def refusal(received: RawResponse, outgoing: Outgoing) -> CounterfoilError:
    """What an answer means that is no success, by its status and whose it is."""
    status = received.status
    said = _said(received.body)
    if said is None and received.body.strip():
        return OutcomeUnknown(f"Robaws answered {status}, but not as its API does.", _LOOK_UP)
    if status == 409:
        return OutcomeUnknown("Robaws is still working on this very request (status 409).", _LOOK_UP)
    if status == 404:
        if outgoing.method == "POST":
            return WrongAddress("There is no Robaws API at this base URL (status 404).", "Check the base URL.")
        return RecordGone("Robaws says that this client does not exist.", "It was deleted there.")
    if status == 403:
        return NotAllowed(
            "Robaws accepts the key, but its user may not write clients.",
            "Give the API user's role that right in Robaws, or make the connection read-only.",
        )
    return WriteRejected(
        f"Robaws does not take what was written (status {status}).",
        "Correct what it names and push again.",
        fields=_fields(said or {}, status, list(_paths(orjson.loads(outgoing.body)))),
    )


def _said(body: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _fields(said: Mapping[str, Any], status: int, written: Sequence[str]) -> dict[str, str]:
    """Its words by the path they speak of, from whatever shape they come in. Words that stand alone are searched
    for what was `written`."""
    found: dict[str, str] = {}
    errors = said.get("errors")
    if isinstance(errors, dict):
        found = {_path(str(name)): _words(value) for name, value in errors.items()}
    elif isinstance(errors, list):
        for entry in errors:
            if isinstance(entry, dict):
                path = _path(str(entry.get("field") or ""))
                words = next((_words(entry[name]) for name in _OF_FIELD if entry.get(name)), "not taken")
            else:
                path, words = "", _words(entry)
            found[path] = f"{found[path]}; {words}" if path in found else words
    if not found:
        words = next((_words(said[name]) for name in _WORDS if said.get(name)), f"status {status}")
        found[path_named_in(words, written)] = words
    return {path: words[:500] for path, words in found.items()}


def _path(name: str) -> str:
    """A field as readers find it: "extraFields[Role].stringValue" is "extraFields.Role"."""
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
