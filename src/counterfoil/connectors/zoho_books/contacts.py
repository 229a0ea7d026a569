"""Customers of Zoho Books: GET /contacts in pages, GET, PUT and POST of single ones (contract section 2)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from counterfoil.connectors.page import Evidence, Item, Listing, Page, PageRequest, Read, Scope
from counterfoil.connectors.port import Capabilities
from counterfoil.connectors.reader_port import Reader
from counterfoil.connectors.write_port import Outgoing, Writer, WriteResponse
from counterfoil.connectors.zoho_books.api import Api
from counterfoil.connectors.zoho_books.contact_record import ContactReader, identify, is_vendor
from counterfoil.connectors.zoho_books.contact_writer import ContactWriter
from counterfoil.connectors.zoho_books.pages import LARGEST, SORTED, ListingPart, judge, page, reader_of
from counterfoil.connectors.zoho_books.rows import identify_all, read_one, step
from counterfoil.connectors.zoho_books.send import send
from counterfoil.connectors.zoho_books.wire_time import proves_ignored, wire_time
from counterfoil.errors import BadRecord

EVERYBODY = "Status.All"
"""Without it inactive ones may be hidden: accounts of the default differ (contract section 2.1)."""
ALL = "all"


class ZohoContacts:
    """The customers of one organisation. Vendors are never mirrored, whatever the server makes of the filter."""

    capabilities: ClassVar[Capabilities] = Capabilities(page_size=LARGEST, incremental=True, details=True)
    reader: ClassVar[Reader] = ContactReader()
    writer: ClassVar[Writer] = ContactWriter()

    def __init__(self, api: Api) -> None:
        self._api = api
        self._read_page = reader_of("contacts")

    def fetch(self, request: PageRequest) -> Page:
        """One page. An answer with rows older than `since` was not filtered by it, and is marked as such."""
        query: dict[str, str | int] = {
            "contact_type": "customer",
            "filter_by": EVERYBODY,
            **SORTED,
            "page": request.number + 1,
            "per_page": min(request.size, LARGEST),
        }
        asked = ALL
        if request.since is not None:
            query["last_modified_time"] = asked = wire_time(request.since)
        response = self._api.get("contacts", query, self._read_page)
        customers = (raw for raw in response.value.rows if not is_vendor(raw))
        items, bad = identify_all(customers, identify)
        if proves_ignored(request.since, items):
            asked = ALL
        return page(request, response, asked, (items, bad))

    def read(self, external_ids: Sequence[str], owners: Mapping[str, str] | None = None) -> Iterator[Read]:
        """GET /contacts/{id}, one by one. A vendor is no customer, so it is not found."""
        for external_id in external_ids:
            yield read_one(self._api, f"contacts/{step(external_id)}", "contact", external_id, _customer)

    def send(self, outgoing: Outgoing, key: str) -> WriteResponse:
        """See `sending.send`. Zoho takes no notice of a key, so none is sent."""
        return send(self._api, outgoing)

    def evidence(self, listing: Listing) -> Evidence:
        """To the page that says it is the last, under the filter asked for, in an order that edits leave alone."""
        return judge(listing, lambda asked: [ListingPart(asked, frozenset({EVERYBODY.lower()}), "created_time A")])

    def scope(self, request: PageRequest) -> Scope:
        """All customers."""
        return Scope()

    def identify(self, raw: bytes) -> Item:
        """See `contact_record.identify`."""
        return identify(raw)


def _customer(raw: bytes) -> Item:
    if is_vendor(raw):
        raise BadRecord("This contact is a vendor, not a customer.")
    return identify(raw)
