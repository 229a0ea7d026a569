"""The collection of Robaws contact persons, listed with their clients.

GET /clients?include=contacts in pages, and GET /clients/{id}/contacts/{contact}.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import ClassVar, NamedTuple, Self

import orjson

from counterfoil.connectors.http.address import path_segment
from counterfoil.connectors.http.client import HttpClient, Response
from counterfoil.connectors.http.refusable import Refusable
from counterfoil.connectors.identify import identify_all, unused_number
from counterfoil.connectors.page import (
    BadItem,
    Evidence,
    Item,
    Listing,
    Page,
    PageRequest,
    Read,
    ReadOutcome,
    Scope,
)
from counterfoil.connectors.port import Capabilities
from counterfoil.connectors.reader_port import Reader
from counterfoil.connectors.robaws import messages
from counterfoil.connectors.robaws.answers import RobawsList, decode_page, get_record, read_one, wire_time
from counterfoil.connectors.robaws.clients import PAGE_SIZE
from counterfoil.connectors.robaws.contact_record import RobawsPersonReader, identify, read_contacts
from counterfoil.connectors.robaws.contact_writer import RobawsPersonWriter
from counterfoil.connectors.robaws.root_contacts import (
    FIRST_PAGE,
    RootContacts,
    count_persons,
    decode_contacts,
    judge_pages,
)
from counterfoil.connectors.robaws.send import send
from counterfoil.connectors.robaws.totals import Counted, is_steady, judge_totals, reaches_total
from counterfoil.connectors.single_reads import read_each
from counterfoil.connectors.write_port import Writer, WriteRequest, WriteResponse
from counterfoil.errors import BadRecord, NotAllowed, ReadRefused
from counterfoil.messages import connectors as shared

INCLUDE: Mapping[str, str | int] = {"include": "contacts"}
FEW = 3
"""So many clients without the key `contacts`, and no other ones, are a fault of theirs, not of the list."""


class RobawsContacts:
    """The contact persons of all clients of one tenant.

    They are listed with their clients, so pages count and filter clients. Where clients come without them, the
    list of all persons is read instead (`root_contacts`).
    """

    capabilities: ClassVar[Capabilities] = Capabilities(page_size=PAGE_SIZE, incremental=True)
    reader: ClassVar[Reader] = RobawsPersonReader()
    writer: ClassVar[Writer] = RobawsPersonWriter()

    def __init__(self, client: HttpClient) -> None:
        self._client = client
        self._root = RootContacts(client)

    def fetch(self, request: PageRequest) -> Page:
        """GET /clients?include=contacts&page&size, and return the persons of that page of clients.

        Where the first page is refused or no client has its persons, the listing continues with all persons.
        Raises NotAllowed where they are refused too.
        """
        if request.number >= FIRST_PAGE:
            return self._root.fetch(request)
        query = {**INCLUDE, "page": request.number, "size": request.size}
        if request.since is not None:
            query["updatedFrom"] = wire_time(request.since)
        first = request.number == 0
        attempt = Refusable(lambda received: first and received.status in _WITHOUT_INCLUDE, decode_page)
        response = self._client.get("clients", query, attempt.decode, accept=attempt.accept)
        if response.value is None:
            return _turn_to_root(request, response)
        found = _Found.collect(response.value.entries, response.value.total)
        if first and found.mark.ignored and (len(found.mark.clients) > FEW or self._root.is_given()):
            return _turn_to_root(request, response)
        return Page(
            number=request.number,
            ticket=response.ticket,
            items=found.items,
            bad=found.bad,
            last=_is_last(request, response.value.total, len(response.value.entries)),
            upstream_date=response.date,
            fingerprint=found.mark.text(),
            other_modified=found.modified,
            rows=len(response.value.entries),
            calls=response.calls,
        )

    def read(self, external_ids: Sequence[str], owners: Mapping[str, str] | None = None) -> Iterator[Read]:
        """GET /clients/{client}/contacts/{id} for each id. Makes no call if the client is unknown."""
        return read_each(
            external_ids, lambda external_id: self._read(external_id, (owners or {}).get(external_id))
        )

    def _read(self, external_id: str, owner: str | None) -> Read:
        if owner is None:
            return Read(external_id, 0, ReadOutcome.UNCLEAR, reason=shared.OWNER_UNKNOWN())
        path = f"clients/{path_segment(owner)}/contacts/{path_segment(external_id)}"
        return read_one(self._client, path, external_id, partial(identify, client=owner))

    def send(self, outgoing: WriteRequest, key: str) -> WriteResponse:
        """Send a write; see `send.send`."""
        return send(self._client, outgoing, key)

    def fetch_owned(self, owner: str) -> Page:
        """GET /clients/{id}?include=contacts, which has the same shape as the list. Raises ReadRefused.

        Where that leaves out the persons, or the key may not include them, GET /clients/{id}/contacts.
        """
        try:
            response = get_record(self._client, f"clients/{path_segment(owner)}", dict(INCLUDE))
        except ReadRefused as error:
            if not isinstance(error.of_resource, NotAllowed):
                raise
            return self._fetch_list_of(owner)
        found = _Found.collect([] if response.status == 404 else [response.value], None)
        if found.mark.ignored:
            with suppress(ReadRefused):
                return self._fetch_list_of(owner)
        return Page(
            number=0,
            ticket=response.ticket,
            items=found.items,
            bad=found.bad,
            last=bool(found.mark.clients) and not found.mark.unknown,
            upstream_date=response.date,
            calls=response.calls,
        )

    def _fetch_list_of(self, owner: str) -> Page:
        path = f"clients/{path_segment(owner)}/contacts"
        response = get_record(self._client, path, {"page": 0, "size": PAGE_SIZE})
        rows, total = ([], None) if response.status == 404 else decode_contacts(response.value)
        items, bad = identify_all(rows, partial(identify, client=owner))
        return Page(
            number=0,
            ticket=response.ticket,
            items=items,
            bad=bad,
            last=response.status != 404 and len(rows) < PAGE_SIZE and total in (None, len(rows)),
            upstream_date=response.date,
            calls=response.calls,
        )

    def listed_owners(self, listing: Listing) -> frozenset[str]:
        """Return the ids of the listed clients, each with all of its persons."""
        marks = _marks(listing)
        return frozenset(client for mark in marks for client in mark.clients) - self.unknown_owners(listing)

    def unknown_owners(self, listing: Listing) -> frozenset[str]:
        """Return the ids of the clients that came without all of their persons."""
        return frozenset(client for mark in _marks(listing) for client in mark.unknown)

    def evidence(self, listing: Listing) -> Evidence:
        """Require a complete listing of clients, each with all of its persons, or else of all persons."""
        marks = _marks(listing)
        if root := [page for page in listing.pages if page.number >= FIRST_PAGE]:
            if any(mark.clients for mark in marks):
                return Evidence(complete=False, reason=messages.CONTACTS_IN_PART())
            evidence = judge_pages(root, listing.distinct + listing.unidentified, overlapping=listing.overlapping)
            steady = is_steady([count_persons(attempt) for attempt in (*listing.earlier, listing)])
            return Evidence(complete=True) if steady else evidence
        unknown = self.unknown_owners(listing)
        if len(unknown) > FEW and not self.listed_owners(listing):
            reason = messages.CONTACTS_MISSING(count=len(unknown))
            return Evidence(complete=False, reason=reason, again=False)
        if sorted(page.number for page in listing.pages) != list(range(len(marks))):
            return Evidence(complete=False, reason=shared.PAGES_MISSING())
        return judge_totals(_count_clients([*listing.earlier, listing]))

    def scope(self, request: PageRequest) -> Scope:
        """Return all persons."""
        return Scope()

    def unused_id(self) -> str:
        """Return a number that the counter of ids will not reach."""
        return unused_number(18)

    def identify(self, raw: bytes) -> Item:
        """Identify a person; see `contact_record.identify`."""
        return identify(raw)


class ContactsMark(NamedTuple):
    """What is stored of a page, in `Page.fingerprint`."""

    total: int | None
    """How many clients the page announces."""
    clients: Sequence[str]
    """The ids of the clients that it holds."""
    unknown: Sequence[str]
    """Those of them that came without all of their persons."""
    unreadable: int
    """How many other clients cannot be read."""

    @property
    def ignored(self) -> bool:
        """Whether no client came with its persons, as if the include had been ignored."""
        return bool(self.clients) and len(self.unknown) == len(self.clients)

    @classmethod
    def read(cls, fingerprint: str) -> Self:
        """Read a mark from `Page.fingerprint`."""
        return cls(*orjson.loads(fingerprint))

    def text(self) -> str:
        """Write the mark for `Page.fingerprint`."""
        return orjson.dumps(list(self)).decode()


def _marks(listing: Listing) -> list[ContactsMark]:
    """Return the marks of the pages of clients."""
    return [ContactsMark.read(page.fingerprint) for page in listing.pages if page.number < FIRST_PAGE]


_WITHOUT_INCLUDE = frozenset({400, 403})
"""Statuses of a list of clients that the key may read, only not with their persons."""


def _turn_to_root(request: PageRequest, response: Response[RobawsList | None]) -> Page:
    """Build the page after which the list of all persons follows."""
    return Page(
        number=request.number,
        ticket=response.ticket,
        items=(),
        last=False,
        next_number=FIRST_PAGE,
        upstream_date=response.date,
        fingerprint=ContactsMark(None, (), (), 0).text(),
        calls=response.calls,
    )


def _count_clients(attempts: Sequence[Listing]) -> list[Counted]:
    """Count the clients of each attempt, and those that it gained and lost against the one before it."""
    counted: list[Counted] = []
    before: frozenset[str] = frozenset()
    for marks in map(_marks, attempts):
        clients = frozenset(client for mark in marks for client in mark.clients)
        listed = len(clients) + sum(mark.unreadable for mark in marks)
        totals = (mark.total for mark in marks)
        sizes = [len(mark.clients) + mark.unreadable for mark in marks]
        counted.append(Counted.gather(totals, sizes, listed, len(clients - before), len(before - clients)))
        before = clients
    return counted


class _Found(NamedTuple):
    """The persons of some clients, and the modified times of these clients."""

    items: Sequence[Item]
    bad: Sequence[BadItem]
    modified: Sequence[datetime]
    mark: ContactsMark

    @classmethod
    def collect(cls, clients: Sequence[bytes], total: int | None) -> Self:
        items: list[Item] = []
        bad: list[BadItem] = []
        ids: list[str] = []
        times: list[datetime] = []
        unknown: dict[str, BadItem] = {}
        for raw in clients:
            try:
                client, modified, persons, problem = read_contacts(raw)
            except BadRecord as error:
                bad.append(BadItem(raw, error.text))
                continue
            here, unreadable = identify_all(persons, partial(identify, client=client, modified=modified))
            items += here
            bad += unreadable
            ids.append(client)
            if problem:
                unknown[client] = BadItem(raw, problem)
            if modified is not None:
                times.append(modified)
        if len(unknown) <= FEW or len(unknown) < len(ids):  # else the include was ignored: the fault of no client
            bad += unknown.values()
        return cls(items, bad, times, ContactsMark(total, ids, list(unknown), len(clients) - len(ids)))


def _is_last(request: PageRequest, total: int | None, clients: int) -> bool:
    """Tell by what came, which may be fewer clients than were requested."""
    if not clients:
        return True
    return clients < request.size if total is None else reaches_total(total, request.number, request.size, clients)
