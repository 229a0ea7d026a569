"""Send a write to Zoho Books, and tell from the response what became of it (contract sections 2.3 and 5.2)."""

from collections.abc import Iterable
from typing import Any

import orjson

from counterfoil.connectors.http.client import Written
from counterfoil.connectors.http.error_rules import RawResponse
from counterfoil.connectors.http.headers import parse_http_date
from counterfoil.connectors.page import Item
from counterfoil.connectors.write_port import WriteRequest, WriteResponse, path_named_in
from counterfoil.connectors.zoho_books import messages
from counterfoil.connectors.zoho_books.api import Api
from counterfoil.connectors.zoho_books.contact_record import identify
from counterfoil.connectors.zoho_books.error_rules import GONE, OK, UNAUTHORISED, error_body
from counterfoil.connectors.zoho_books.oauth import DELETING, SCOPES, scope_of
from counterfoil.connectors.zoho_books.person_record import identify as identify_person
from counterfoil.connectors.zoho_books.rows import Single
from counterfoil.errors import (
    BadRecord,
    CounterfoilError,
    NotAllowed,
    OutcomeUnknown,
    RecordGone,
    RetryLater,
    WriteForbidden,
    WriteRejected,
)
from counterfoil.messages import connectors as shared

_REQUEST_CODES = frozenset({1000, 5, 6041, *UNAUTHORISED})
"""Codes that say nothing about the written values; `ZohoBooksErrorRules.problem` handles them."""


def send(api: Api, outgoing: WriteRequest) -> WriteResponse:
    """Send one write request, once. Raises as `write_port.Writable.send`."""
    received, ticket = _write(api, outgoing)
    if _is_error(received):
        raise _write_error(received, outgoing)
    single = Single.read(received.body)
    if single is None or single.code != OK:
        raise OutcomeUnknown(messages.NOT_ITS_FORM(status=received.status), shared.LOOKED_UP())
    item = _contact(single)
    if item is None and outgoing.method == "POST" and outgoing.path == "contacts":
        raise OutcomeUnknown(messages.UNNAMED_CONTACT(), shared.LOOKED_UP())
    answered_at = parse_http_date(received.headers.get("date"))
    return WriteResponse(ticket, item.external_id if item else None, item, answered_at)


def send_person(api: Api, outgoing: WriteRequest) -> WriteResponse:
    """Send one write request of a contact person, once. Raises as `write_port.Writable.send`.

    The response to a creation holds the person, as an object or in a list (contract section 3).
    """
    received, ticket = _write(api, outgoing)
    if _is_error(received):
        error = _write_error(received, outgoing)
        absent = isinstance(error, RetryLater) and not isinstance(error, OutcomeUnknown)
        raise RecordGone(messages.PERSON_GONE(), messages.DELETED_THERE()) if absent else error
    single = Single.read(received.body)
    if single is None or single.code != OK:
        raise OutcomeUnknown(messages.NOT_ITS_FORM(status=received.status), shared.LOOKED_UP())
    item = _person(single)
    if item is None and outgoing.method == "POST":
        raise OutcomeUnknown(messages.UNNAMED_PERSON(), shared.LOOKED_UP())
    answered_at = parse_http_date(received.headers.get("date"))
    return WriteResponse(ticket, item.external_id if item else None, item, answered_at)


def _person(single: Single) -> Item | None:
    try:
        found = orjson.loads(single.parts.get("contact_person", b"null"))
        first = found[0] if isinstance(found, list) and found else found
        return identify_person(orjson.dumps(first)) if isinstance(first, dict) else None
    except BadRecord:
        return None


def _write(api: Api, outgoing: WriteRequest) -> Written:
    """Send a request. One that is not authorised, even with a new access token, lacks its scope."""
    try:
        return api.write(outgoing, _is_error)
    except NotAllowed as error:
        scope = scope_of(outgoing)
        api.record_refusal(scope)
        if scope not in DELETING:
            raise
        raise NotAllowed(
            messages.SCOPE_MISSING(scope=scope), messages.LOG_IN_WITH_SCOPES(scopes=",".join(SCOPES))
        ) from error


def _contact(single: Single) -> Item | None:
    # The response to a write of a person holds no contact.
    try:
        return identify(single.parts["contact"]) if "contact" in single.parts else None
    except BadRecord:
        return None


def _is_error(received: RawResponse) -> bool:
    # True if the API judges the written values, or for a 4xx that is not the API's.
    status = received.status
    if status in {401, 408, 429} or status >= 500:
        return False
    body = error_body(received.body)
    if body is None:
        return status >= 400
    return body.code != OK and body.code not in _REQUEST_CODES


def _write_error(received: RawResponse, outgoing: WriteRequest) -> CounterfoilError:
    body = error_body(received.body)
    if body is None:
        return OutcomeUnknown(messages.NOT_ITS_FORM(status=received.status), shared.LOOKED_UP())
    if body.code == GONE and outgoing.path != "contacts":
        return _absence(outgoing)
    if received.status == 403:
        return WriteForbidden(
            messages.MAY_NOT_WRITE(code=body.code),
            messages.GIVE_WRITING_ROLE(),
        )
    return WriteRejected(
        messages.WRITE_REJECTED(status=received.status, code=body.code),
        shared.CORRECT_AND_PUSH(),
        fields={path_named_in(body.message, _paths(orjson.loads(outgoing.body or "{}"))): body.message[:500]},
    )


def _absence(outgoing: WriteRequest) -> CounterfoilError:
    # That a person is gone does not mean that its contact is.
    if outgoing.path.startswith("contacts/contactpersons/"):
        return RetryLater(
            messages.PERSON_REMOVED(),
            messages.PUSH_AGAIN(),
        )
    return RecordGone(messages.CONTACT_GONE(), messages.DELETED_OR_MERGED())


def _paths(body: dict[str, Any]) -> Iterable[str]:
    for name, value in body.items():
        if name == "contact_persons":
            yield from value[0]
        elif name == "custom_fields":
            yield from (f"{name}.{field['label']}" for field in value if "label" in field)
        elif isinstance(value, dict):
            yield from (f"{name}.{part}" for part in value)
        yield name
