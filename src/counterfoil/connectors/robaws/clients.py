"""Clients of Robaws: GET /clients in pages, GET, PATCH and POST of single ones."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from counterfoil.connectors.http.client import HttpClient
from counterfoil.connectors.page import Evidence, Item, Listing, Page, PageRequest, Read, Scope
from counterfoil.connectors.port import Capabilities
from counterfoil.connectors.reader_port import Reader
from counterfoil.connectors.robaws.answers import envelope, identify_all, read_one, step, wire_time
from counterfoil.connectors.robaws.client_writer import ClientWriter
from counterfoil.connectors.robaws.record import RobawsReader, identify
from counterfoil.connectors.robaws.send import send
from counterfoil.connectors.write_port import Outgoing, Writer, WriteResponse

PAGE_SIZE = 100
"""Clients of a page at most (contract section 2.1)."""


def by_totals(totals: set[int | None], listed: int) -> Evidence:
    """Complete where every page announced the same total, and as many distinct clients were listed."""
    if None in totals or not totals:
        return Evidence(complete=False, reason="the upstream did not say how many clients there are")
    if len(totals) > 1:
        low, high = min(t for t in totals if t is not None), max(t for t in totals if t is not None)
        return Evidence(complete=False, reason=f"the total moved between {low:,} and {high:,}")
    (total,) = totals
    if total != listed:
        return Evidence(complete=False, reason=f"{listed:,} clients were listed, {total:,} announced")
    return Evidence(complete=True)


class Clients:
    """The clients of one tenant."""

    capabilities: ClassVar[Capabilities] = Capabilities(page_size=PAGE_SIZE, parallel=6, incremental=True)
    reader: ClassVar[Reader] = RobawsReader()
    writer: ClassVar[Writer] = ClientWriter()

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def fetch(self, request: PageRequest) -> Page:
        """GET /clients?page&size: never mixed with limit/offset, which makes Robaws ignore `page`."""
        query: dict[str, str | int] = {"page": request.number, "size": request.size}
        if request.since is not None:
            query["updatedFrom"] = wire_time(request.since)
        response = self._client.get("clients", query, envelope)
        items, bad = identify_all(map(bytes, response.value.items), identify)
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
        """GET /clients/{id}, one by one."""
        for external_id in external_ids:
            yield read_one(self._client, f"clients/{step(external_id)}", external_id, identify)

    def send(self, outgoing: Outgoing, key: str) -> WriteResponse:
        """See `sending.send`."""
        return send(self._client, outgoing, key)

    def evidence(self, listing: Listing) -> Evidence:
        """The same totalItems on every page, equal to the distinct ids listed."""
        return by_totals({page.total for page in listing.pages}, listing.distinct + listing.unidentified)

    def scope(self, request: PageRequest) -> Scope:
        """All clients."""
        return Scope()

    def identify(self, raw: bytes) -> Item:
        """See `row.identify`."""
        return identify(raw)
