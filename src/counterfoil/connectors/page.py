"""What listing and reading return: items, pages, and the evidence that a listing is complete."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from counterfoil.errors import CounterfoilError

PART = 1_000_000
"""A listing in parts numbers the pages of each part from a multiple of this."""


class Shape(StrEnum):
    """The kind of response that an observation came from. The same record looks different in each."""

    LIST = "list"
    DETAIL = "detail"
    DELIVERY = "delivery"
    ANSWER = "answer"


class Subset(StrEnum):
    """The part of a collection that a pass lists."""

    ALL = "all"
    UNPAID = "unpaid"
    """Unpaid invoices: their balance and status can change while their modified time stays the same."""


class Item(NamedTuple):
    """A record as the upstream sent it, identified but not decoded.

    `raw_hash` is the SHA-256 of `raw`. Equal bytes are an equal record; if they differ, `Reader.digest` decides.
    `owner` is the id of the customer it belongs to, for resources that belong to a customer. `deleted` tells that
    the payload itself says that the record is deleted, which only a single read proves. `persons` are the contact
    persons that came inside a customer, all that it has; None where the response does not say them.
    """

    external_id: str
    modified: datetime | None
    raw_hash: bytes
    raw: bytes
    owner: str | None = None
    deleted: bool = False
    persons: "Persons | None" = None


class Persons(NamedTuple):
    """The contact persons inside a customer, and the entries among them that are no records."""

    items: Sequence[Item]
    bad: "Sequence[BadItem]" = ()


@dataclass(frozen=True, slots=True)
class BadItem:
    """An entry of a page that is no record, or repeats an id of the listing.

    `reason` is stored: make it of `messages` templates, as full sentences. With an `external_id` the record counts
    as listed, so that it is not taken for missing. `repeated` tells that the record was listed before.
    """

    raw: bytes
    reason: str
    external_id: str = ""
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request for one page.

    `number` counts from 0, `size` is in records. `since` is the inclusive start of an incremental pass. `today` is
    the day on which the pass began; windows of days are counted back from it.
    """

    number: int
    size: int
    since: datetime | None = None
    subset: Subset = Subset.ALL
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The response to a PageRequest."""

    number: int
    ticket: int
    """Drawn before the request was sent (`Budget.acquire`)."""
    items: Sequence[Item]
    bad: Sequence[BadItem] = ()
    total: int | None = None
    """The size of the whole listing; None if the upstream does not say."""
    last: bool | None = None
    """Whether this is the last page; None if the upstream does not say."""
    next_number: int | None = None
    """The number of the next page, where it is not simply the next number."""
    upstream_date: datetime | None = None
    """The response's Date header."""
    fingerprint: str = ""
    """Text that the connector wants to find again in `Listing.pages` when it judges the evidence."""
    other_modified: Sequence[datetime] = ()
    """Modified times of records that were listed besides the items; the watermark counts them too."""
    rows: int | None = None
    """How many entries the response held, where that is not the number of `items` and `bad`."""
    calls: int = 1

    @property
    def length(self) -> int:
        """How many bytes its records and bad entries have."""
        return sum(len(item.raw) for item in self.items) + sum(len(entry.raw) for entry in self.bad)

    @property
    def entries(self) -> int:
        """How many entries the response held, whatever became of them."""
        return len(self.items) + len(self.bad) if self.rows is None else self.rows


class ReadOutcome(StrEnum):
    """The outcome of a single read.

    GONE only where the upstream's own API says "does not exist", in a form that is known to be the API's, or the
    record itself says that it is deleted. UNLISTED where it answers and would not be listed under this id: it is a
    vendor now, or was merged into another record.
    """

    FOUND = "found"
    GONE = "gone"
    UNLISTED = "unlisted"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Read:
    """The result of a single read.

    `item` is set with FOUND only. `reason` is set with UNLISTED and UNCLEAR and is stored: make it of `messages`
    templates. `other` is set with UNLISTED where another record answered: its id. `error` is set with UNCLEAR
    where the request itself failed: if other reads fail alike, it may end the run.
    `not_found_form` is set with UNCLEAR where the answer may mean "does not exist", but its form is not known to
    be the API's: the engine compares it with that of an id that never was (`port.NamesUnusedId`).
    """

    external_id: str
    ticket: int
    answer: ReadOutcome
    item: Item | None = None
    reason: str = ""
    other: str = ""
    error: CounterfoilError | None = None
    not_found_form: str = ""


@dataclass(frozen=True, slots=True)
class PageMark:
    """What is stored of a page until the listing is judged; the fields are those of `Page`.

    `records` counts the items and the entries without id; None if it is not known.
    """

    number: int
    total: int | None
    last: bool | None
    fingerprint: str
    records: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One finished attempt at listing a resource.

    `distinct` counts different ids, `unidentified` the entries without one. `new` and `gone` compare the ids with
    those of the attempt before, the last of `earlier`. With `overlapping`, each page was requested so that it
    repeats the last entries of the one before it.
    """

    pages: Sequence[PageMark]
    distinct: int
    unidentified: int = 0
    overlapping: bool = False
    new: int = 0
    gone: int = 0
    earlier: "Sequence[Listing]" = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whether a listing is provably complete.

    If it is not, `reason` says why (made of `messages` templates) and `again` whether listing once more may help.
    """

    complete: bool
    reason: str = ""
    again: bool = True


@dataclass(frozen=True, slots=True)
class Scope:
    """The records that a pass would list. One of them that is absent may be missing; any other was not listed.

    In scope are records dated `dated_from` or later (None: of any date), and those with one of `statuses`,
    whatever their date.
    """

    dated_from: date | None = None
    statuses: frozenset[str] = frozenset()


class Resource(StrEnum):
    """A kind of record that is mirrored."""

    CUSTOMER = "customer"
    CONTACT_PERSON = "contact_person"
    INVOICE = "invoice"
