"""The same at Zoho Books: partial PUTs, persons who hold the phones, no keys for creations."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from counterfoil.edits import create, edit, prefetch, request_push, resolve_conflict
from counterfoil.mirror.models import Conflict, Customer, Decision, PendingEdit, Run, Write
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sim() -> Iterator[ZohoBooksSimulator]:
    """40 customers with their persons."""
    with at_noon(), ZohoBooksSimulator(organizations=1, contacts=40, seed=5, rate=None) as simulator:
        yield simulator


@dataclass
class Written(Books):
    """With the verbs on edits. Its first customer that has a primary person is `first`."""

    def push(self) -> Run:
        run = execute_run(request_push.request_push(self.connection)).run
        run.refresh_from_db()
        return run

    @property
    def first(self) -> Customer:
        rows = Customer.objects.filter(connection=self.connection).exclude(phone=None)
        return rows.order_by("pk")[0]


@pytest.fixture
def written(sim: ZohoBooksSimulator) -> Written:
    books = Books.connect(sim)
    books.sync(full=True)
    return Written(books.sim, books.connection)


def test_a_phone_goes_to_the_primary_person_and_an_address_to_the_contact(written: Written) -> None:
    first = written.first
    edit.edit_customer(first, {"phone": "+32 3 234 56 78", "website": "https://www.example.com"})
    run = written.push()
    first.refresh_from_db()
    assert (run.pushed, run.failed) == (1, 0)
    assert (first.phone, first.website) == ("+32 3 234 56 78", "https://www.example.com")
    assert [(write["method"], write["status"]) for write in written.sim.control.writes()] == [
        ("PUT", 200),
        ("PUT", 200),
    ]
    assert not PendingEdit.objects.exists()


def test_an_edit_without_a_known_base_conflicts_with_a_value_upstream(written: Written) -> None:
    """Addresses stand in details only, which are fetched little by little."""
    first = written.first
    edit.edit_customer(first, {"city": "Gent"})
    run = written.push()
    first.refresh_from_db()
    held = Conflict.objects.filter(field="city").values_list("theirs", flat=True).first()
    assert (run.pushed, bool(held)) in {(1, False), (0, True)}
    assert first.city == "Gent"


def test_fields_only_in_details_are_read_before_an_edit(written: Written) -> None:
    first = written.first
    assert prefetch.fetch_details(first, fields=["phone"]) is False
    assert prefetch.fetch_details(first, fields=["city"]) is True
    held = first.city
    edit.edit_customer(first, {"city": "Gent"})
    assert PendingEdit.objects.get().base == held
    run = written.push()
    assert (run.pushed, Conflict.objects.count()) == (1, 0)


def test_an_edit_is_possible_where_details_cannot_be_read(written: Written) -> None:
    first = written.first
    written.sim.stop()
    assert prefetch.fetch_details(first) is False
    edit.edit_customer(first, {"city": "Gent"})
    written.sim.start()
    first.refresh_from_db()
    assert first.city == "Gent"


def test_a_local_customer_is_created_with_its_contact_person(written: Written) -> None:
    values = {"name": "Nieuwe Klant BV", "phone": "03 234 56 78", "email": "n@example.com", "city": "Gent"}
    made = create.create_customer(written.connection, values)
    run = written.push()
    made.refresh_from_db()
    assert (run.created, made.state, made.phone, made.city) == (1, "present", "03 234 56 78", "Gent")
    assert not PendingEdit.objects.exists()


def test_a_creation_without_a_key_is_searched_before_it_is_sent_again(written: Written) -> None:
    made = create.create_customer(written.connection, {"name": "Nieuwe Klant BV", "email": "n@example.com"})
    written.sim.control.fault("dropped", method="POST", path="/contacts", times=1, at="start")
    assert written.push().created == 0
    assert written.push().created == 1
    made.refresh_from_db()
    posts = [write for write in written.sim.control.writes() if write["carried_out"]]
    assert (made.state, len(posts)) == ("present", 1)
    assert Customer.objects.filter(name="Nieuwe Klant BV").count() == 1
    assert Write.objects.get().state == "done"


def test_law_5_without_a_key_an_equal_contact_asks(written: Written) -> None:
    """Nothing tells whether it is ours, or a colleague's of the same moment."""
    made = create.create_customer(written.connection, {"name": "Nieuwe Klant BV", "email": "n@example.com"})
    written.sim.control.fault("dropped", method="POST", path="/contacts", times=1, after=True, at="start")
    assert written.push().created == 0
    assert written.push().conflicts == 1
    other = resolve_conflict.resolve(Conflict.objects.get(kind="created"), Decision.SAME)
    made.refresh_from_db()
    posts = [write for write in written.sim.control.writes() if write["carried_out"]]
    assert (made.state, made.merged_into, len(posts)) == ("merged", other, 1)
    assert not PendingEdit.objects.exists()


def test_law_4_values_that_zoho_cuts_off_are_our_echo(written: Written) -> None:
    first = written.first
    written.sim.control.switch(cut_texts_at=12)
    edit.edit_customer(first, {"name": "Garage Peeters en Zonen", "phone": "+32 3 234 56 78"})
    run = written.push()
    first.refresh_from_db()
    assert (run.pushed, run.failed, run.conflicts) == (1, 0, 0)
    assert (first.name, first.phone) == ("Garage Peete", "+32 3 234 56")
    assert not PendingEdit.objects.exists()
    made = create.create_customer(written.connection, {"name": "Zeilmakerij Westerschelde"})
    assert written.push().created == 1
    made.refresh_from_db()
    assert (made.state, made.name) == ("present", "Zeilmakerij")
    assert not Conflict.objects.exists()


def test_a_rejection_by_zoho_is_shown_on_its_field(written: Written) -> None:
    first = written.first
    edit.edit_customer(first, {"email": "no address at all"}, with_invalid=True)
    run = written.push()
    assert run.failed == 1
    assert PendingEdit.objects.get(field="email").refused
