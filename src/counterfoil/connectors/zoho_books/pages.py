"""Pages of Zoho's lists, and the evidence that a listing is complete (contract sections 2.1, 4.1, 8).

No list tells how many rows there are. Each page gets a mark with its filters and what the response says about
itself. The marks alone decide, so that a resumed listing can be judged too.
"""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, NamedTuple, Self

import msgspec
import orjson

from counterfoil.connectors.http.client import Response, not_json_error
from counterfoil.connectors.list_body import ListBody, split_list
from counterfoil.connectors.page import BadItem, Evidence, Item, Listing, Page, PageMark, PageRequest
from counterfoil.connectors.zoho_books import messages
from counterfoil.messages import connectors as shared

SORTED = {"sort_column": "created_time", "sort_order": "A"}
"""The only order that edits do not change (contract section 2.1)."""
LARGEST = 200
"""Most rows per page."""
SECOND_PART = 1_000_000
"""Number of the first page of a listing's second part."""


class Context(msgspec.Struct):
    """The `page_context` of a response. Zoho sends "" for missing values."""

    has_more_page: bool
    applied_filter: str = ""
    sort_column: str = ""
    sort_order: str = ""


class Rows(NamedTuple):
    """The rows of a page, not decoded, and its context."""

    rows: Sequence[bytes]
    context: Context


def page_decoder(key: str) -> Callable[[bytes], Rows]:
    """Build the decoder of a list whose rows are under `key`. It raises InvalidResponse."""
    envelope = msgspec.defstruct(
        f"Page_{key}", [(key, list[msgspec.Raw]), ("page_context", Context)], module=__name__
    )
    decoder = msgspec.json.Decoder(envelope)

    def read(body: bytes) -> Rows:
        found: ListBody[Any] | None = split_list(decoder.decode, body, key)
        if found is None:
            raise not_json_error("Zoho Books")
        return Rows(found.entries, found.envelope.page_context)

    return read


type Found = tuple[Sequence[Item], Sequence[BadItem]]


def page(
    request: PageRequest, response: Response[Rows], requested: str, found: Found, next_number: int | None = None
) -> Page:
    """Build the page of a response. `next_number` is where the listing continues after Zoho's last page."""
    items, bad = found
    ended = not response.value.context.has_more_page
    return Page(
        number=request.number,
        ticket=response.ticket,
        items=items,
        bad=bad,
        last=ended and next_number is None,
        next_number=next_number if ended else None,
        upstream_date=response.date,
        fingerprint=ListingMark.from_rows(requested, response.value, len(items) + len(bad)).text(),
        calls=response.calls,
    )


class ListingMark(NamedTuple):
    """What is stored of a page, in `Page.fingerprint`."""

    requested: str
    """The name of the filters that were requested."""
    filter: str
    """The filter that the response names."""
    order: str
    """The order that the response names."""
    rows: int
    records: int
    """Rows that became records, or bad items; vendors do not."""
    more: bool
    """Whether the response says that more pages follow."""

    @classmethod
    def from_rows(cls, requested: str, answer: Rows, records: int) -> Self:
        """Build the mark of a response."""
        context = answer.context
        order = f"{context.sort_column} {context.sort_order}".strip()
        return cls(requested, context.applied_filter, order, len(answer.rows), records, context.has_more_page)

    @classmethod
    def read(cls, fingerprint: str) -> Self:
        """Read a mark from `Page.fingerprint`."""
        return cls(*orjson.loads(fingerprint))

    def text(self) -> str:
        """Write the mark for `Page.fingerprint`."""
        return orjson.dumps(list(self)).decode()


class ListingPart(NamedTuple):
    """What every page of one part of a listing must show. Empty `filters` accept any."""

    requested: str
    filters: frozenset[str]
    order: str


def judge(listing: Listing, parts_of: Callable[[str], Sequence[ListingPart]]) -> Evidence:
    """Decide whether a listing is complete.

    It needs all pages of each part up to its last one, with the requested filter and order, and no record twice.
    `parts_of` returns the parts, given the requested filters of the first page.
    """
    reason = _find_gap(listing, parts_of)
    return Evidence(complete=not reason, reason=reason)


def _find_gap(listing: Listing, parts_of: Callable[[str], Sequence[ListingPart]]) -> str:
    pages = sorted(listing.pages, key=lambda page: page.number)
    if not pages or pages[0].number != 0:
        return messages.FIRST_PAGE_MISSING()
    found = [list(group) for _, group in groupby(pages, key=lambda page: page.number >= SECOND_PART)]
    wanted = parts_of(ListingMark.read(pages[0].fingerprint).requested)
    if len(found) != len(wanted):
        return messages.LISTING_UNFINISHED()
    for start, part, some in zip((0, SECOND_PART), wanted, found, strict=False):
        reason = _find_gap_in_part(start, part, some)
        if reason:
            return reason
    taken = sum(ListingMark.read(page.fingerprint).records for page in pages)
    listed = listing.distinct + listing.unidentified
    return messages.LISTED_TWICE(count=taken - listed) if taken != listed else ""


def _find_gap_in_part(start: int, part: ListingPart, pages: Sequence[PageMark]) -> str:
    marks = [ListingMark.read(page.fingerprint) for page in pages]
    if [page.number for page in pages] != list(range(start, start + len(pages))):
        return shared.PAGES_MISSING()
    for mark in marks:
        if mark.requested != part.requested:
            return messages.DIFFERENT_FILTERS()
        if (part.filters and mark.filter.lower() not in part.filters) or mark.order != part.order:
            return messages.FILTER_UNCONFIRMED()
    return _find_gap_at_end(marks)


def _find_gap_at_end(marks: Sequence[ListingMark]) -> str:
    # A resumed listing may have requested an empty page after the last one.
    ends = [at for at, mark in enumerate(marks) if not mark.more]
    if not ends:
        return messages.LISTING_UNFINISHED()
    if any(not mark.rows for mark in marks[: ends[0]]):
        return messages.EMPTY_PAGE()
    after = marks[ends[0] + 1 :]
    return messages.MORE_AFTER_LAST() if any(mark.rows or mark.more for mark in after) else ""
