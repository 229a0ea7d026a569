"""Customers of Zoho Books: GET /contacts in pages, GET, PUT and POST of single ones (contract section 2)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from counterfoil.connectors.http.address import path_segment
from counterfoil.connectors.identify import identify_all, unused_number
from counterfoil.connectors.page import Evidence, Item, Listing, Page, PageRequest, Read, Scope
from counterfoil.connectors.port import Capabilities
from counterfoil.connectors.reader_port import Reader
from counterfoil.connectors.single_reads import read_each
from counterfoil.connectors.write_port import Writer, WriteRequest, WriteResponse
from counterfoil.connectors.zoho_books import messages
from counterfoil.connectors.zoho_books.api import Api
from counterfoil.connectors.zoho_books.contact_record import ContactReader, identify, is_vendor
from counterfoil.connectors.zoho_books.contact_writer import ContactWriter
from counterfoil.connectors.zoho_books.pages import LARGEST, SORTED, ListingPart, judge, page, page_decoder
from counterfoil.connectors.zoho_books.person_record import persons_of
from counterfoil.connectors.zoho_books.rows import read_one
from counterfoil.connectors.zoho_books.send import send
from counterfoil.connectors.zoho_books.wire_time import proves_ignored, wire_time

EVERYBODY = "Status.All"
"""Without this filter inactive contacts may be hidden; sources differ on the default (contract section 2.1)."""
ALL = "all"


class ZohoContacts:
    """The customers of one organisation. Vendors are left out even if the server ignores the filter."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        page_size=LARGEST, lists_all=True, first_overlaps=True, incremental=True, details=True
    )
    reader: ClassVar[Reader] = ContactReader()
    writer: ClassVar[Writer] = ContactWriter()

    def __init__(self, api: Api) -> None:
        self._api = api
        self._read_page = page_decoder("contacts")

    def fetch(self, request: PageRequest) -> Page:
        """Fetch one page. If it has rows older than `since`, the filter was ignored, and its mark says so."""
        query: dict[str, str | int] = {
            "contact_type": "customer",
            "filter_by": EVERYBODY,
            **SORTED,
            "page": request.number + 1,
            "per_page": min(request.size, LARGEST),
        }
        requested = ALL
        if request.since is not None:
            query["last_modified_time"] = requested = wire_time(request.since)
        response = self._api.get("contacts", query, self._read_page)
        customers = (raw for raw in response.value.rows if not is_vendor(raw))
        items, bad = identify_all(customers, identify)
        if proves_ignored(request.since, items):
            requested = ALL
        return page(request, response, requested, (items, bad))

    def read(self, external_ids: Sequence[str], owners: Mapping[str, str] | None = None) -> Iterator[Read]:
        """GET /contacts/{id} for each id. A vendor is UNLISTED, because it is no customer."""
        return read_each(
            external_ids,
            lambda external_id: read_one(
                self._api,
                f"contacts/{path_segment(external_id)}",
                "contact",
                external_id,
                _identify_detail,
                _unlisted,
            ),
        )

    def send(self, outgoing: WriteRequest, key: str) -> WriteResponse:
        """Send a write; see `send.send`. Zoho ignores idempotency keys, so none is sent."""
        return send(self._api, outgoing)

    def evidence(self, listing: Listing) -> Evidence:
        """Require every page up to the last, with the requested filter, in an order that edits do not change."""
        return judge(
            listing, lambda requested: [ListingPart(requested, frozenset({EVERYBODY.lower()}), "created_time A")]
        )

    def scope(self, request: PageRequest) -> Scope:
        """Return all customers."""
        return Scope()

    def unused_id(self) -> str:
        """Return an 18-digit id of a range that Zoho has not issued."""
        return unused_number(18)

    def identify(self, raw: bytes) -> Item:
        """Identify a contact; see `contact_record.identify`."""
        return identify(raw)


def _identify_detail(raw: bytes) -> Item:
    item = identify(raw)
    return item._replace(persons=persons_of(raw, item.external_id))


def _unlisted(raw: bytes) -> str:
    return messages.VENDOR() if is_vendor(raw) else ""
