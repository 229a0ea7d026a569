"""What a listing and a single read give: items, pages, and the evidence that a listing is complete."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


class Shape(StrEnum):
    """Which kind of body an observation was: the same record looks different in each."""

    LIST = "list"
    DETAIL = "detail"
    DELIVERY = "delivery"
    ANSWER = "answer"


class Subset(StrEnum):
    """Which part of a collection a pass lists."""

    ALL = "all"
    UNPAID = "unpaid"
    """Invoices still to be paid: their balance and status can change without their modified time moving."""


class Item(NamedTuple):
    """A record as the upstream sent it, identified but not decoded. `raw_hash` is the SHA-256 of its bytes: equal
    bytes are an equal record; where they differ, the canonical hash decides (`Reader.digest`). `owner` is the id
    of the customer that it belongs to, where the connector looks for it."""

    external_id: str
    modified: datetime | None
    raw_hash: bytes
    raw: bytes
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class BadItem:
    """An entry of a page that cannot be identified, or a second one with an id already listed."""

    raw: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page: its number, records per page, and for an incremental pass the inclusive start. The first page
    has number 0. `today` is the day on which the pass began: windows of time are counted from it."""

    number: int
    size: int
    since: datetime | None = None
    subset: Subset = Subset.ALL
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to a PageRequest. `total` and `last` are None where the upstream does not say.

    `following` is the number of the page to ask for after this one, where that is not simply the next number.
    `moments` are modified times of what was listed besides the items: they count as those of items do.
    """

    number: int
    ticket: int
    items: Sequence[Item]
    bad: Sequence[BadItem] = ()
    total: int | None = None
    last: bool | None = None
    following: int | None = None
    upstream_date: datetime | None = None
    fingerprint: str = ""
    moments: Sequence[datetime] = ()
    calls: int = 1


class ReadOutcome(StrEnum):
    """Outcome of a single read. Only the API's own "does not exist" is GONE."""

    FOUND = "found"
    GONE = "gone"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Read:
    """One single read. `item` only with FOUND; `reason` in words with UNCLEAR."""

    external_id: str
    ticket: int
    answer: ReadOutcome
    item: Item | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PageMark:
    """What is remembered of a page for the evidence: see `Listing`."""

    number: int
    total: int | None
    last: bool | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Listing:
    """One complete attempt at listing: its pages, how many distinct ids, and entries without any id."""

    pages: Sequence[PageMark]
    distinct: int
    unidentified: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whether a listing is provably complete, and if not, why in words, and whether it may help to list again."""

    complete: bool
    reason: str = ""
    again: bool = True


@dataclass(frozen=True, slots=True)
class Scope:
    """Which records a pass speaks for: an absent one of these may be missing, any other was simply not listed.

    Those dated `dated_from` or later (None: of any date), and those with one of `statuses` whatever their date.
    """

    dated_from: date | None = None
    statuses: frozenset[str] = frozenset()


class Resource(StrEnum):
    """A kind of record that is mirrored."""

    CUSTOMER = "customer"
    CONTACT_PERSON = "contact_person"
    INVOICE = "invoice"
