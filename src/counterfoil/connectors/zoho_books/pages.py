"""A page of any of Zoho's lists, and what a listing of such pages proves (contract sections 2.1, 4.1, 8).

No list tells how many rows there are. A page is marked with what it was asked for and what the answer says of
itself; from these marks alone a listing is judged, so that one that was interrupted can be judged as well.
"""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, NamedTuple, Self

import msgspec
import orjson

from counterfoil.connectors.http.client import Response, not_json
from counterfoil.connectors.page import BadItem, Evidence, Item, Listing, Page, PageMark, PageRequest

SORTED = {"sort_column": "created_time", "sort_order": "A"}
"""The one order that edits do not change (contract section 2.1)."""
LARGEST = 200
"""Rows of a page at most."""
SECOND_PART = 1_000_000
"""Number of the first page of a listing's second part."""


class Context(msgspec.Struct):
    """What an answer says of itself in `page_context`. Zoho gives "" for nothing."""

    has_more_page: bool
    applied_filter: str = ""
    sort_column: str = ""
    sort_order: str = ""


class Rows(NamedTuple):
    """The rows of a page, not decoded, and its context."""

    rows: list[bytes]
    context: Context


def reader_of(key: str) -> Callable[[bytes], Rows]:
    """Reads the answers of a list whose rows stand under `key`."""
    envelope = msgspec.defstruct(
        f"Page_{key}", [(key, list[msgspec.Raw]), ("page_context", Context)], module=__name__
    )
    decoder = msgspec.json.Decoder(envelope)

    def read(body: bytes) -> Rows:
        try:
            found: Any = decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise not_json("Zoho Books") from None
        return Rows([bytes(raw) for raw in getattr(found, key)], found.page_context)

    return read


type Found = tuple[Sequence[Item], Sequence[BadItem]]


def page(
    request: PageRequest, response: Response[Rows], asked: str, found: Found, following: int | None = None
) -> Page:
    """The page that answers a request. `following` is where the listing goes on when Zoho says that nothing more
    follows."""
    items, bad = found
    ended = not response.value.context.has_more_page
    return Page(
        number=request.number,
        ticket=response.ticket,
        items=items,
        bad=bad,
        last=ended and following is None,
        following=following if ended else None,
        upstream_date=response.date,
        fingerprint=ListingMark.of(asked, response.value, len(items) + len(bad)).text(),
        calls=response.calls,
    )


class ListingMark(NamedTuple):
    """What is remembered of a page: what was asked for, the filter and order that the answer names, how many rows
    it held, how many records were taken from it, and whether it says that more follow."""

    asked: str
    filter: str
    order: str
    rows: int
    records: int
    more: bool

    @classmethod
    def of(cls, asked: str, answer: Rows, records: int) -> Self:
        """The mark of an answer."""
        context = answer.context
        order = f"{context.sort_column} {context.sort_order}".strip()
        return cls(asked, context.applied_filter, order, len(answer.rows), records, context.has_more_page)

    @classmethod
    def read(cls, fingerprint: str) -> Self:
        """From `Page.fingerprint`."""
        return cls(*orjson.loads(fingerprint))

    def text(self) -> str:
        """For `Page.fingerprint`."""
        return orjson.dumps(list(self)).decode()


class ListingPart(NamedTuple):
    """A part of a listing as it must be: what every page was asked for, and what each must have answered. No
    `filters`: any."""

    asked: str
    filters: frozenset[str]
    order: str


def judge(listing: Listing, parts_of: Callable[[str], Sequence[ListingPart]]) -> Evidence:
    """Whether the listing is complete: each part from its first page to one that says it is the last, all under
    the filter and in the order asked for, and no record twice. `parts_of` tells from what the first page was asked
    for which parts there must be."""
    reason = _objection(listing, parts_of)
    return Evidence(complete=not reason, reason=reason)


def _objection(listing: Listing, parts_of: Callable[[str], Sequence[ListingPart]]) -> str:
    pages = sorted(listing.pages, key=lambda page: page.number)
    if not pages or pages[0].number != 0:
        return "the first page is missing"
    found = [list(group) for _, group in groupby(pages, key=lambda page: page.number >= SECOND_PART)]
    wanted = parts_of(ListingMark.read(pages[0].fingerprint).asked)
    if len(found) != len(wanted):
        return "the listing did not come to its end"
    for start, part, some in zip((0, SECOND_PART), wanted, found, strict=False):
        reason = _objection_to_part(start, part, some)
        if reason:
            return reason
    taken = sum(ListingMark.read(page.fingerprint).records for page in pages)
    listed = listing.distinct + listing.unidentified
    return f"{taken - listed:,} records were listed twice" if taken != listed else ""


def _objection_to_part(start: int, part: ListingPart, pages: Sequence[PageMark]) -> str:
    marks = [ListingMark.read(page.fingerprint) for page in pages]
    if [page.number for page in pages] != list(range(start, start + len(pages))):
        return "pages are missing"
    for mark in marks:
        if mark.asked != part.asked:
            return "pages were listed by different filters"
        if (part.filters and mark.filter.lower() not in part.filters) or mark.order != part.order:
            return "the upstream does not say that it used the filter and the order asked for"
    return _objection_to_end(marks)


def _objection_to_end(marks: Sequence[ListingMark]) -> str:
    """One that was interrupted may have asked for an empty page after the last one."""
    ends = [at for at, mark in enumerate(marks) if not mark.more]
    if not ends:
        return "the listing did not come to its end"
    if any(not mark.rows for mark in marks[: ends[0]]):
        return "a page that is not the last was empty"
    after = marks[ends[0] + 1 :]
    return "more was listed after the last page" if any(mark.rows or mark.more for mark in after) else ""
