"""The connector port: everything the engine knows about an upstream.

A connector fetches pages, reads single records, decides whether a listing is complete, and reads its own payloads.
It has no database and no clock. The engine injects what is shared between processes: the call allowance (`Budget`)
and the access token (`TokenStore`). Every result carries the *ticket* that was drawn before its request was sent;
the engine orders observations by it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol, runtime_checkable

from counterfoil.connectors.allowance import Budget, Limits
from counterfoil.connectors.login import BrowserLogin, CheckResult, ConnectField, Settings
from counterfoil.connectors.page import Evidence, Item, Listing, Page, PageRequest, Read, Resource, Scope, Subset
from counterfoil.connectors.reader_port import Reader

if TYPE_CHECKING:
    from counterfoil.connectors.webhook_port import WebhookReader


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an upstream can do with one resource."""

    page_size: int
    """Records per page, at most."""
    parallel: int = 1
    """Requests that may run at the same time."""
    incremental: bool = False
    """Whether it can list only the records modified since a time."""
    details: bool = False
    """Whether single reads return fields that list rows lack (`Reader.only_in_detail`) and that are worth a call
    for each record, in the background."""
    lists_all: bool = False
    """Whether a full listing holds every record in its scope that a single read finds. Then one that it lacks was
    skipped, and the listing is started again."""
    first_overlaps: bool = False
    """Whether the pages of the very first full listing overlap, for about one page in forty more. Without a total
    nothing else shows a record that it skipped, since no row can be absent from it."""
    subsets: frozenset[Subset] = frozenset({Subset.ALL})
    reads_at_once: int = 25
    """Records that are read before their answers are written: one call each, or one scan for all of them."""
    ids_may_be_retyped: bool = False
    """Whether people or spreadsheets write the ids, so that one and the same may come back in another form."""


class Collection(Protocol):
    """One resource of one upstream, listed in pages and read one record at a time.

    All methods may be called from several threads.
    """

    capabilities: ClassVar[Capabilities]
    reader: ClassVar[Reader]

    def fetch(self, request: PageRequest) -> Page:
        """Fetch one page. Entries that cannot be identified go into `Page.bad`; they never fail the page."""

    def read(self, external_ids: Sequence[str], owners: Mapping[str, str] | None = None) -> Iterator[Read]:
        """Read single records live and yield them in the given order.

        `owners` maps an id to its customer's id, for records that can only be read through their customer. Answer
        GONE only where the upstream's own API says that the record does not exist; any other 404 is UNCLEAR, with
        its `not_found_form`.
        """

    def evidence(self, listing: Listing) -> Evidence:
        """Decide whether a listing is provably complete. Only then are absent records marked as missing."""

    def scope(self, request: PageRequest) -> Scope:
        """Return which records a pass of such requests would list. Others are never marked as missing by it."""

    def identify(self, raw: bytes) -> Item:
        """Find the id and modified time of a payload. Raises BadRecord."""


@runtime_checkable
class HasSomeResources(Protocol):
    """A connector whose connections have only some of its resources, as their settings say."""

    @classmethod
    def resources(cls, settings: Mapping[str, object]) -> Sequence[Resource]:
        """Return the resources of a connection with these settings, in the order in which they are synced."""


@runtime_checkable
class HasColumns(Protocol):
    """A collection whose records have the same columns, such as a file's."""

    def absent_columns(self, paths: Sequence[str]) -> list[str]:
        """Return those of these columns (dotted paths into objects) that no record has."""

    def values(self, paths: Sequence[str]) -> Iterator[tuple[int, Sequence[object]]]:
        """Return the line of every record that can be read, and its values in these columns."""


class AllowanceNames(NamedTuple):
    """What the upstream counts by. Connections with the same names draw on one allowance (DESIGN law 7).

    `calls` names what calls are counted by, such as an organisation or a key, and `tokens` what requests for
    access tokens are: texts that together name one thing of this connector. Empty: nothing that others share.
    """

    calls: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()


@runtime_checkable
class NamesAllowance(Protocol):
    """A connector whose connections may share an allowance."""

    @classmethod
    def allowance_names(cls, settings: Settings) -> AllowanceNames:
        """Name what calls and token requests are counted by. Makes no calls; raises like the constructor."""


@runtime_checkable
class NamesUnusedId(Protocol):
    """A collection whose reads can be checked: it names an id that no record has."""

    def unused_id(self) -> str:
        """Return a well-formed id that no record has, ever had, or will have soon. Another each time."""


@runtime_checkable
class ListedByParent(Protocol):
    """A collection that can also list the records of one customer."""

    def fetch_owned(self, owner: str) -> Page:
        """Fetch all records of one customer, by the customer's id."""


@runtime_checkable
class ListedWithParent(ListedByParent, Protocol):
    """A collection that is listed by customer: each listed customer comes with all of its records."""

    def listed_owners(self, listing: Listing) -> frozenset[str]:
        """Return the ids of the customers in a listing that came with all of their records."""

    def unknown_owners(self, listing: Listing) -> frozenset[str]:
        """Return the ids of those that did not: nothing is known of their records, none of them is missing."""


class Connector(Protocol):
    """One upstream system. The engine creates an instance for each run and closes it afterwards.

    A connector that sends webhooks or can be written to also implements `webhook_port` or `write_port`.
    """

    name: ClassVar[str]
    """The name in commands and settings, as "zoho_books"."""
    title: ClassVar[str]
    """The name that people read, as "Zoho Books"."""
    limits: ClassVar[Limits]
    collections: ClassVar[Mapping[Resource, type[Collection]]]
    """The mirrored resources, in the order in which they are synced."""
    webhooks: "ClassVar[WebhookReader | None]"
    """Reads its webhooks; None if it sends none."""
    connect_fields: ClassVar[Sequence[ConnectField]]
    """The fields of the console's form and the options of `counterfoil connect`; empty if only the command line
    can connect it."""
    login: ClassVar[BrowserLogin | None]
    """How users log in to it in a browser; None if they cannot."""
    provides_country: ClassVar[bool]
    """Whether `check` usually finds the tenant's country."""

    def __init__(self, settings: Settings, budget: Budget, *, patient: bool = True) -> None:
        """Raise InvalidInput or InvalidSetting for unusable settings. Make no calls yet.

        `patient` is False while a person waits for the answer: then retry little.
        """

    def check(self) -> CheckResult:
        """Test the connection by one real call. Raises the error that explains what is wrong."""

    def collection(self, resource: Resource) -> Collection:
        """Return the collection of one of the keys of `collections`."""

    def close(self) -> None:
        """Close sockets and files."""
