"""Responses of Robaws: list envelopes, single records, and the 404s that mean, or may mean, "does not exist"."""

from codecs import BOM_UTF8
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
import orjson

from counterfoil import messages
from counterfoil.connectors.http.client import HttpClient, Response, not_json_error
from counterfoil.connectors.http.error_rules import RawResponse
from counterfoil.connectors.http.not_found import names_id, not_found_form
from counterfoil.connectors.identify import Identify, judge_body
from counterfoil.connectors.json_outline import is_closed
from counterfoil.connectors.list_body import split_list
from counterfoil.connectors.page import Read, ReadOutcome
from counterfoil.connectors.partial_decoder import is_readable
from counterfoil.connectors.robaws.error_rules import PROBLEMS
from counterfoil.connectors.single_reads import OF_ONE_RECORD
from counterfoil.errors import ReadRefused, WrongAddress


class Envelope(msgspec.Struct):
    """The envelope of a list; the records are not decoded (contract section 2.1)."""

    items: list[msgspec.Raw]
    totalItems: int | None = None  # noqa: N815  the wire's name


_decode = msgspec.json.Decoder(Envelope).decode


class RobawsList(NamedTuple):
    """A page of a list: its entries, not decoded, and how many there are on all pages."""

    entries: Sequence[bytes]
    total: int | None


def decode_page(body: bytes) -> RobawsList:
    """Decode the envelope of a list. Raises InvalidResponse."""
    found = split_list(_decode, body, "items")
    if found is None:
        raise not_json_error("Robaws")
    return RobawsList(found.entries, found.envelope.totalItems)


def get_record(client: HttpClient, path: str, query: dict[str, str | int] | None = None) -> Response[bytes]:
    """GET one record, not decoded. Returns a 404 too, for the caller to judge. Raises ReadRefused."""
    response = client.get(path, query or {}, _whole, accept=_may_be_of_one_record)
    if response.status != 404 and _may_be_of_one_record(response.raw):
        raise _refusal(response.status)
    return response


def read_one(client: HttpClient, path: str, external_id: str, identify: Identify) -> Read:
    """GET one record. A 404 in the API's own form means that it does not exist; any other 404 proves nothing."""
    response = get_record(client, path)
    ticket = response.ticket
    if says_not_found(response.raw, external_id):
        return Read(external_id, ticket, ReadOutcome.GONE)
    if response.status == 404:
        reason = messages.connectors.NOT_FROM_API(status=404)
        form = not_found_form(response.raw, external_id)
        return Read(external_id, ticket, ReadOutcome.UNCLEAR, reason=reason, not_found_form=form)
    return judge_body(external_id, ticket, response.value, identify)


def says_not_found(received: RawResponse, external_id: str) -> bool:
    """Return whether a response is the API's own 404 about this id.

    Its body is unknown (contract section 10). The form taken for it is that of the API's other errors (section 7):
    JSON with its `status`, and a `path` that ends in the id.
    """
    if received.status != 404:
        return False
    try:
        body = orjson.loads(received.body)
    except orjson.JSONDecodeError:
        return False
    return isinstance(body, dict) and body.get("status") == 404 and names_id(body.get("path"), external_id)


def wire_time(moment: datetime) -> str:
    """Format a time for `updatedFrom` as the official example does: 2020-12-17T13:35:00.000Z (contract 2.3)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _whole(body: bytes) -> bytes:
    """Return the body without a byte order mark. Raises InvalidResponse if it starts as JSON and is cut off."""
    body = body.removeprefix(BOM_UTF8)
    if body.lstrip().startswith(b"{") and not is_readable(body) and not is_closed(body):
        raise not_json_error("Robaws")
    return body


def _may_be_of_one_record(received: RawResponse) -> bool:
    return received.status in OF_ONE_RECORD


def _refusal(status: int) -> ReadRefused:
    if status in PROBLEMS:
        of_resource = PROBLEMS[status].error(status)
    else:
        unexpected = messages.connectors.UNEXPECTED_STATUS(host="Robaws", status=status)
        of_resource = WrongAddress(unexpected, messages.connectors.CHECK_BASE_URL())
    return ReadRefused(messages.connectors.REFUSED_READ(system="Robaws", status=status), of_resource=of_resource)
