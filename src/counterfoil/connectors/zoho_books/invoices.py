"""Invoices of Zoho Books: GET /invoices in pages, GET /invoices/{id} (contract section 4).

A full listing has two parts: what is dated within the window, then what is older and still to be paid. Their pages
are told apart by number alone, so that a listing that was interrupted can go on.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import ClassVar, NamedTuple

from counterfoil.connectors.page import Evidence, Item, Listing, Page, PageRequest, Read, Scope, Subset
from counterfoil.connectors.port import Capabilities
from counterfoil.connectors.reader_port import Reader
from counterfoil.connectors.zoho_books.api import Api
from counterfoil.connectors.zoho_books.invoice_record import InvoiceReader, identify
from counterfoil.connectors.zoho_books.pages import (
    LARGEST,
    SECOND_PART,
    SORTED,
    ListingPart,
    judge,
    page,
    reader_of,
)
from counterfoil.connectors.zoho_books.rows import identify_all, read_one, step
from counterfoil.connectors.zoho_books.settings import WINDOW_DAYS
from counterfoil.connectors.zoho_books.wire_time import proves_ignored, wire_time

OWING = frozenset({"sent", "overdue", "partially_paid", "unpaid"})
"""Statuses that `status=unpaid` lists for certain. "viewed" is likely to be one of them, a draft is not."""
ORDER = "created_time A"
_NO_FILTER = frozenset({"status.all"})
_ANY_FILTER: frozenset[str] = frozenset()
"""How an answer names `status=unpaid` is not known (contract section 4.2), so any name will do: were the parameter
ignored, more would be listed than was asked for; what is not listed is read by itself before anything is said."""
_ALL, _UNPAID, _WINDOW = "all", "unpaid", "from "


class _Asking(NamedTuple):
    """What is asked for one page: its name in the evidence, and the filters."""

    name: str
    filters: Mapping[str, str | int]
    first: int = 0
    following: int | None = None


class Invoices:
    """The invoices of one organisation: of the last `window_days` by their date, and unpaid ones of any age."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        page_size=LARGEST, incremental=True, details=True, subsets=frozenset({Subset.ALL, Subset.UNPAID})
    )
    reader: ClassVar[Reader] = InvoiceReader()

    def __init__(self, api: Api, window_days: int = WINDOW_DAYS) -> None:
        self._api = api
        self._window = timedelta(days=window_days)
        self._read_page = reader_of("invoices")

    def fetch(self, request: PageRequest) -> Page:
        """One page. An answer with rows older than `since` was not filtered by it, and is marked as such."""
        asking = self._asking(request)
        query: dict[str, str | int] = {
            **asking.filters,
            **SORTED,
            "page": request.number - asking.first + 1,
            "per_page": min(request.size, LARGEST),
        }
        response = self._api.get("invoices", query, self._read_page)
        found = identify_all(response.value.rows, identify)
        name = _ALL if proves_ignored(request.since, found[0]) else asking.name
        return page(request, response, name, found, asking.following)

    def read(self, external_ids: Sequence[str], owners: Mapping[str, str] | None = None) -> Iterator[Read]:
        """GET /invoices/{id}, one by one."""
        for external_id in external_ids:
            yield read_one(self._api, f"invoices/{step(external_id)}", "invoice", external_id, identify)

    def evidence(self, listing: Listing) -> Evidence:
        """Both parts to the page that says it is the last, in an order that edits do not change."""
        return judge(listing, _parts)

    def scope(self, request: PageRequest) -> Scope:
        """Those in the window, and older ones that we believe to be unpaid: paid ones just leave the listing."""
        if request.subset == Subset.UNPAID:
            return Scope(date.max, OWING)
        start = self._start(request)
        return Scope() if start is None else Scope(start, OWING)

    def identify(self, raw: bytes) -> Item:
        """See `invoice_record.identify`."""
        return identify(raw)

    def _asking(self, request: PageRequest) -> _Asking:
        """An incremental pass lists what changed whatever its date: a window would hide changes of old ones."""
        start = self._start(request)
        if request.subset == Subset.UNPAID:
            return _Asking(_UNPAID, {"status": "unpaid"})
        if request.since is not None:
            since = wire_time(request.since)
            return _Asking(since, {"filter_by": "Status.All", "last_modified_time": since})
        if start is None:
            return _Asking(_ALL, {"filter_by": "Status.All"})
        if request.number < SECOND_PART:
            name = f"{_WINDOW}{start}"
            filters = {"filter_by": "Status.All", "date_start": start.isoformat()}
            return _Asking(name, filters, following=SECOND_PART)
        eve = start - timedelta(days=1)
        return _Asking(f"{_UNPAID} to {eve}", {"status": "unpaid", "date_end": eve.isoformat()}, SECOND_PART)

    def _start(self, request: PageRequest) -> date | None:
        return None if request.today is None else request.today - self._window


def _parts(asked: str) -> list[ListingPart]:
    if asked == _UNPAID:
        return [ListingPart(asked, _ANY_FILTER, ORDER)]
    if not asked.startswith(_WINDOW):
        return [ListingPart(asked, _NO_FILTER, ORDER)]
    eve = date.fromisoformat(asked.removeprefix(_WINDOW)) - timedelta(days=1)
    return [ListingPart(asked, _NO_FILTER, ORDER), ListingPart(f"{_UNPAID} to {eve}", _ANY_FILTER, ORDER)]
