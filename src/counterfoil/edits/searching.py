"""What is new upstream since a moment, all of it, listed and taken in: searches of upstreams are unreliable."""

import math
from dataclasses import replace
from datetime import datetime

from counterfoil.connectors.contract import Listing, Page, PageMark, PageRequest, Shape
from counterfoil.edits.exchange import Exchange
from counterfoil.mirror import tickets
from counterfoil.mirror.arrival import Arrival
from counterfoil.mirror.order import Origin

ATTEMPTS = 3
MOST_PAGES = 10_000


def list_since(exchange: Exchange, since: datetime | None) -> bool:
    """Whether what was listed is provably everything. Where a filter cannot be relied upon, all there is is
    listed."""
    for asked in (since, *[None] * ATTEMPTS):
        listing = _list(exchange, asked)
        found = exchange.collection.evidence(listing)
        if found.complete:
            return True
        if asked is None and not found.again:
            return False
    return False


def _list(exchange: Exchange, since: datetime | None) -> Listing:
    capabilities = exchange.collection.capabilities
    request = PageRequest(0, capabilities.page_size, since if capabilities.incremental else None)
    marks: list[PageMark] = []
    ids: set[str] = set()
    nameless = 0
    for _ in range(MOST_PAGES):
        page = exchange.collection.fetch(request)
        _take(exchange, page)
        marks.append(PageMark(page.number, page.total, page.last, page.fingerprint))
        ids.update(item.external_id for item in page.items)
        nameless += len(page.bad)
        if _is_last(page, request):
            break
        following = page.number + 1 if page.following is None else page.following
        request = replace(request, number=following)
        exchange.work.lease.renew()
    return Listing(marks, len(ids), nameless)


def _take(exchange: Exchange, page: Page) -> None:
    """Only what is not here yet: everything else comes in by a pass, behind its guards."""
    ended = tickets.latest()
    work = exchange.work
    listed = [item.external_id for item in page.items]
    rows = work.table.rows(work.run.connection_id).filter(external_id__in=listed)
    known = set(rows.values_list("external_id", flat=True))
    new = [item for item in page.items if item.external_id not in known]
    arrivals = [Arrival(item, Origin.PAGE, Shape.LIST, page.ticket, ended) for item in new]
    if arrivals:
        exchange.work.door.take(arrivals, exchange.work.stamp())


def _is_last(page: Page, request: PageRequest) -> bool:
    if page.last is not None:
        return page.last
    if page.total is not None:
        return page.number + 1 >= math.ceil(page.total / request.size)
    return not page.items
