"""The connector port: everything the engine knows about an upstream, and nothing more.

A connector fetches pages, reads single records, says what proves a listing complete and reads its own payloads.
It holds no database and no clock: the allowance to call (`Budget`) and the place where tokens are kept
(`TokenStore`) are injected, and every request carries the *ticket* that was drawn from our database before it was
sent.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol, runtime_checkable

from counterfoil.connectors.mapping import Reader

if TYPE_CHECKING:
    from counterfoil.connectors.webhooks import Webhooks


class Resource(StrEnum):
    """A kind of record that is mirrored."""

    CUSTOMER = "customer"
    CONTACT_PERSON = "contact_person"
    INVOICE = "invoice"


class Shape(StrEnum):
    """Which kind of body an observation was: the same record looks different in each."""

    LIST = "list"
    DETAIL = "detail"
    DELIVERY = "delivery"
    ANSWER = "answer"


class Scope(StrEnum):
    """Which part of a collection a pass lists."""

    ALL = "all"
    UNPAID = "unpaid"
    """Invoices still to be paid: their balance and status can change without their modified time moving."""


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to send one request now. `ticket` was drawn before the request is sent."""

    ticket: int


@dataclass(frozen=True, slots=True)
class Quota:
    """What an answer's headers say about the daily allowance. None where it says nothing."""

    remaining: int | None = None
    limit: int | None = None
    reset_in: float | None = None


class Budget(Protocol):
    """One connection's allowance, shared by all processes that work for it. Safe to call from threads."""

    def draw(self) -> Permit:
        """Wait for a turn. Raises AllowanceSpent when no turn comes soon."""

    def ticket(self) -> int:
        """A ticket for something that costs the upstream nothing, as reading a file."""

    def answered(self, quota: Quota) -> None:
        """Take note of what the upstream says is left."""

    def throttled(self, quota: Quota, pause: float | None) -> None:
        """429: everybody on this connection pauses. Raises AllowanceSpent when it is the daily limit."""

    def blocked(self, reason: str, pause: float | None = None) -> datetime:
        """The upstream has locked us out for a while: park the connection, for `pause` seconds where it says how
        long. Returns until when."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token as the upstream gave it, where its API is, and for how many seconds it is good."""

    secret: str = field(repr=False)
    api_url: str
    lifetime: float


class TokenStore(Protocol):
    """One connection's access token, shared by all processes that work for it. Safe to call from threads."""

    def token(self, fetch: Callable[[], Token], refused: str | None = None) -> Token:
        """The token in use; where there is none or it soon ends, `fetch` gets another, in one process for all.

        `refused` is the secret of a token that the upstream has just refused: if it is still the one in use, it is
        replaced. The answer is the same token again where another one would not help. Raises what `fetch` raises,
        and AllowanceSpent where no token may be asked for now.
        """


