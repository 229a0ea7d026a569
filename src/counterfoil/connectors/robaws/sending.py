"""Robaws' answers to writes: done, not taken, not there, unknown (contract sections 2.5, 5 and 7)."""

from collections.abc import Mapping
from typing import Any

import orjson

from counterfoil.connectors.contract import Item
from counterfoil.connectors.dialect import Received
from counterfoil.connectors.robaws.record import identify
from counterfoil.connectors.transport import Transport
from counterfoil.connectors.writing import Outgoing, Sent
from counterfoil.errors import BadRecord, CounterfoilError, NotAllowed, NotThere, OutcomeUnknown, Refused

_REFUSALS = frozenset({400, 403, 404, 409, 413, 415, 422})
_WORDS = ("message", "error", "detail", "title", "reason")
"""Where production code has looked for what is wrong; the real shape is unknown (contract section 7)."""
_OF_FIELD = ("defaultMessage", "message", "detail", "reason")
_LOOK_UP = "Whether the write was carried out is looked up before anything else."


def send(transport: Transport, outgoing: Outgoing, key: str) -> Sent:
    """Send it once. See `writing.Writable.send`."""
    headers = {"Idempotency-Key": key} if key else {}
    received, ticket = transport.send(outgoing, {}, headers, answers=lambda r: r.status in _REFUSALS)
    if received.status in _REFUSALS:
        raise _refusal(received, outgoing)
    item = _item(received.body)
    if item is None and (outgoing.method == "POST" or received.body.strip()):
        raise OutcomeUnknown(f"Robaws answered {received.status}, but not with the client.", _LOOK_UP)
    return Sent(ticket, item.external_id if item else None, item)


def _item(body: bytes) -> Item | None:
    """The record of an answer, bare or as `data` (contract section 2.5)."""
    try:
        found = orjson.loads(body)
        inner = found.get("data") if isinstance(found, dict) else None
        return identify(orjson.dumps(inner) if isinstance(inner, dict) and "id" not in found else body)
    except (orjson.JSONDecodeError, BadRecord):
        return None


def _refusal(received: Received, outgoing: Outgoing) -> CounterfoilError:
    status = received.status
    said = _said(received.body)
    if status == 409:
        return OutcomeUnknown("Robaws is still working on this very request (status 409).", _LOOK_UP)
    if status == 404:
        from_api = said is not None or not received.body.strip()
        if from_api and outgoing.method != "POST":
            return NotThere("Robaws says that this client does not exist.", "It was deleted there.")
        return OutcomeUnknown("Robaws answered 404, but not as its API does.", _LOOK_UP)
    if status == 403:
        return NotAllowed(
            "Robaws accepts the key, but its user may not write clients.",
            "Give the API user's role that right in Robaws, or make the connection read-only.",
        )
    if said is None and status == 400:
        return OutcomeUnknown("Robaws answered 400, but not as its API does.", _LOOK_UP)
    return Refused(
        f"Robaws does not take what was written (status {status}).",
        "Correct what it names and push again.",
        fields=_fields(said or {}, status),
    )


def _said(body: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _fields(said: Mapping[str, Any], status: int) -> dict[str, str]:
    """Its words by the path they speak of, from whatever shape they come in."""
    found: dict[str, str] = {}
    errors = said.get("errors")
    if isinstance(errors, dict):
        found = {str(path): _words(value) for path, value in errors.items()}
    elif isinstance(errors, list):
        for entry in errors:
            if isinstance(entry, dict):
                path = str(entry.get("field") or "")
                found[path] = next((str(entry[name]) for name in _OF_FIELD if entry.get(name)), "not taken")
            else:
                found.setdefault("", _words(entry))
    if not found:
        found[""] = next((str(said[name]) for name in _WORDS if said.get(name)), f"status {status}")
    return {path: words[:500] for path, words in found.items()}


def _words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
