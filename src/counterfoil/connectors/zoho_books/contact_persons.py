"""Contact persons of Zoho Books: GET /contacts/contactpersons, everybody's in pages (contract section 3)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from counterfoil.connectors.page import Evidence, Item, Listing, Page, PageRequest, Read, ReadOutcome, Scope
from counterfoil.connectors.port import Capabilities
from counterfoil.connectors.reader_port import Reader
from counterfoil.connectors.zoho_books.api import Api
from counterfoil.connectors.zoho_books.pages import LARGEST, ListingPart, judge, page, reader_of
from counterfoil.connectors.zoho_books.person_record import PersonReader, identify
from counterfoil.connectors.zoho_books.rows import identify_all, read_one, step


class ContactPersons:
    """The persons of all contacts of one organisation, those of vendors among them: rows do not tell, so whoever
    knows the customers leaves the others out. Rows have no modified time: there is nothing to ask by."""

    capabilities: ClassVar[Capabilities] = Capabilities(page_size=LARGEST)
    reader: ClassVar[Reader] = PersonReader()

    def __init__(self, api: Api) -> None:
        self._api = api
        self._read_page = reader_of("contact_persons")

    def fetch(self, request: PageRequest) -> Page:
        """One page, in the order of their ids."""
        query = {"page": request.number + 1, "per_page": min(request.size, LARGEST)}
        response = self._api.get("contacts/contactpersons", query, self._read_page)
        return page(request, response, "all", identify_all(response.value.rows, identify))

    def read(self, external_ids: Sequence[str], owners: Mapping[str, str] | None = None) -> Iterator[Read]:
        """GET /contacts/{contact}/contactpersons/{id}, one by one. No call where the contact is not known."""
        for external_id in external_ids:
            owner = (owners or {}).get(external_id)
            if owner is None:
                reason = "a contact person is read by way of its customer, which is not known"
                yield Read(external_id, 0, ReadOutcome.UNCLEAR, reason=reason)
                continue
            path = f"contacts/{step(owner)}/contactpersons/{step(external_id)}"
            yield read_one(self._api, path, "contact_person", external_id, identify)

    def of_owner(self, owner: str) -> Page:
        """GET /contacts/{contact}/contactpersons: up to 200, more than anybody has."""
        request = PageRequest(0, LARGEST)
        query = {"page": 1, "per_page": LARGEST}
        response = self._api.get(f"contacts/{step(owner)}/contactpersons", query, self._read_page)
        items, bad = identify_all(response.value.rows, identify)
        return page(request, response, owner, ([item._replace(owner=owner) for item in items], bad))

    def evidence(self, listing: Listing) -> Evidence:
        """To the page that says it is the last, in the order of ids."""
        return judge(listing, lambda asked: [ListingPart(asked, frozenset({""}), "contact_person_id A")])

    def scope(self, request: PageRequest) -> Scope:
        """All persons."""
        return Scope()

    def identify(self, raw: bytes) -> Item:
        """See `person_record.identify`."""
        return identify(raw)
