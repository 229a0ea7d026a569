"""The number and the address to reach a customer by stand in its row, right after everything that decides them."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from django.db import connection as database
from django.db import transaction

from counterfoil.cli.sync import map_waiting
from counterfoil.connectors.page import Shape
from counterfoil.connectors.zoho_books.contact_record import identify
from counterfoil.connectors.zoho_books.person_record import persons_of
from counterfoil.edits import edit, person
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.session import IngestSession
from counterfoil.ingest.transitions import Transition, apply_transitions
from counterfoil.mirror import tickets
from counterfoil.mirror.customer_search import CustomerSearch
from counterfoil.mirror.models import ContactPerson, Customer, PendingEdit, Source, State
from counterfoil.mirror.store.base import ChangeSource
from counterfoil.runs import lifecycle, mapping_changes
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.worker import queue
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon
from tests.support.mirrored import fingerprints

pytestmark = pytest.mark.django_db(transaction=True)

MOBILE, PHONE, MAIL = "+32475000001", "+3232340002", "zoe@acme.example"


@pytest.fixture
def sim() -> Iterator[ZohoBooksSimulator]:
    with at_noon(), ZohoBooksSimulator(organizations=1, contacts=4, seed=5, rate=None) as simulator:
        yield simulator


@pytest.fixture
def books(sim: ZohoBooksSimulator) -> Books:
    """Mirror a customer with a primary person, Zoe, who has a mobile number and an address, and Ann."""
    found = Books.connect(sim, country="BE")
    owner = sim.control.contact_ids()[0]
    for one in sim.control.persons(owner):
        sim.control.delete_person(one["contact_person_id"])
    sim.control.add_person(owner, {"first_name": "Zoe", "mobile": MOBILE, "phone": "", "email": MAIL})
    sim.control.add_person(owner, {"first_name": "Ann", "phone": PHONE, "mobile": "", "email": "Ann@Acme.example"})
    found.sync()
    return found


def customer() -> Customer:
    return zoe().customer  # type: ignore[return-value]


def zoe() -> ContactPerson:
    return ContactPerson.objects.select_related("customer__connection", "connection").get(first_name="Zoe")


def ann() -> ContactPerson:
    return ContactPerson.objects.select_related("connection").get(first_name="Ann")


def columns(key: int) -> tuple[Any, ...]:
    """Read by SQL alone."""
    with database.cursor() as cursor:
        cursor.execute("SELECT best_phone, best_email FROM counterfoil_customer WHERE id = %s", [key])
        return tuple(cursor.fetchone())


def found(text: str) -> list[int]:
    return [row.pk for row in CustomerSearch(Customer.objects.all(), text).hits(10)]


def test_a_pass_fills_in_the_best_number_and_address(books: Books) -> None:
    assert columns(customer().pk) == (MOBILE, MAIL)


def test_law_2_a_pass_in_which_nothing_changed_rewrites_no_row(books: Books) -> None:
    tables = ("customer", "contact_person", "invoice")
    before = [fingerprints(table) for table in tables]
    books.sync(full=True)
    assert [fingerprints(table) for table in tables] == before


def test_another_number_of_the_person_is_the_best_one_after_the_next_pass(books: Books) -> None:
    books.sim.control.change_person(str(zoe().external_id), {"mobile": "", "phone": "+32 3 234 99 99"})
    books.sync(full=True)
    assert columns(customer().pk) == ("+3232349999", MAIL)


def test_law_1_an_older_read_of_the_customer_does_not_undo_a_newer_one_of_its_person(books: Books) -> None:
    owner, before = str(customer().external_id), tickets.draw()
    raw = orjson.dumps(books.sim.control.contact(owner))
    books.sim.control.change_person(str(zoe().external_id), {"mobile": "+32475999999"})
    books.sync(full=True)
    older = identify(raw)._replace(persons=persons_of(raw, owner))
    source = ChangeSource(books.connection.pk, "customer", Source.RUN, 1, zoe().updated_at)
    with IngestSession(books.connection, "customer") as session:
        observation = Observation(older, Origin.READ, Shape.DETAIL, before, before)
        session.pipeline(lambda: None).ingest([observation], source)
    assert zoe().mobile == "+32475999999"
    assert columns(customer().pk)[0] == "+32475999999"


def test_another_primary_person_is_reached_after_the_next_pass(books: Books) -> None:
    books.sim.control.make_primary(str(ann().external_id))
    books.sync(full=True)
    assert columns(customer().pk) == (PHONE, "ann@acme.example")


def test_a_person_edited_here_is_reached_at_once(books: Books) -> None:
    person.edit_person(zoe(), {"mobile": "0475 11 22 33", "email": "z@acme.example"})
    assert columns(customer().pk) == ("+32475112233", "z@acme.example")


def test_a_customers_number_edited_here_is_its_primary_persons_until_it_was_sent(books: Books) -> None:
    """A push writes it to that person, whose own number is the old one until then."""
    edit.edit_customer(customer(), {"mobile": "0475 11 22 33", "email": ""})
    assert columns(customer().pk) == ("+32475112233", None), "a cleared address counts no more"
    for pending in PendingEdit.objects.all():
        edit.undo_edit(pending)
    assert columns(customer().pk) == (MOBILE, MAIL)
    edit.edit_customer(customer(), {"mobile": "0475 11 22 33"})
    person.edit_person(zoe(), {"mobile": "0475 99 99 99"})
    assert columns(customer().pk) == ("+32475999999", MAIL), "an edit of the person is sent last"


@pytest.mark.parametrize("state", [State.TOMBSTONE, State.UNLISTED])
def test_a_person_who_is_gone_is_not_reached(books: Books, state: State) -> None:
    become(books, zoe(), state)
    assert columns(customer().pk) == (PHONE, "ann@acme.example")


def test_a_person_who_is_only_missing_may_still_be_reached(books: Books) -> None:
    become(books, zoe(), State.MISSING)
    assert columns(customer().pk) == (MOBILE, MAIL)


def test_without_persons_the_customers_own_are_the_best(books: Books) -> None:
    Customer.objects.filter(pk=customer().pk).update(phone_e164="+3220000001", email_normalized="own@acme.example")
    key = customer().pk
    for one in ContactPerson.objects.filter(customer=key):
        become(books, one, State.TOMBSTONE)
    own = Customer.objects.get(pk=key)
    assert columns(key) == (own.mobile_e164 or "+3220000001", "own@acme.example")


def test_persons_who_move_to_another_customer_take_number_and_words_along(books: Books) -> None:
    owner, other = customer(), str(Customer.objects.exclude(pk=customer().pk)[0].external_id)
    for one in books.sim.control.persons(other):
        books.sim.control.delete_person(one["contact_person_id"])
    books.sim.control.merge_contacts(other, str(owner.external_id))
    books.sync(full=True)
    assert customer().external_id == other
    assert columns(customer().pk) == (MOBILE, MAIL)
    owner.refresh_from_db()
    assert (owner.person_phone, owner.person_email) == (None, None)
    assert found("ann@acme") == [customer().pk]


def test_a_change_of_country_reads_numbers_again(books: Books) -> None:
    books.sim.control.change_person(str(zoe().external_id), {"mobile": "06 12345678"})
    books.sync(full=True)
    assert columns(customer().pk)[0] is None
    mapping_changes.set_country(books.connection, "NL")
    queue.execute_due_runs()
    assert columns(customer().pk)[0] == "+31612345678"


def test_persons_who_came_before_their_customer_are_reached_once_it_comes(books: Books) -> None:
    key = str(customer().external_id)
    Customer.objects.filter(external_id=key).delete()
    assert zoe().customer is None
    books.sync(full=True)
    assert columns(customer().pk) == (MOBILE, MAIL)


@pytest.mark.parametrize("by", [lambda _: queue.execute_due_runs(), map_waiting], ids=["worker", "sync"])
def test_an_older_install_gets_them_without_an_api_call(books: Books, by: Callable[[Any], object]) -> None:
    """As the migration leaves it: empty columns, no words of persons, a run that waits."""
    Customer.objects.update(person_phone=None, person_email=None)
    forget_words()
    assert not found(MAIL.replace("zoe", "ann"))
    lifecycle.request_run(books.connection, "remap", RunOptions(), resource="contact_person")  # type: ignore[arg-type]
    books.sim.control.reset_stats()
    by(books.connection)
    assert columns(customer().pk) == (MOBILE, MAIL)
    assert found("ann acme example") == [customer().pk]
    assert not books.sim.control.requests()


@pytest.mark.parametrize("typed", ["0475000001", "32475000001", MAIL, "zoe", "03 234 00 02", "ann@acme"])
def test_a_search_finds_a_customer_by_every_person(books: Books, typed: str) -> None:
    assert found(typed.replace(" ", "")) == [customer().pk]


@pytest.mark.parametrize(
    "change",
    [
        lambda books: edit.edit_customer(customer(), {"website": "https://acme.example"}),
        lambda books: books.sync(client_id=customer().external_id),
    ],
    ids=["edited", "read"],
)
def test_a_customer_who_is_written_keeps_the_words_of_its_persons(
    books: Books, change: Callable[[Books], object]
) -> None:
    books.sim.control.change_contact([str(customer().external_id)], fields={"contact_name": "Garage Peeters"})
    change(books)
    assert found("ann@acme") == [customer().pk]


def test_a_number_that_changed_finds_its_customer_no_longer(books: Books) -> None:
    person.edit_person(ann(), {"phone": "03 234 77 77"})
    assert not found("032340002")
    assert found("032347777") == [customer().pk]


@pytest.mark.skipif("sqlite" not in database.vendor, reason="PostgreSQL has the words in the row")
def test_a_customer_that_is_deleted_leaves_no_words_behind(books: Books) -> None:
    Customer.objects.all().delete()
    with database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM counterfoil_customer_search")
        assert cursor.fetchone() == (0,)


def become(books: Books, one: ContactPerson, state: State) -> None:
    source = ChangeSource(books.connection.pk, "contact_person", Source.RUN, 1, one.updated_at)
    with transaction.atomic():
        apply_transitions([Transition(str(one.external_id), state, tickets.draw())], source)


def forget_words() -> None:
    with database.cursor() as cursor:
        if database.vendor == "sqlite":
            cursor.execute("UPDATE counterfoil_customer_search SET person_words = NULL")
        else:
            cursor.execute(
                "UPDATE counterfoil_customer SET search = array_to_tsvector(ARRAY("
                "SELECT w FROM unnest(tsvector_to_array(search)) w WHERE w NOT LIKE '@%'))"
            )
