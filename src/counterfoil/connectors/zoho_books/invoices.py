"""The collection of Zoho Books invoices: GET /invoices in pages, GET /invoices/{id} (contract section 4).

A full listing has two parts: invoices dated within the window, then older ones that are unpaid. The page number
alone tells the parts apart, so that an interrupted listing can resume.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import ClassVar, NamedTuple

from counterfoil.connectors.http.address import path_segment
from counterfoil.connectors.identify import identify_all, unused_number
from counterfoil.connectors.page import Evidence, Item, Listing, Page, PageRequest, Read, Scope, Subset
from counterfoil.connectors.port import Capabilities
from counterfoil.connectors.reader_port import Reader
from counterfoil.connectors.single_reads import read_each
from counterfoil.connectors.zoho_books.api import Api
from counterfoil.connectors.zoho_books.invoice_record import InvoiceReader, identify
from counterfoil.connectors.zoho_books.pages import (
    LARGEST,
    SECOND_PART,
    SORTED,
    ListingPart,
    judge,
    page,
    page_decoder,
)
from counterfoil.connectors.zoho_books.rows import read_one
from counterfoil.connectors.zoho_books.settings import WINDOW_DAYS
from counterfoil.connectors.zoho_books.wire_time import proves_ignored, wire_time

OWING = frozenset({"sent", "overdue", "partially_paid", "unpaid"})
"""Statuses that `status=unpaid` certainly lists. "viewed" is probably one of them, a draft is not."""
ORDER = "created_time A"
_NO_FILTER = frozenset({"status.all"})
_ANY_FILTER: frozenset[str] = frozenset()
"""How a response names `status=unpaid` is unknown (contract section 4.2), so any name is accepted. If Zoho ignored
the parameter, it would list more than requested; and absent records are read singly before they are marked."""
_ALL, _UNPAID, _WINDOW = "all", "unpaid", "from "


class _Query(NamedTuple):
    """The filters of one page, and their name in the evidence."""

    name: str
    filters: Mapping[str, str | int]
    first: int = 0
    next_number: int | None = None


class Invoices:
    """The invoices of one organisation: those dated in the last `window_days`, and unpaid ones of any date."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        page_size=LARGEST,
        lists_all=True,
        incremental=True,
        details=True,
        subsets=frozenset({Subset.ALL, Subset.UNPAID}),
    )
    reader: ClassVar[Reader] = InvoiceReader()

    def __init__(self, api: Api, window_days: int = WINDOW_DAYS) -> None:
        self._api = api
        self._window = timedelta(days=window_days)
        self._read_page = page_decoder("invoices")

    def fetch(self, request: PageRequest) -> Page:
        """Fetch one page. If it has rows older than `since`, the filter was ignored, and its mark says so."""
        listing_query = self._query(request)
        query: dict[str, str | int] = {
            **listing_query.filters,
            **SORTED,
            "page": request.number - listing_query.first + 1,
            "per_page": min(request.size, LARGEST),
        }
        response = self._api.get("invoices", query, self._read_page)
        found = identify_all(response.value.rows, identify)
        name = _ALL if proves_ignored(request.since, found[0]) else listing_query.name
        return page(request, response, name, found, listing_query.next_number)

    def read(self, external_ids: Sequence[str], owners: Mapping[str, str] | None = None) -> Iterator[Read]:
        """GET /invoices/{id} for each id."""
        return read_each(
            external_ids,
            lambda external_id: read_one(
                self._api, f"invoices/{path_segment(external_id)}", "invoice", external_id, identify
            ),
        )

    def evidence(self, listing: Listing) -> Evidence:
        """Require both parts up to their last pages, in an order that edits do not change."""
        return judge(listing, _parts)

    def scope(self, request: PageRequest) -> Scope:
        """Return the invoices in the window, and older unpaid ones; an old one that is paid leaves the listing."""
        if request.subset == Subset.UNPAID:
            return Scope(date.max, OWING)
        start = self._start(request)
        return Scope() if start is None else Scope(start, OWING)

    def unused_id(self) -> str:
        """Return an 18-digit id of a range that Zoho has not issued."""
        return unused_number(18)

    def identify(self, raw: bytes) -> Item:
        """Identify an invoice; see `invoice_record.identify`."""
        return identify(raw)

    def _query(self, request: PageRequest) -> _Query:
        # An incremental pass has no window: it would hide changes of old invoices.
        start = self._start(request)
        if request.subset == Subset.UNPAID:
            return _Query(_UNPAID, {"status": "unpaid"})
        if request.since is not None:
            since = wire_time(request.since)
            return _Query(since, {"filter_by": "Status.All", "last_modified_time": since})
        if start is None:
            return _Query(_ALL, {"filter_by": "Status.All"})
        if request.number < SECOND_PART:
            name = f"{_WINDOW}{start}"
            filters = {"filter_by": "Status.All", "date_start": start.isoformat()}
            return _Query(name, filters, next_number=SECOND_PART)
        eve = start - timedelta(days=1)
        return _Query(f"{_UNPAID} to {eve}", {"status": "unpaid", "date_end": eve.isoformat()}, SECOND_PART)

    def _start(self, request: PageRequest) -> date | None:
        return None if request.today is None else request.today - self._window


def _parts(requested: str) -> list[ListingPart]:
    if requested == _UNPAID:
        return [ListingPart(requested, _ANY_FILTER, ORDER)]
    if not requested.startswith(_WINDOW):
        return [ListingPart(requested, _NO_FILTER, ORDER)]
    eve = date.fromisoformat(requested.removeprefix(_WINDOW)) - timedelta(days=1)
    return [ListingPart(requested, _NO_FILTER, ORDER), ListingPart(f"{_UNPAID} to {eve}", _ANY_FILTER, ORDER)]
