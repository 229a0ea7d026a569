"""Zoho Books' answers to writes: done, not taken, not there, unknown (contract sections 2.3 and 5.2)."""

from collections.abc import Iterable
from typing import Any

import orjson

from counterfoil.connectors.http.error_rules import RawResponse
from counterfoil.connectors.page import Item
from counterfoil.connectors.write_port import Outgoing, WriteResponse, path_named_in
from counterfoil.connectors.zoho_books.api import Api
from counterfoil.connectors.zoho_books.contact_record import identify
from counterfoil.connectors.zoho_books.error_rules import GONE, OK, UNAUTHORISED, error_body
from counterfoil.connectors.zoho_books.rows import Single
from counterfoil.errors import (
    BadRecord,
    CounterfoilError,
    NotAllowed,
    OutcomeUnknown,
    RecordGone,
    RetryLater,
    WriteRejected,
)

_JUDGED = frozenset({1000, 5, 6041, *UNAUTHORISED})
"""Codes that are no word about what was written: see `ZohoBooksDialect.judge`."""
_LOOK_UP = "Whether the write was carried out is looked up before anything else."


def send(api: Api, outgoing: Outgoing) -> WriteResponse:
    """Send it once. See `write_port.Writable.send`."""
    received, ticket = api.write(outgoing, _is_refusal)
    if _is_refusal(received):
        raise _refusal(received, outgoing)
    single = Single.read(received.body)
    if single is None or single.code != OK:
        raise OutcomeUnknown(f"Zoho Books answered {received.status}, but not as its API does.", _LOOK_UP)
    item = _contact(single)
    if item is None and outgoing.method == "POST" and outgoing.path == "contacts":
        raise OutcomeUnknown("Zoho Books made the contact, but does not name it.", _LOOK_UP)
    return WriteResponse(ticket, item.external_id if item else None, item)


def _contact(single: Single) -> Item | None:
    """The contact of an answer; one to a write of a person holds none."""
    try:
        return identify(single.parts["contact"]) if "contact" in single.parts else None
    except BadRecord:
        return None


def _is_refusal(received: RawResponse) -> bool:
    """Whether the answer is the API's word about what was written, or a 4xx of nobody known."""
    status = received.status
    if status in {401, 408, 429} or status >= 500:
        return False
    said = error_body(received.body)
    if said is None:
        return status >= 400
    return said.code != OK and said.code not in _JUDGED


def _refusal(received: RawResponse, outgoing: Outgoing) -> CounterfoilError:
    said = error_body(received.body)
    if said is None:
        return OutcomeUnknown(f"Zoho Books answered {received.status}, but not as its API does.", _LOOK_UP)
    if said.code == GONE and outgoing.path != "contacts":
        return _absence(outgoing)
    if received.status == 403:
        return NotAllowed(
            f"Zoho Books knows this user, who may not write contacts (code {said.code}).",
            "Give the user a role in Zoho Books that may, or make the connection read-only.",
        )
    return WriteRejected(
        f"Zoho Books does not take what was written (status {received.status}, code {said.code}).",
        "Correct what it names and push again.",
        fields={path_named_in(said.message, _paths(orjson.loads(outgoing.body))): said.message[:500]},
    )


def _absence(outgoing: Outgoing) -> CounterfoilError:
    """A person that is gone does not say that its contact is."""
    if outgoing.path.startswith("contacts/contactpersons/"):
        return RetryLater(
            "The contact person that was to be written was removed in Zoho Books just before.",
            "Push again: it is written to whoever is the primary one then.",
        )
    return RecordGone("Zoho Books says that this contact does not exist.", "It was deleted or merged there.")


def _paths(body: dict[str, Any]) -> Iterable[str]:
    """The paths that a body writes, as readers find them."""
    for name, value in body.items():
        if name == "contact_persons":
            yield from value[0]
        elif name == "custom_fields":
            yield from (f"{name}.{field['label']}" for field in value if "label" in field)
        elif isinstance(value, dict):
            yield from (f"{name}.{part}" for part in value)
        yield name
