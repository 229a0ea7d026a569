"""A connector under test without a mirror: a budget that only records, listings read to their end."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson

from counterfoil.connectors.allowance import Permit, Quota
from counterfoil.connectors.page import Evidence, Item, Listing, Page, PageMark, PageRequest, Subset
from counterfoil.connectors.port import Collection
from counterfoil.sync.fetch import PagePlan


@dataclass
class Notes:
    """Implements `allowance.Budget`: grants everything and records every call."""

    drawn: int = 0
    quotas: list[Quota] = field(default_factory=list)
    pauses: list[tuple[Quota, float | None]] = field(default_factory=list)
    blocks: list[tuple[str, float | None]] = field(default_factory=list)

    def acquire(self) -> Permit:
        self.drawn += 1
        return Permit(self.drawn)

    def ticket(self) -> int:
        return self.drawn

    def record_quota(self, quota: Quota) -> None:
        self.quotas.append(quota)

    def record_throttle(self, quota: Quota, pause: float | None) -> None:
        self.pauses.append((quota, pause))

    def record_block(self, reason: str, pause: float | None = None) -> datetime:
        self.blocks.append((reason, pause))
        return datetime(2026, 11, 20, 12, tzinfo=UTC) + timedelta(seconds=pause or 0)


@dataclass
class Listed:
    """A listing in the form that the engine gets."""

    pages: list[Page]
    evidence: Evidence

    @property
    def items(self) -> list[Item]:
        return [item for page in self.pages for item in page.items]

    @property
    def ids(self) -> set[str]:
        return {item.external_id for item in self.items}

    def record(self, external_id: str) -> Any:
        return next(orjson.loads(item.raw) for item in self.items if item.external_id == external_id)


def listed(
    collection: Collection,
    *,
    since: datetime | None = None,
    subset: Subset = Subset.ALL,
    today: date | None = None,
    size: int = 200,
    had: Iterable[Page] = (),
) -> Listed:
    """Read a listing to its end as a run does, or resume after the pages of an interrupted one."""
    pages = list(had)
    plan = PagePlan(size, [page.number for page in pages])
    while (number := plan.next_page()) is not None:
        assert number < 1000 or 1_000_000 <= number < 1_001_000, "the listing has no end"
        plan.mark_requested(number)
        page = collection.fetch(PageRequest(number, size, since, subset, today))
        entries = len(page.items) + len(page.bad)
        plan.mark_fetched(number, entries, page.total, last=page.last, following=page.next_number)
        pages.append(page)
    return Listed(pages, evidence(collection, pages))


def evidence(collection: Collection, pages: list[Page]) -> Evidence:
    """Ask the connector what these pages prove, in the form that the engine stores."""
    marks = [PageMark(page.number, page.total, page.last, page.fingerprint) for page in pages]
    distinct = len({item.external_id for page in pages for item in page.items})
    return collection.evidence(Listing(marks, distinct, sum(len(page.bad) for page in pages)))
