"""Robaws behind the connector port: GET /clients in pages, GET /clients/{id}."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import quote

import msgspec

from counterfoil.connectors.contract import (
    Answer,
    Asked,
    BadItem,
    Budget,
    Capabilities,
    Evidence,
    Item,
    Limits,
    Listing,
    Page,
    PageRequest,
    Read,
    Settings,
)
from counterfoil.connectors.mapping import Reader
from counterfoil.connectors.robaws.dialect import RobawsDialect
from counterfoil.connectors.robaws.record import RobawsReader, identify
from counterfoil.connectors.transport import HURRIED, Retries, Transport, not_json
from counterfoil.errors import BadRecord, GarbledBody, WrongAddress, WrongSetting


class _Envelope(msgspec.Struct):
    """Contract section 2.1. `size` is the number of items in this page."""

    items: list[msgspec.Raw]
    totalItems: int | None = None  # noqa: N815  the wire's name


class Robaws:
    """One tenant of Robaws. `settings.values`: base_url; `settings.secrets`: api_key, api_secret."""

    name: ClassVar[str] = "robaws"
    title: ClassVar[str] = "Robaws"
    capabilities: ClassVar[Capabilities] = Capabilities(page_size=100, parallel=6, incremental=True)
    limits: ClassVar[Limits] = Limits(rate=12.0, burst=10, daily_reserve=500)
    """A little under Robaws' 15 a second and burst of 20 (contract section 4)."""
    reader: ClassVar[Reader] = RobawsReader()
    asks: ClassVar[Sequence[Asked]] = (
        Asked("base_url", "Base URL", "The address of the API, as in https://app.robaws.com/api/v2."),
        Asked("api_key", "API key", "Of an “API only” user in Robaws.", secret=True),
        Asked("api_secret", "API secret", secret=True),
    )

    def __init__(self, settings: Settings, budget: Budget, *, patient: bool = True) -> None:
        base_url = str(settings.values.get("base_url") or "")
        if not base_url:
            raise WrongSetting("This connection has no base URL.", "It looks like https://app.robaws.com/api/v2.")
        auth = (settings.secrets.get("api_key", ""), settings.secrets.get("api_secret", ""))
        retries = Retries() if patient else HURRIED
        self._transport = Transport(base_url, auth, budget, RobawsDialect(), retries)
        self._decode = msgspec.json.Decoder(_Envelope).decode

    def close(self) -> None:
        """Close the sockets."""
        self._transport.close()

    def check(self) -> str:
        """Ask for the first page of one client. Returns a sentence with the number of clients."""
        try:
            page = self.fetch(PageRequest(number=0, size=1))
        except GarbledBody as error:
            raise WrongAddress(
                "What answers at this base URL is not the Robaws API (no JSON).",
                "It usually is https://app.robaws.com/api/v2.",
            ) from error
        if page.total is None:
            return "Robaws answers and accepts the key."
        return f"Robaws answers and accepts the key: {page.total:,} clients."

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

    def read(self, external_ids: Sequence[str]) -> Iterator[Read]:
        """GET /clients/{id}, one by one. 404 with the API's JSON (or no body) is "does not exist"."""
        for external_id in external_ids:
            yield self._read(external_id)

    def _read(self, external_id: str) -> Read:
        path = f"clients/{quote(external_id, safe='')}"
        response = self._transport.get(path, {}, _whole, answers=frozenset({404}))
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


def _is_api_answer(body: bytes) -> bool:
    """404 bodies are unknown (contract section 10): JSON or nothing is the API, a page of HTML is not."""
    return not body.strip() or body.lstrip().startswith(b"{")


def wire_time(moment: datetime) -> str:
    """`updatedFrom` as the official example spells it: 2020-12-17T13:35:00.000Z (contract section 2.3)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
