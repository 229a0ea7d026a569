"""Contact persons of Zoho Books: whole texts are sent, creations know no keys."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from counterfoil.connectors.zoho_books.oauth import READING
from counterfoil.edits import person, request_push
from counterfoil.mirror.models import Conflict, ContactPerson, Customer, PendingEdit, Run, Write
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sim() -> Iterator[ZohoBooksSimulator]:
    with at_noon(), ZohoBooksSimulator(organizations=1, contacts=8, seed=5, rate=None) as simulator:
        yield simulator


@dataclass
class BooksPersons(Books):
    """With the verbs of contact persons."""

    def one(self) -> ContactPerson:
        return ContactPerson.objects.filter(state="present", is_primary=True).order_by("pk")[0]

    def there(self, found: ContactPerson) -> dict[str, Any]:
        persons: list[dict[str, Any]] = self.sim.control.persons(str(found.customer_external_id))
        return next(one for one in persons if one["contact_person_id"] == found.external_id)

    def customer_of(self, found: ContactPerson) -> Customer:
        assert found.customer is not None
        return found.customer

    def push(self) -> Run:
        run = execute_run(request_push.request_push(self.connection)).run
        run.refresh_from_db()
        return run


@pytest.fixture
def books(sim: ZohoBooksSimulator) -> BooksPersons:
    found = Books.connect(sim)
    found.sync(full=True)
    return BooksPersons(found.sim, found.connection)


@pytest.mark.parametrize("written", ["partial", "replace"])
def test_an_edit_of_a_person_leaves_its_other_fields(books: BooksPersons, written: str) -> None:
    books.sim.control.switch(person_written=written)
    one = books.one()
    before = books.there(one)
    person.edit_person(one, {"designation": "Boss", "phone": "03 234 56 78"})
    run = books.push()
    after = books.there(one)
    assert (run.pushed, run.failed, PendingEdit.objects.count()) == (1, 0, 0)
    assert (after["designation"], after["phone"]) == ("Boss", "03 234 56 78")
    for name in ("first_name", "last_name", "email", "mobile"):
        assert after[name] == before[name]


def test_clearing_a_field_of_a_person_is_sent(books: BooksPersons) -> None:
    one = books.one()
    person.edit_person(one, {"phone": "03 234 56 78"})
    books.push()
    one.refresh_from_db()
    person.edit_person(one, {"phone": ""})
    books.push()
    assert (books.there(one)["phone"], PendingEdit.objects.count()) == ("", 0)


def test_law_4_a_change_of_others_in_another_field_is_not_overwritten(books: BooksPersons) -> None:
    one = books.one()
    person.edit_person(one, {"designation": "Boss"})
    books.sim.control.change_person(str(one.external_id), {"mobile": "+32 475 11 22 33"})
    books.push()
    assert (books.there(one)["designation"], books.there(one)["mobile"]) == ("Boss", "+32 475 11 22 33")


@pytest.mark.parametrize("form", ["object", "list"])
def test_a_person_is_created_once(books: BooksPersons, form: str) -> None:
    books.sim.control.switch(person_answer=form)
    customer = books.customer_of(books.one())
    made = person.create_person(customer, {"first_name": "An", "last_name": "Peeters"})
    run = books.push()
    made.refresh_from_db()
    assert (run.created, made.state, made.customer) == (1, "present", customer)
    books.sync(full=True)
    assert ContactPerson.objects.filter(name="An Peeters").count() == 1


def test_law_5_an_unanswered_creation_that_arrived_asks(books: BooksPersons) -> None:
    """Without a key nobody can tell ours from a colleague's who entered the same."""
    customer = books.customer_of(books.one())
    made = person.create_person(customer, {"first_name": "An", "last_name": "Peeters"})
    books.sim.control.fault("dropped", method="POST", times=1, after=True, at="start")
    books.push()
    Write.objects.update(look_up_at=None)
    run = books.push()
    names = [one["last_name"] for one in books.sim.control.persons(str(customer.external_id))]
    assert (run.failed, names.count("Peeters")) == (1, 1)
    assert "may be in Zoho Books already" in PendingEdit.objects.filter(record_id=made.pk)[0].refused
    assert ContactPerson.objects.filter(name="An Peeters", state="present").count() == 1
    person.discard_person(made)
    assert books.push().expected == 0


def test_law_5_an_unanswered_creation_that_did_not_arrive_is_sent_again(books: BooksPersons) -> None:
    customer = books.customer_of(books.one())
    made = person.create_person(customer, {"first_name": "An", "last_name": "Peeters"})
    books.sim.control.fault("dropped", method="POST", times=1, at="start")
    books.push()
    Write.objects.update(look_up_at=None)
    books.push()
    made.refresh_from_db()
    assert made.state == "present"


def test_a_persons_refusal_is_shown_on_its_field(books: BooksPersons) -> None:
    one = books.one()
    person.edit_person(one, {"email": "no address at all", "designation": "Boss"}, with_invalid=True)
    run = books.push()
    assert run.failed == 1
    assert PendingEdit.objects.get().field == "email"
    assert books.there(one)["designation"] == "Boss"


def test_a_person_that_is_gone_is_a_conflict(books: BooksPersons) -> None:
    one = books.one()
    person.edit_person(one, {"designation": "Boss"})
    books.sim.control.interject("delete_person", {"person_id": str(one.external_id)}, method="PUT")
    books.push()
    assert Conflict.objects.get().kind == "deleted"


def test_without_the_right_to_write_nothing_of_a_person_is_lost(sim: ZohoBooksSimulator) -> None:
    sim.refresh_token = sim.control.grant(list(READING))
    found = Books.connect(sim)
    found.sync(full=True)
    books = BooksPersons(found.sim, found.connection)
    person.edit_person(books.one(), {"designation": "Boss"})
    run = books.push()
    assert run.state == "failed"
    assert "does not authorise writing" in run.error
    assert PendingEdit.objects.count() == 1
