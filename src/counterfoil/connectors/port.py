"""The connector port: everything the engine knows about an upstream, and nothing more.

A connector fetches pages, reads single records, says what proves a listing complete and reads its own payloads.
It holds no database and no clock: the allowance to call (`Budget`) and the place where tokens are kept
(`TokenStore`) are injected, and every request carries the *ticket* that was drawn from our database before it was
sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from counterfoil.connectors.allowance import Budget, Limits
from counterfoil.connectors.login import BrowserLogin, CheckResult, ConnectField, Settings
from counterfoil.connectors.page import Evidence, Item, Listing, Page, PageRequest, Read, Resource, Scope, Subset
from counterfoil.connectors.reader_port import Reader

if TYPE_CHECKING:
    from counterfoil.connectors.webhook_port import WebhookReader


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an upstream can do with one resource. `parallel` is how many requests may be under way at once;
    `details`: single reads give what list rows do not (the reader's `only_in_detail`), and it is worth a call for
    each record, little by little."""

    page_size: int
    parallel: int = 1
    incremental: bool = False
    details: bool = False
    subsets: frozenset[Subset] = frozenset({Subset.ALL})


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

    def scope(self, request: PageRequest) -> Scope:
        """Which records a pass made of such requests speaks for."""

    def identify(self, raw: bytes) -> Item:
        """Find id and modified time of a payload. Raises BadRecord."""


@runtime_checkable
class ListedByParent(Protocol):
    """A collection that can also be asked for everything that belongs to one customer."""

    def of_owner(self, owner: str) -> Page:
        """By the customer's id."""


@runtime_checkable
class ListedWithParent(ListedByParent, Protocol):
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
    webhooks: "ClassVar[WebhookReader | None]"
    """How its webhooks are read; None where it sends none."""
    connect_fields: ClassVar[Sequence[ConnectField]]
    """What the console's form asks for; nothing where only the command line can connect."""
    login: ClassVar[BrowserLogin | None]
    """How somebody logs in at the upstream in a browser, where it lets them."""
    tells_country: ClassVar[bool]
    """Whether the upstream usually says in which country a tenant is."""

    def __init__(self, settings: Settings, budget: Budget, *, patient: bool = True) -> None:
        """Raises InvalidInput for settings that cannot be used."""

    def check(self) -> CheckResult:
        """Make one real call. Raises what is wrong."""

    def collection(self, resource: Resource) -> Collection:
        """One of `collections`, over this connector's allowance and sockets."""

    def close(self) -> None:
        """Let go of sockets and files."""
