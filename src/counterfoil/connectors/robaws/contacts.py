"""Contact persons of Robaws: GET /clients?include=contacts in pages, GET /clients/{id}/contacts/{contact}."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import ClassVar, NamedTuple, Self

import orjson

from counterfoil.connectors.http.client import HttpClient
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
from counterfoil.connectors.robaws.answers import envelope, identify_all, read_one, single, step, wire_time
from counterfoil.connectors.robaws.clients import PAGE_SIZE, by_totals
from counterfoil.connectors.robaws.contact_record import RobawsPersonReader, identify, staff
from counterfoil.errors import BadRecord

INCLUDE: Mapping[str, str | int] = {"include": "contacts"}


class RobawsContacts:
    """The contact persons of all clients of one tenant, listed with these: what is counted and filtered are
    clients. The root list /contacts is left alone, since its envelope is not known (contract section 2.6)."""

    capabilities: ClassVar[Capabilities] = Capabilities(page_size=PAGE_SIZE, incremental=True)
    reader: ClassVar[Reader] = RobawsPersonReader()

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def fetch(self, request: PageRequest) -> Page:
        """GET /clients?include=contacts&page&size: the persons of one page of clients."""
        query = {**INCLUDE, "page": request.number, "size": request.size}
        if request.since is not None:
            query["updatedFrom"] = wire_time(request.since)
        response = self._client.get("clients", query, envelope)
        found = _Found.among([bytes(raw) for raw in response.value.items], response.value.totalItems)
        return Page(
            number=request.number,
            ticket=response.ticket,
            items=found.items,
            bad=found.bad,
            last=_is_last(request, response.value.totalItems, len(response.value.items)),
            upstream_date=response.date,
            fingerprint=found.mark.text(),
            moments=found.moments,
            calls=response.calls,
        )

    def read(self, external_ids: Sequence[str], owners: Mapping[str, str] | None = None) -> Iterator[Read]:
        """GET /clients/{client}/contacts/{id}, one by one. No call where the client is not known."""
        for external_id in external_ids:
            owner = (owners or {}).get(external_id)
            if owner is None:
                reason = "a contact person is read by way of its customer, which is not known"
                yield Read(external_id, 0, ReadOutcome.UNCLEAR, reason=reason)
                continue
            path = f"clients/{step(owner)}/contacts/{step(external_id)}"
            yield read_one(self._client, path, external_id, partial(identify, client=owner))

    def of_owner(self, owner: str) -> Page:
        """GET /clients/{id}?include=contacts: the shape that the list has too."""
        response = single(self._client, f"clients/{step(owner)}", dict(INCLUDE))
        found = _Found.among([] if response.status == 404 else [response.value], None)
        return Page(
            number=0,
            ticket=response.ticket,
            items=found.items,
            bad=found.bad,
            last=bool(found.mark.clients) and not found.mark.untold,
            upstream_date=response.date,
            calls=response.calls,
        )

    def owners(self, listing: Listing) -> frozenset[str]:
        """The clients that were listed, each with all of its persons."""
        return frozenset(
            client for page in listing.pages for client in ContactsMark.read(page.fingerprint).clients
        )

    def evidence(self, listing: Listing) -> Evidence:
        """All clients were listed, as for these themselves, and each of them says who its persons are."""
        marks = [ContactsMark.read(page.fingerprint) for page in listing.pages]
        untold = sum(mark.untold for mark in marks)
        if untold:
            reason = f"{untold:,} clients came without all of their contact persons, which were asked for"
            return Evidence(complete=False, reason=reason, again=False)
        if sorted(page.number for page in listing.pages) != list(range(len(marks))):
            return Evidence(complete=False, reason="pages are missing")
        nameless = sum(mark.nameless for mark in marks)
        return by_totals({mark.total for mark in marks}, len(self.owners(listing)) + nameless)

    def scope(self, request: PageRequest) -> Scope:
        """All persons."""
        return Scope()

    def identify(self, raw: bytes) -> Item:
        """See `contact_record.identify`."""
        return identify(raw)


class ContactsMark(NamedTuple):
    """What is remembered of a page: how many clients it announces, the ids of those that it holds, how many of
    them do not say who their persons are, and how many others cannot be read."""

    total: int | None
    clients: Sequence[str]
    untold: int
    nameless: int

    @classmethod
    def read(cls, fingerprint: str) -> Self:
        """From `Page.fingerprint`."""
        return cls(*orjson.loads(fingerprint))

    def text(self) -> str:
        """For `Page.fingerprint`."""
        return orjson.dumps(list(self)).decode()


class _Found(NamedTuple):
    """The persons of some clients. `moments` are the modified times of these clients."""

    items: Sequence[Item]
    bad: Sequence[BadItem]
    moments: Sequence[datetime]
    mark: ContactsMark

    @classmethod
    def among(cls, clients: Sequence[bytes], total: int | None) -> Self:
        items: list[Item] = []
        bad: list[BadItem] = []
        ids: list[str] = []
        moments: list[datetime] = []
        untold = 0
        for raw in clients:
            try:
                client, modified, persons, told = staff(raw)
            except BadRecord as error:
                bad.append(BadItem(raw, error.message))
                continue
            here, unreadable = identify_all(persons, partial(identify, client=client, modified=modified))
            items += here
            bad += unreadable
            ids.append(client)
            untold += not told
            if modified is not None:
                moments.append(modified)
        return cls(items, bad, moments, ContactsMark(total, ids, untold, len(clients) - len(ids)))


def _is_last(request: PageRequest, total: int | None, clients: int) -> bool:
    """By the clients announced; where nothing is announced, by a page that is not full."""
    if not clients:
        return True
    return clients < request.size if total is None else (request.number + 1) * request.size >= total
