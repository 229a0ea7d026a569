"""Answers of Robaws as they come: lists in their envelope, single records, a 404 that says "does not exist"."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from urllib.parse import quote

import msgspec

from counterfoil.connectors.http.client import HttpClient, Response, not_json
from counterfoil.connectors.http.error_rules import RawResponse
from counterfoil.connectors.page import BadItem, Item, Read, ReadOutcome
from counterfoil.errors import BadRecord

type Identify = Callable[[bytes], Item]


class Envelope(msgspec.Struct):
    """A page of a list, its records not decoded (contract section 2.1)."""

    items: list[msgspec.Raw]
    totalItems: int | None = None  # noqa: N815  the wire's name


_decode = msgspec.json.Decoder(Envelope).decode


def envelope(body: bytes) -> Envelope:
    """Raises GarbledBody where it is none."""
    try:
        return _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise not_json("Robaws") from None


def identify_all(raws: Iterable[bytes], identify: Identify) -> tuple[list[Item], list[BadItem]]:
    """The records, those that cannot be identified apart (law 9)."""
    items: list[Item] = []
    bad: list[BadItem] = []
    for raw in raws:
        try:
            items.append(identify(raw))
        except BadRecord as error:
            bad.append(BadItem(raw, error.message))
    return items, bad


def single(client: HttpClient, path: str, query: dict[str, str | int] | None = None) -> Response[bytes]:
    """GET one record, not decoded; also a 404, which is for the caller to judge."""
    return client.get(path, query or {}, _whole, accept=_is_absent)


def read_one(client: HttpClient, path: str, external_id: str, identify: Identify) -> Read:
    """GET one record. 404 with the API's JSON (or no body) is "does not exist"."""
    response = single(client, path)
    ticket = response.ticket
    if _is_gone(response):
        return Read(external_id, ticket, ReadOutcome.GONE)
    if response.status == 404:
        return Read(external_id, ticket, ReadOutcome.UNCLEAR, reason="404, but not from the API")
    try:
        item = identify(response.value)
    except BadRecord as error:
        return Read(external_id, ticket, ReadOutcome.UNCLEAR, reason=error.message)
    if item.external_id != external_id:
        return Read(external_id, ticket, ReadOutcome.UNCLEAR, reason="another record came back for this id")
    return Read(external_id, ticket, ReadOutcome.FOUND, item)


def step(external_id: str) -> str:
    """An id as a part of a path."""
    return quote(external_id, safe="")


def wire_time(moment: datetime) -> str:
    """`updatedFrom` as the official example spells it: 2020-12-17T13:35:00.000Z (contract section 2.3)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _whole(body: bytes) -> bytes:
    """The body unchanged; raises GarbledBody where it starts as JSON and is cut off."""
    if body.lstrip().startswith(b"{"):
        try:
            msgspec.json.decode(body, type=msgspec.Raw)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise not_json("Robaws") from None
    return body


def _is_gone(response: Response[bytes]) -> bool:
    """Whether the API itself says that there is no such record. 404 bodies are unknown (contract section 10): JSON
    or nothing is the API, a page of HTML is not."""
    body = response.value
    return response.status == 404 and (not body.strip() or body.lstrip().startswith(b"{"))


def _is_absent(received: RawResponse) -> bool:
    return received.status == 404
