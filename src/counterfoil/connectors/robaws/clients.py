"""Clients of Robaws: GET /clients in pages, GET /clients/{id}."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import quote

import msgspec

from counterfoil.connectors.contract import (
    Answer,
    BadItem,
    Capabilities,
    Evidence,
    Item,
    Listing,
    Page,
    PageRequest,
    Reach,
    Read,
)
from counterfoil.connectors.dialect import Received
from counterfoil.connectors.mapping import Reader
from counterfoil.connectors.robaws.record import RobawsReader, identify
from counterfoil.connectors.transport import Transport, not_json
from counterfoil.errors import BadRecord


class _Envelope(msgspec.Struct):
    """Contract section 2.1. `size` is the number of items in this page."""

    items: list[msgspec.Raw]
    totalItems: int | None = None  # noqa: N815  the wire's name


class Clients:
    """The clients of one tenant."""

    capabilities: ClassVar[Capabilities] = Capabilities(page_size=100, parallel=6, incremental=True)
    reader: ClassVar[Reader] = RobawsReader()

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._decode = msgspec.json.Decoder(_Envelope).decode

    def fetch(self, request: PageRequest) -> Page:
        """GET /clients?page&size: never mixed with limit/offset, which makes Robaws ignore `page`."""
        query: dict[str, str | int] = {"page": request.number, "size": request.size}
        if request.since is not None:
            query["updatedFrom"] = wire_time(request.since)
        response = self._transport.get("clients", query, self._envelope)
        items, bad = _identify_all(response.value.items)
        return Page(
            number=request.number,
            ticket=response.ticket,
            items=items,
            bad=bad,
            total=response.value.totalItems,
            last=None,
            upstream_date=response.date,
            calls=response.calls,
        )

    def read(self, external_ids: Sequence[str], owners: Mapping[str, str] | None = None) -> Iterator[Read]:
        """GET /clients/{id}, one by one. 404 with the API's JSON (or no body) is "does not exist"."""
        for external_id in external_ids:
            yield self._read(external_id)

    def _read(self, external_id: str) -> Read:
        path = f"clients/{quote(external_id, safe='')}"
        response = self._transport.get(path, {}, _whole, answers=_is_absent)
        if response.status == 404:
            if _is_api_answer(response.value):
                return Read(external_id, response.ticket, Answer.GONE)
            return Read(external_id, response.ticket, Answer.UNCLEAR, reason="404, but not from the API")
        try:
            item = identify(response.value)
        except BadRecord as error:
            return Read(external_id, response.ticket, Answer.UNCLEAR, reason=error.message)
        if item.external_id != external_id:
            return Read(
                external_id, response.ticket, Answer.UNCLEAR, reason="another record came back for this id"
            )
        return Read(external_id, response.ticket, Answer.FOUND, item)

    def evidence(self, listing: Listing) -> Evidence:
        """The same totalItems on every page, equal to the distinct ids listed."""
        totals = {page.total for page in listing.pages}
        listed = listing.distinct + listing.unidentified
        if None in totals or not totals:
            return Evidence(complete=False, reason="the upstream did not say how many clients there are")
        if len(totals) > 1:
            low, high = min(t for t in totals if t is not None), max(t for t in totals if t is not None)
            return Evidence(complete=False, reason=f"the total moved between {low:,} and {high:,}")
        (total,) = totals
        if total != listed:
            return Evidence(complete=False, reason=f"{listed:,} clients were listed, {total:,} announced")
        return Evidence(complete=True)

    def reach(self, request: PageRequest) -> Reach:
        """All clients."""
        return Reach()

    def identify(self, raw: bytes) -> Item:
        """See `record.identify`."""
        return identify(raw)

    def _envelope(self, body: bytes) -> _Envelope:
        try:
            return self._decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise not_json("Robaws") from None


def _identify_all(raws: Sequence[msgspec.Raw]) -> tuple[list[Item], list[BadItem]]:
    items: list[Item] = []
    bad: list[BadItem] = []
    for raw in raws:
        data = bytes(raw)
        try:
            items.append(identify(data))
        except BadRecord as error:
            bad.append(BadItem(data, error.message))
    return items, bad


def _whole(body: bytes) -> bytes:
    """The body unchanged; raises GarbledBody where it starts as JSON and is cut off."""
    if body.lstrip().startswith(b"{"):
        try:
            msgspec.json.decode(body, type=msgspec.Raw)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise not_json("Robaws") from None
    return body


def _is_absent(received: Received) -> bool:
    return received.status == 404


def _is_api_answer(body: bytes) -> bool:
    """404 bodies are unknown (contract section 10): JSON or nothing is the API, a page of HTML is not."""
    return not body.strip() or body.lstrip().startswith(b"{")


def wire_time(moment: datetime) -> str:
    """`updatedFrom` as the official example spells it: 2020-12-17T13:35:00.000Z (contract section 2.3)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
