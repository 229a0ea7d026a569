"""The collection of Robaws clients: GET /clients in pages; GET, PATCH and POST of single ones."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from counterfoil.connectors.http.address import path_segment
from counterfoil.connectors.http.client import HttpClient
from counterfoil.connectors.identify import identify_all, unused_number
from counterfoil.connectors.page import Evidence, Item, Listing, Page, PageRequest, Read, Scope
from counterfoil.connectors.port import Capabilities
from counterfoil.connectors.reader_port import Reader
from counterfoil.connectors.robaws.answers import decode_page, read_one, wire_time
from counterfoil.connectors.robaws.client_writer import ClientWriter
from counterfoil.connectors.robaws.record import RobawsReader, identify
from counterfoil.connectors.robaws.send import send
from counterfoil.connectors.robaws.totals import Counted, judge_totals
from counterfoil.connectors.single_reads import read_each
from counterfoil.connectors.write_port import Writer, WriteRequest, WriteResponse

PAGE_SIZE = 100
"""Most clients per page (contract section 2.1)."""


class Clients:
    """The clients of one tenant."""

    capabilities: ClassVar[Capabilities] = Capabilities(page_size=PAGE_SIZE, parallel=6, incremental=True)
    reader: ClassVar[Reader] = RobawsReader()
    writer: ClassVar[Writer] = ClientWriter()

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def fetch(self, request: PageRequest) -> Page:
        """GET /clients?page&size. Never add limit or offset: Robaws would ignore `page`."""
        query: dict[str, str | int] = {"page": request.number, "size": request.size}
        if request.since is not None:
            query["updatedFrom"] = wire_time(request.since)
        response = self._client.get("clients", query, decode_page)
        items, bad = identify_all(response.value.entries, identify)
        return Page(
            number=request.number,
            ticket=response.ticket,
            items=items,
            bad=bad,
            total=response.value.total,
            last=None,
            upstream_date=response.date,
            calls=response.calls,
        )

    def read(self, external_ids: Sequence[str], owners: Mapping[str, str] | None = None) -> Iterator[Read]:
        """GET /clients/{id} for each id."""
        return read_each(
            external_ids,
            lambda external_id: read_one(
                self._client, f"clients/{path_segment(external_id)}", external_id, identify
            ),
        )

    def send(self, outgoing: WriteRequest, key: str) -> WriteResponse:
        """Send a write; see `send.send`."""
        return send(self._client, outgoing, key)

    def evidence(self, listing: Listing) -> Evidence:
        """Judge the totals of the pages; see `totals.judge_totals`."""
        return judge_totals([_counted(attempt) for attempt in (*listing.earlier, listing)])

    def scope(self, request: PageRequest) -> Scope:
        """Return all clients."""
        return Scope()

    def unused_id(self) -> str:
        """Return a number that the counter of ids will not reach."""
        return unused_number(18)

    def identify(self, raw: bytes) -> Item:
        """Identify a client; see `record.identify`."""
        return identify(raw)


def _counted(listing: Listing) -> Counted:
    listed = listing.distinct + listing.unidentified
    totals = (page.total for page in listing.pages)
    sizes = [page.records for page in listing.pages]
    return Counted.gather(totals, sizes, listed, listing.new, listing.gone)