@dataclass(frozen=True, slots=True)
class Limits:
    """The upstream's usual allowance, a little below what it grants. Rate in requests per second, 0 = none."""

    rate: float
    burst: int
    daily_reserve: int


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an upstream can do with one resource. `parallel` is how many requests may be under way at once;
    `details`: single reads give what list rows do not (the reader's `only_in_detail`), and it is worth a call for
    each record, little by little."""

    page_size: int
    parallel: int = 1
    incremental: bool = False
    details: bool = False
    scopes: frozenset[Scope] = frozenset({Scope.ALL})


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
    scope: Scope = Scope.ALL
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


class Answer(StrEnum):
    """Outcome of a single read. Only the API's own "does not exist" is GONE."""

    FOUND = "found"
    GONE = "gone"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Read:
    """One single read. `item` only with FOUND; `reason` in words with UNCLEAR."""

    external_id: str
    ticket: int
    answer: Answer
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
class Reach:
    """Which records a pass speaks for: an absent one of these may be missing, any other was simply not listed.

    Those dated `dated_from` or later (None: of any date), and those with one of `statuses` whatever their date.
    """

    dated_from: date | None = None
    statuses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Settings:
    """A connection's settings as the connector needs them: plain values, decrypted secrets, and where its access
    token is kept (None for upstreams without tokens)."""

    values: Mapping[str, object] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    tokens: TokenStore | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that a person says to connect: kept under `name` in the settings, sealed where it is secret.

    `choices` are what there is to choose from, value and label; what is `aside` hardly anybody has to say.
    """

    name: str
    label: str
    hint: str = ""
    secret: bool = False
    required: bool = True
    choices: Sequence[tuple[str, str]] = ()
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """A check that went well, in a sentence for people. `country` is the two-letter code of the tenant's own
    country; None where the upstream does not say it."""

    sentence: str
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Tenant:
    """One of those that a login opens. A connection is to one of them."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Granted:
    """What a login gave: settings and secrets to keep besides those that were said, and a first access token."""

    settings: Mapping[str, object]
    secrets: Mapping[str, str] = field(repr=False)
    token: Token


class BrowserLogin(Protocol):
    """A person logs in at the upstream in a browser and is sent back (OAuth's authorisation code).

    It remembers nothing from one step to the next: whoever uses it does, and sees to it that what comes back
    belongs to what was begun (`state`).
    """

    server: ClassVar[str]
    """Where people log in, as on a button: "Log in at ..."."""
    register: ClassVar[str]
    """How the redirect URI is made known to the upstream beforehand, in a sentence."""
    instead: ClassVar[str]
    """What somebody has who need not log in, as a heading for the fields of `answers`."""
    answers: ClassVar[frozenset[str]]
    """Names of the connector's `asks` that whoever logs in need not say."""
    tenant: ClassVar[str]
    """The setting, one of `answers`, that holds the id of the tenant that was chosen."""

    def address(self, values: Mapping[str, object], redirect_uri: str, state: str) -> str:
        """Where to send the browser. Raises WrongSetting and WrongAddress for settings that cannot be used."""

    def granted(self, settings: Settings, redirect_uri: str, answer: Mapping[str, str]) -> Granted:
        """Exchange the parameters with which the browser came back. Raises what is wrong, NotAllowed where the
        person has said no."""

    def tenants(self, settings: Settings, budget: Budget) -> Sequence[Tenant]:
        """What the login opens, by one call. `settings` are complete but for the tenant."""


class Collection(Protocol):
    """One resource of one upstream: listed in pages, read one by one. `fetch` may be called from threads."""

    capabilities: ClassVar[Capabilities]
    reader: ClassVar[Reader]

    def fetch(self, request: PageRequest) -> Page:
        """Fetch one page."""

    def read(self, external_ids: Sequence[str], owners: Mapping[str, str] | None = None) -> Iterator[Read]:
        """Read single records live, in the order given. `owners` tells the customer of each, by id, for records
        that are only reached by way of their customer."""

    def evidence(self, listing: Listing) -> Evidence:
        """Say whether this listing proves itself complete."""

    def reach(self, request: PageRequest) -> Reach:
        """Which records a pass made of such requests speaks for."""

    def identify(self, raw: bytes) -> Item:
        """Find id and modified time of a payload. Raises BadRecord."""


@runtime_checkable
class OfCustomers(Protocol):
    """A collection that can also be asked for everything that belongs to one customer."""

    def of_owner(self, owner: str) -> Page:
        """By the customer's id."""


@runtime_checkable
class WithCustomers(OfCustomers, Protocol):
    """A collection that is listed customer by customer: who is listed is listed with everything that is theirs."""

    def owners(self, listing: Listing) -> frozenset[str]:
        """The ids of the customers whom a listing held."""


class Connector(Protocol):
    """One upstream. Instances are made per run and closed after it.

    `patient` is False where a person waits for the answer: then little is repeated.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    limits: ClassVar[Limits]
    collections: ClassVar[Mapping[Resource, type[Collection]]]
    """What is mirrored, in the order in which it is synced."""
    webhooks: "ClassVar[Webhooks | None]"
    """How its webhooks are read; None where it sends none."""
    asks: ClassVar[Sequence[Asked]]
    """What the console's form asks for; nothing where only the command line can connect."""
    login: ClassVar[BrowserLogin | None]
    """How somebody logs in at the upstream in a browser, where it lets them."""
    tells_country: ClassVar[bool]
    """Whether the upstream usually says in which country a tenant is."""

    def __init__(self, settings: Settings, budget: Budget, *, patient: bool = True) -> None:
        """Raises WrongSetting for settings that cannot be used."""

    def check(self) -> Checked:
        """Make one real call. Raises what is wrong."""

    def collection(self, resource: Resource) -> Collection:
        """One of `collections`, over this connector's allowance and sockets."""

    def close(self) -> None:
        """Let go of sockets and files."""
