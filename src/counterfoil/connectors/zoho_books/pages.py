"""Pages of Zoho's lists, and the evidence that a listing is complete (contract sections 2.1, 4.1, 8).

No list tells how many rows there are. Each page gets a mark with its filters and what the response says about
itself. The marks alone decide, so that a resumed listing can be judged too.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any, NamedTuple, Self

import msgspec
import orjson

from counterfoil.connectors.http.client import Response, not_json_error
from counterfoil.connectors.list_body import ListBody, split_list
from counterfoil.connectors.page import PART, BadItem, Evidence, Item, Listing, Page, PageMark, PageRequest
from counterfoil.connectors.zoho_books import messages
from counterfoil.messages import connectors as shared
from counterfoil.normalize.value import instant

SORTED = {"sort_column": "created_time", "sort_order": "A"}
"""The only order that edits do not change (contract section 2.1)."""
LARGEST = 200
"""Most rows per page."""
SECOND_PART = PART
"""Number of the first page of a listing's second part."""


class Context(NamedTuple):
    """The `page_context` of a response. What it does not say is ""."""

    has_more_page: bool
    applied_filter: str = ""
    sort_column: str = ""
    sort_order: str = ""

    @classmethod
    def read(cls, found: dict[str, Any] | list[Any]) -> Self | None:
        """Read a context, which the specification shows as a list. None if it does not say what follows."""
        parts = next((part for part in found if isinstance(part, dict)), {}) if isinstance(found, list) else found
        more = _YES_OR_NO.get(str(parts.get("has_more_page")).strip().lower())
        if more is None:
            return None
        return cls(more, *(str(parts.get(name) or "").strip() for name in cls._fields[1:]))


_YES_OR_NO = {"true": True, "1": True, "false": False, "0": False}
"""`has_more_page` as JSON's own true and false, as texts, and as numbers."""


class Rows(NamedTuple):
    """The rows of a page, not decoded, and its context.

    `in_order` is False if the context names no order and the rows are not in the requested one.
    """

    rows: Sequence[bytes]
    context: Context
    in_order: bool = True


def page_decoder(key: str, sorted_by: str = SORTED["sort_column"]) -> Callable[[bytes], Rows]:
    """Build the decoder of a list whose rows are under `key`. It raises InvalidResponse."""
    envelope = msgspec.defstruct(
        f"Page_{key}",
        [(key, list[msgspec.Raw]), ("page_context", dict[str, Any] | list[Any])],
        module=__name__,
    )
    decoder = msgspec.json.Decoder(envelope)

    def read(body: bytes) -> Rows:
        found: ListBody[Any] | None = split_list(decoder.decode, body, key)
        context = None if found is None else Context.read(found.envelope.page_context)
        if found is None or context is None:
            raise not_json_error("Zoho Books")
        return Rows(found.entries, context, bool(context.sort_column) or _are_sorted(found.entries, sorted_by))

    return read


def _are_sorted(rows: Sequence[bytes], column: str) -> bool:
    """Tell whether the readable rows have a value in this column, a time or a number, and in ascending order."""
    keys: list[float] = []
    for row in rows:
        with suppress(msgspec.MsgspecError, UnicodeDecodeError):
            text = str(msgspec.json.decode(row, type=dict[str, Any]).get(column))
            moment = None if text.isdecimal() else instant(text)
            if moment is None and not text.isdecimal():
                return False
            keys.append(int(text) if moment is None else moment.timestamp())
    return keys == sorted(keys)


type Found = tuple[Sequence[Item], Sequence[BadItem]]


def page(
    request: PageRequest, response: Response[Rows], requested: str, found: Found, next_number: int | None = None
) -> Page:
    """Build the page of a response. `next_number` is where the listing continues after Zoho's last page.

    An empty page is that too, whatever it promises.
    """
    items, bad = found
    ended = not response.value.context.has_more_page or (next_number is not None and not response.value.rows)
    return Page(
        number=request.number,
        ticket=response.ticket,
        items=items,
        bad=bad,
        last=ended and next_number is None,
        next_number=next_number if ended else None,
        upstream_date=response.date,
        fingerprint=ListingMark.from_rows(requested, response.value, len(items) + len(bad), request.size).text(),
        rows=len(response.value.rows),
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
    size: int = LARGEST
    """How many rows were requested."""
    in_order: bool = True
    """Whether the rows are in order, as far as the response does not name it."""

    @classmethod
    def from_rows(cls, requested: str, answer: Rows, records: int, size: int) -> Self:
        """Build the mark of a response."""
        context = answer.context
        order = f"{context.sort_column} {context.sort_order}".strip()
        told = (requested, context.applied_filter, order, len(answer.rows), records, context.has_more_page)
        return cls(*told, size, answer.in_order)

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
    return messages.LISTED_TWICE(count=taken - listed) if taken != listed and not listing.overlapping else ""


def _find_gap_in_part(start: int, part: ListingPart, pages: Sequence[PageMark]) -> str:
    marks = [ListingMark.read(page.fingerprint) for page in pages]
    if [page.number for page in pages] != list(range(start, start + len(pages))):
        return shared.PAGES_MISSING()
    for mark in marks:
        if mark.requested != part.requested:
            return messages.DIFFERENT_FILTERS()
        if not _is_confirmed(mark, part):
            return messages.FILTER_UNCONFIRMED()
    return _find_gap_at_end(marks)


def _is_confirmed(mark: ListingMark, part: ListingPart) -> bool:
    """Tell whether a response has the requested filter and order. If it names neither, its rows tell."""
    if not mark.filter and not mark.order:
        return mark.in_order
    return (not part.filters or mark.filter.lower() in part.filters) and mark.order == part.order


def _find_gap_at_end(marks: Sequence[ListingMark]) -> str:
    # A resumed listing may have requested an empty page after the last one.
    ends = [at for at, mark in enumerate(marks) if not mark.more]
    if not ends and _ended_by_empty_pages(marks):
        return ""
    if not ends:
        return messages.LISTING_UNFINISHED()
    if any(not mark.rows for mark in marks[: ends[0]]):
        return messages.EMPTY_PAGE()
    after = marks[ends[0] + 1 :]
    return messages.MORE_AFTER_LAST() if any(mark.rows or mark.more for mark in after) else ""


def _ended_by_empty_pages(marks: Sequence[ListingMark]) -> bool:
    """Tell whether a page that had room for more is followed only by empty ones that promise another page."""
    filled = [at for at, mark in enumerate(marks) if mark.rows]
    end = filled[-1] if filled else -1
    has_room = not filled or marks[end].rows < marks[end].size
    return has_room and len(marks) - 1 > end
