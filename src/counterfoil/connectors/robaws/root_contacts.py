"""Contact persons in a list of their own: GET /contacts, for tenants whose clients come without them.

Whether it comes in an envelope or as a bare array is unknown (contract section 2.6), so both are read.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, Self

import msgspec
import orjson

from counterfoil.connectors import json_outline
from counterfoil.connectors.http.client import HttpClient, Query, Response, not_json_error
from counterfoil.connectors.http.refusable import Refusable
from counterfoil.connectors.identify import clean_id, identify_all
from counterfoil.connectors.page import PART, BadItem, Evidence, Item, Listing, Page, PageMark, PageRequest
from counterfoil.connectors.partial_decoder import REFUSED, PartialDecoder
from counterfoil.connectors.robaws import messages
from counterfoil.connectors.robaws.answers import RobawsList, decode_page, wire_time
from counterfoil.connectors.robaws.contact_record import identify
from counterfoil.connectors.robaws.totals import Counted, reaches_total
from counterfoil.connectors.single_reads import OF_ONE_RECORD
from counterfoil.errors import InvalidResponse, NotAllowed, Unavailable
from counterfoil.messages import connectors as shared
from counterfoil.normalize.value import instant

FIRST_PAGE = PART
"""Number of its first page; the pages of clients have lower numbers."""


class RootContacts:
    """The list of all contact persons of one tenant."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def fetch(self, request: PageRequest) -> Page:
        """GET /contacts?include=client&page&size. Raises NotAllowed where it is refused."""
        number = request.number - FIRST_PAGE
        query: dict[str, str | int] = {"include": "client", "page": number, "size": request.size}
        if request.since is not None:
            query["updatedFrom"] = wire_time(request.since)
        response = self._get(query)
        if response.value is None:
            raise NotAllowed(messages.CONTACTS_NOT_GIVEN(status=response.status), messages.ALLOW_CONTACTS())
        rows, total = response.value
        items, bad, modified = _collect(rows)
        return Page(
            number=request.number,
            ticket=response.ticket,
            items=items,
            bad=bad,
            last=not rows or (total is not None and reaches_total(total, number, request.size, len(rows))),
            upstream_date=response.date,
            fingerprint=RootMark(total, len(rows), len(items) + len(bad)).text(),
            other_modified=modified,
            rows=len(rows),
            calls=response.calls,
        )

    def is_given(self) -> bool:
        """Tell whether Robaws answers with such a list."""
        try:
            return self._get({"page": 0, "size": 1}).value is not None
        except (Unavailable, InvalidResponse):
            return False

    def _get(self, query: Query) -> Response[RobawsList | None]:
        attempt = Refusable(lambda received: received.status in OF_ONE_RECORD, decode_contacts)
        return self._client.get("contacts", query, attempt.decode, accept=attempt.accept)


class RootMark(NamedTuple):
    """What is stored of a page, in `Page.fingerprint`."""

    total: int | None
    """How many persons the page announces; None for a bare array."""
    rows: int
    """How many it holds."""
    records: int
    """Those of clients; the others belong to suppliers."""

    @classmethod
    def read(cls, fingerprint: str) -> Self:
        """Read a mark from `Page.fingerprint`."""
        return cls(*orjson.loads(fingerprint))

    def text(self) -> str:
        """Write the mark for `Page.fingerprint`."""
        return orjson.dumps(list(self)).decode()


def judge_pages(pages: Sequence[PageMark], listed: int, *, overlapping: bool = False) -> Evidence:
    """Require every page up to the last, with one total, or up to an empty one, and no person twice.

    `listed` counts the distinct persons, those that cannot be read included. Pages that overlap repeat some.
    """
    found = sorted(pages, key=lambda page: page.number)
    marks = [RootMark.read(page.fingerprint) for page in found]
    totals = {mark.total for mark in marks if mark.total is not None}
    unended = not totals and marks[-1].rows
    if unended or [page.number for page in found] != list(range(FIRST_PAGE, FIRST_PAGE + len(found))):
        return Evidence(complete=False, reason=shared.PAGES_MISSING())
    rows, records = sum(mark.rows for mark in marks), sum(mark.records for mark in marks)
    if len(totals) > 1:
        return Evidence(complete=False, reason=messages.TOTAL_CHANGED(low=min(totals), high=max(totals)))
    if overlapping:
        return Evidence(complete=True)
    if totals and totals != {rows}:
        return Evidence(complete=False, reason=messages.CONTACTS_DIFFER(total=max(totals), listed=rows))
    if records != listed:
        return Evidence(complete=False, reason=messages.CONTACTS_DIFFER(total=records, listed=listed))
    return Evidence(complete=True)


def count_persons(listing: Listing) -> Counted:
    """Count the persons of one attempt."""
    marks = [RootMark.read(page.fingerprint) for page in listing.pages if page.number >= FIRST_PAGE]
    totals, sizes = (mark.total for mark in marks), [mark.rows for mark in marks]
    return Counted.gather(totals, sizes, sum(sizes), listing.new, listing.gone)


class _Row(msgspec.Struct):
    clientId: str | int | None = None  # noqa: N815  the wire's name
    client: dict[str, Any] | None = None
    updatedAt: Any = None  # noqa: N815  the wire's name


_read_row = PartialDecoder(_Row)
_read_array = msgspec.json.Decoder(list[msgspec.Raw]).decode


def decode_contacts(body: bytes) -> RobawsList:
    """Decode a list of persons: an envelope with its total, or a bare array. Raises InvalidResponse."""
    if not body.lstrip().startswith(b"["):
        return decode_page(body)
    try:
        return RobawsList([bytes(raw) for raw in _read_array(body)], None)
    except REFUSED:
        entries = json_outline.elements(body)
    if entries is None:
        raise not_json_error("Robaws")
    return RobawsList(entries, None)


def _collect(rows: Sequence[bytes]) -> tuple[list[Item], list[BadItem], list[datetime]]:
    """Identify the persons of clients, and collect when they changed; their order is decided without these times.

    The other list has only the clients' times, which cannot be compared with the persons' own.
    """
    items: list[Item] = []
    bad: list[BadItem] = []
    modified: list[datetime] = []
    for raw in rows:
        row = _read_row(raw) or _Row()
        owner = clean_id(row.clientId) or clean_id((row.client or {}).get("id"))
        found, unreadable = identify_all([raw], partial(identify, client=owner or None))
        items += [item for item in found if item.owner]
        bad += unreadable
        if (moment := instant(row.updatedAt)) is not None:
            modified.append(moment)
    return items, bad, modified
