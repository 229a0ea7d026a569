"""The collection of Zoho Books contact persons: GET /contacts/contactpersons in pages (contract section 3)."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import ClassVar

from counterfoil.connectors.http.address import path_segment
from counterfoil.connectors.identify import identify_all, unused_number
from counterfoil.connectors.page import Evidence, Item, Listing, Page, PageRequest, Read, ReadOutcome, Scope
from counterfoil.connectors.port import Capabilities
from counterfoil.connectors.reader_port import Reader
from counterfoil.connectors.single_reads import read_each
from counterfoil.connectors.write_port import Writer, WriteRequest, WriteResponse
from counterfoil.connectors.zoho_books import messages
from counterfoil.connectors.zoho_books.api import Api
from counterfoil.connectors.zoho_books.pages import LARGEST, ListingPart, judge, page, page_decoder
from counterfoil.connectors.zoho_books.person_record import PersonReader, identify, identify_of
from counterfoil.connectors.zoho_books.person_writer import PersonWriter
from counterfoil.connectors.zoho_books.rows import get_of_one_record, read_one
from counterfoil.connectors.zoho_books.send import send_person
from counterfoil.errors import NotAllowed, ReadRefused
from counterfoil.messages import connectors as shared


class ContactPersons:
    """The persons of all contacts of one organisation.

    Rows of vendors' persons look the same; the engine, which knows the customers, leaves them out. Rows have no
    modified time, so there are no incremental passes.
    """

    capabilities: ClassVar[Capabilities] = Capabilities(page_size=LARGEST, lists_all=True)
    reader: ClassVar[Reader] = PersonReader()
    writer: ClassVar[Writer] = PersonWriter()

    def __init__(self, api: Api) -> None:
        self._api = api
        self._read_page = page_decoder("contact_persons", sorted_by="contact_person_id")

    def fetch(self, request: PageRequest) -> Page:
        """Fetch one page, in the order of ids. Raises NotAllowed where there is no such list."""
        query = {"page": request.number + 1, "per_page": min(request.size, LARGEST)}
        try:
            response = get_of_one_record(self._api, "contacts/contactpersons", query, self._read_page)
        except ReadRefused as error:
            if request.number:
                raise error.of_resource from error
            raise NotAllowed(messages.PERSONS_NOT_GIVEN(reason=error.message), messages.ALLOW_PERSONS()) from error
        return page(request, response, "all", identify_all(response.value.rows, identify))

    def read(self, external_ids: Sequence[str], owners: Mapping[str, str] | None = None) -> Iterator[Read]:
        """GET /contacts/{contact}/contactpersons/{id} for each id. Makes no call if the contact is unknown."""
        return read_each(
            external_ids, lambda external_id: self._read(external_id, (owners or {}).get(external_id))
        )

    def _read(self, external_id: str, owner: str | None) -> Read:
        if owner is None:
            return Read(external_id, 0, ReadOutcome.UNCLEAR, reason=shared.OWNER_UNKNOWN())
        path = f"contacts/{path_segment(owner)}/contactpersons/{path_segment(external_id)}"
        return read_one(self._api, path, "contact_person", external_id, partial(identify_of, owner))

    def send(self, outgoing: WriteRequest, key: str) -> WriteResponse:
        """Send a write; see `send.send_person`. Zoho ignores idempotency keys, so none is sent."""
        return send_person(self._api, outgoing)

    def fetch_owned(self, owner: str) -> Page:
        """GET /contacts/{contact}/contactpersons: one page of up to 200, more than any contact has.

        Raises ReadRefused.
        """
        request = PageRequest(0, LARGEST)
        path, query = f"contacts/{path_segment(owner)}/contactpersons", {"page": 1, "per_page": LARGEST}
        response = get_of_one_record(self._api, path, query, self._read_page)
        items, bad = identify_all(response.value.rows, identify)
        return page(request, response, owner, ([item._replace(owner=owner) for item in items], bad))

    def evidence(self, listing: Listing) -> Evidence:
        """Require every page up to the one that says it is the last, in the order of ids."""
        return judge(listing, lambda requested: [ListingPart(requested, frozenset({""}), "contact_person_id A")])

    def scope(self, request: PageRequest) -> Scope:
        """Return all persons."""
        return Scope()

    def unused_id(self) -> str:
        """Return an 18-digit id of a range that Zoho has not issued."""
        return unused_number(18)

    def identify(self, raw: bytes) -> Item:
        """Identify a person; see `person_record.identify`."""
        return identify(raw)
