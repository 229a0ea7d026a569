"""Contact persons of Zoho Books: one call per 200, never one per contact."""

from counterfoil.connectors.page import ReadOutcome
from tests.connectors.zoho_books.books import Books


def test_every_person_of_every_contact_comes_in_pages_of_200(books: Books) -> None:
    found = books.listed(books.persons)
    assert found.evidence.complete, found.evidence.reason
    assert len(found.ids) == books.sim.control.counts()["persons"]
    assert books.notes.drawn == 4, "675 customers' persons and some of vendors"
    assert all(item.modified is None for item in found.items)


def test_a_person_names_its_contact(books: Books) -> None:
    customer = books.sim.control.contact_ids("customer")[0]
    person = books.sim.control.add_person(customer, {"first_name": "Ada", "last_name": "Byron"})
    assert books.listed(books.persons).record(person)["contact_id"] == customer


def test_a_person_is_read_through_its_contact(books: Books) -> None:
    customer, other = books.sim.control.contact_ids("customer")[:2]
    person = books.sim.control.add_person(customer)
    gone = books.sim.control.add_person(customer)
    books.sim.control.delete_person(gone)
    owners = {person: customer, gone: customer, "1": "2"}
    reads = {read.external_id: read.answer for read in books.persons.read([person, gone, "1"], owners)}
    assert reads == {person: ReadOutcome.FOUND, gone: ReadOutcome.GONE, "1": ReadOutcome.GONE}
    assert [read.answer for read in books.persons.read([person], {person: other})] == [ReadOutcome.GONE]


def test_a_person_of_an_unknown_contact_costs_no_call(books: Books) -> None:
    (read,) = books.persons.read(["460000000026051"])
    assert read.answer == ReadOutcome.UNCLEAR
    assert "only be read through its customer" in read.reason
    assert books.notes.drawn == 0


def test_a_page_listed_twice_proves_nothing(books: Books) -> None:
    books.sim.control.fault("duplicate_rows", path="/contacts/contactpersons", page=2, count=3)
    found = books.listed(books.persons)
    assert found.evidence.reason == "3 records were listed twice."
