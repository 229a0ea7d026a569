"""Contact persons come with a customer that came by webhook: laws 2, 7 and 9."""

import threading
from collections.abc import Iterator

import pytest
from pytest_django.live_server_helper import LiveServer

from counterfoil.mirror.models import (
    Change,
    ContactPerson,
    Customer,
    Invoice,
    QuarantinedRecord,
    Run,
    RunState,
    Source,
    State,
)
from counterfoil.webhooks import persons, process, register, worker
from counterfoil.webhooks import queue as webhooks_queue
from counterfoil.webhooks.models import Delivery
from counterfoil.webhooks.persons import PersonsToBring
from counterfoil.webhooks.queue import DeliveryBatch
from counterfoil.worker import queue
from counterfoil_simulators.robaws import RobawsSimulator
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon
from tests.support.mirrored import Mirrored, fingerprints

pytestmark = pytest.mark.django_db(transaction=True)

ZOE = {"first_name": "Zoe", "mobile": "+32475000001", "email": "zoe@acme.example"}
JAN = {"name": "Jan", "gsm": "0475 00 00 10", "email": "jan@acme.example"}


@pytest.fixture
def books(live_server: LiveServer) -> Iterator[Books]:
    with at_noon(), ZohoBooksSimulator(organizations=1, contacts=6, invoices=12, seed=5, rate=None) as sim:
        made = Books.connect(sim)
        made.sync()
        url = f"{live_server.url}/api/webhooks/zoho/{made.connection.pk}"
        secret = register.register(made.connection, url).secret
        sim.control.add_webhook(url, secret=secret, entity="contact", events=("created", "edited", "deleted"))
        sim.control.clock_move(60)
        sim.control.reset_stats()
        yield made


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    with RobawsSimulator(12, seed=7, rate=None) as simulator:
        simulator.control.switch(webhook_activation_seconds=0)
        yield simulator


@pytest.fixture
def mirror(sim: RobawsSimulator, live_server: LiveServer) -> Mirrored:
    mirrored = Mirrored.connect(sim)
    mirrored.sync_all()
    register.register(mirrored.connection, f"{live_server.url}/api/webhooks/robaws/customers")
    sim.control.clock_move(60)
    sim.control.reset_stats()
    return mirrored


def deliver_all(there: Books | Mirrored) -> int:
    """Wait until all changes are delivered, and process them. Returns the number of requests for that."""
    assert there.sim.control.wait_webhooks()
    worker.process_due()
    return len([r for r in there.sim.control.requests() if not r["path"].startswith("/oauth")])


def primary_with_invoice() -> ContactPerson:
    owners = Invoice.objects.exclude(customer=None).values("customer")
    return ContactPerson.objects.filter(is_primary=True, customer__in=owners)[0]


def test_one_call_brings_a_changed_number_to_person_customer_and_invoices(books: Books) -> None:
    one = primary_with_invoice()
    books.sim.control.change_person(str(one.external_id), {"mobile": "+32475123456", "email": "new@acme.example"})
    assert deliver_all(books) == 1
    one.refresh_from_db()
    owner = Customer.objects.get(contact_persons=one)
    assert (one.mobile_e164, owner.best_phone, owner.best_email) == (
        "+32475123456", "+32475123456", "new@acme.example",
    )  # fmt: skip
    numbers = {invoice.customer.best_phone for invoice in owner.invoices.all() if invoice.customer}
    assert numbers == {"+32475123456"}
    change = Change.objects.get(resource="contact_person", record_id=one.pk, field="mobile")
    assert change.source == Source.DELIVERY
    assert Delivery.objects.get(pk=change.reference or 0).external_id == owner.external_id


def test_a_new_contact_comes_with_its_persons_by_one_call(books: Books) -> None:
    (new,) = books.sim.control.add_contact()
    books.sim.control.add_person(new, ZOE)
    assert deliver_all(books) == 1
    theirs = {person["contact_person_id"] for person in books.sim.control.persons(new)}
    assert {row.external_id for row in books.customer(new).contact_persons.all()} == theirs


def test_a_person_deleted_there_is_read_once_and_reached_no_longer(books: Books) -> None:
    one = primary_with_invoice()
    books.sim.control.change_person(str(one.external_id), {"mobile": "+32475123456"})
    deliver_all(books)
    books.sim.control.clock_move(2)
    books.sim.control.delete_person(str(one.external_id))
    books.sim.control.reset_stats()
    assert deliver_all(books) == 2, "its contact, and the person, which alone proves that it is gone"
    one.refresh_from_db()
    assert one.state == State.TOMBSTONE
    assert Customer.objects.get(contact_persons=one).best_phone != "+32475123456"


def test_law_9_a_persons_read_that_fails_costs_itself(books: Books) -> None:
    one = primary_with_invoice()
    other = ContactPerson.objects.filter(is_primary=True).exclude(pk=one.pk)[0]
    books.sim.control.delete_person(str(one.external_id))
    books.sim.control.change_person(str(other.external_id), {"mobile": "+32475123456"})
    path = f"/contacts/{one.customer_external_id}/contactpersons/{one.external_id}"
    books.sim.control.fault("error", path=path, status=500)
    deliver_all(books)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"applied"}
    assert Customer.objects.get(contact_persons=other).best_phone == "+32475123456"
    assert QuarantinedRecord.objects.get(resolved_at=None).external_id == one.external_id


@pytest.mark.parametrize("answered", ["absent", "null"])
def test_persons_that_are_not_in_their_contact_take_a_call_of_their_own(books: Books, answered: str) -> None:
    books.sim.control.switch(persons_in_contact=answered)
    one = primary_with_invoice()
    books.sim.control.change_person(str(one.external_id), {"mobile": "+32475123456"})
    assert deliver_all(books) == 2
    assert Customer.objects.get(contact_persons=one).best_phone == "+32475123456"


def test_law_3_a_contact_that_comes_without_its_persons_deletes_none(books: Books) -> None:
    one = primary_with_invoice()
    books.sim.control.change_person(str(one.external_id), {"mobile": "+32475123456"})
    deliver_all(books)
    books.sim.control.clock_move(2)
    books.sim.control.switch(persons_in_contact="empty")
    books.sim.control.change_contact([str(one.customer_external_id)], fields={"website": "https://acme.example"})
    deliver_all(books)
    assert not ContactPerson.objects.exclude(state=State.PRESENT).exists()
    assert Customer.objects.get(contact_persons=one).best_phone == "+32475123456"


def test_law_2_a_contact_read_again_rewrites_no_person(books: Books) -> None:
    one = primary_with_invoice()
    owner = str(one.customer_external_id)
    books.sync(client_id=owner)
    before = fingerprints("contact_person")
    run = books.sync(client_id=owner)["customer"]
    books.sync(full=True)
    assert fingerprints("contact_person") == before
    assert (run.fetched, run.created, run.updated) == (1, 0, 0), "persons are not counted as customers"


def test_a_single_read_brings_the_persons_of_a_contact(books: Books) -> None:
    books.sim.control.webhooks_pause()
    one = primary_with_invoice()
    books.sim.control.change_person(str(one.external_id), {"mobile": "+32475123456"})
    books.sync(client_id=one.customer_external_id)
    one.refresh_from_db()
    assert (one.mobile_e164, books.customer(str(one.customer_external_id)).best_phone) == (
        "+32475123456", "+32475123456",
    )  # fmt: skip


def test_persons_of_a_new_client_come_by_one_call(mirror: Mirrored) -> None:
    (new,) = mirror.sim.control.add(silent=True)
    mirror.sim.control.add_contact(new, JAN)
    mirror.sim.control.change([new], fields={"tel": "03 234 56 78"})
    assert deliver_all(mirror) == 1
    assert mirror.row(new).best_phone == "+32475000010"
    jan = ContactPerson.objects.get(first_name="Jan")
    assert (jan.first_source, jan.first_reference) == (Source.DELIVERY, Delivery.objects.get().pk)
    assert Delivery.objects.get().calls == 1


def test_a_contact_that_moves_its_clients_time_is_read(mirror: Mirrored) -> None:
    control = mirror.sim.control
    control.switch(contact_touches_client=True)
    owner = control.ids()[0]
    jan = control.add_contact(owner, JAN)
    deliver_all(mirror)
    assert mirror.row(owner).best_phone == "+32475000010"
    control.clock_move(2)
    control.change_contact(jan, {"gsm": "0475 00 00 11"})
    control.reset_stats()
    assert deliver_all(mirror) == 1
    assert mirror.row(owner).best_phone == "+32475000011"


def test_law_7_a_client_that_changed_itself_takes_no_call(mirror: Mirrored) -> None:
    mirror.sim.control.change([mirror.sim.control.ids()[0]], fields={"tel": "03 234 56 78"})
    assert deliver_all(mirror) == 0


def test_law_7_persons_of_many_new_clients_take_one_pass(mirror: Mirrored) -> None:
    added = mirror.sim.control.add(30)
    for new in added:
        mirror.sim.control.add_contact(new, JAN)
    assert deliver_all(mirror) == 0
    assert Run.objects.filter(resource="contact_person", state=RunState.QUEUED).count() == 1
    queue.execute_due_runs()
    assert ContactPerson.objects.filter(first_name="Jan").count() == 30
    assert len(mirror.sim.control.requests()) == 1


def test_law_7_clients_of_several_batches_take_one_pass(mirror: Mirrored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks_queue, "BATCH_SIZE", 10)
    mirror.sim.control.add(30)
    assert deliver_all(mirror) == 0
    assert Run.objects.filter(resource="contact_person", state=RunState.QUEUED).count() == 1


def test_deliveries_come_before_the_persons_of_earlier_ones(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks_queue, "BATCH_SIZE", 1)
    waiting: list[int] = []
    monkeypatch.setattr(persons, "bring", lambda *_: waiting.append(webhooks_queue.due().count()))
    mirror.sim.control.add(3)
    deliver_all(mirror)
    assert waiting == [0]
    monkeypatch.setattr(persons, "MOST_BATCHES", 2)
    mirror.sim.control.add(5)
    deliver_all(mirror)
    assert waiting == [0, 3, 1, 0], "but they do not wait for ever"


def test_a_worker_that_is_stopped_leaves_the_persons_to_a_pass(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()
    process_batch = process.process_batch

    def process_and_stop(claimed: DeliveryBatch, wanted: PersonsToBring) -> None:
        process_batch(claimed, wanted)
        stop.set()

    monkeypatch.setattr(process, "process_batch", process_and_stop)
    (new,) = mirror.sim.control.add(silent=True)
    mirror.sim.control.add_contact(new, JAN)
    mirror.sim.control.change([new], fields={"tel": "03 234 56 78"})
    assert mirror.sim.control.wait_webhooks()
    worker.process_due(stop)
    assert not mirror.sim.control.requests()
    queue.execute_due_runs()
    assert mirror.row(new).best_phone == "+32475000010"


def test_law_9_the_persons_of_a_client_that_cannot_be_read_cost_themselves(mirror: Mirrored) -> None:
    first, second = mirror.sim.control.add(2, silent=True)
    for new in (first, second):
        mirror.sim.control.add_contact(new, JAN)
        mirror.sim.control.change([new], fields={"tel": "03 234 56 78"})
    mirror.sim.control.fault("error", path=f"/clients/{first}", status=500)
    deliver_all(mirror)
    assert mirror.row(first).state == State.PRESENT
    assert mirror.row(second).best_phone == "+32475000010"
    assert QuarantinedRecord.objects.get(resolved_at=None).owner == first
    mirror.sim.control.clear_faults()
    mirror.sync_all()
    assert mirror.row(first).best_phone == "+32475000010"
    assert not QuarantinedRecord.objects.filter(resolved_at=None).exists()


def test_law_7_where_persons_are_left_out_no_webhook_asks_for_them(mirror: Mirrored) -> None:
    mirror.sim.control.switch(included_contacts="ignored", root_contacts="404")
    mirror.sync_all(full=True)
    mirror.sim.control.reset_stats()
    mirror.sim.control.add()
    assert deliver_all(mirror) == 0


def test_a_client_read_by_itself_comes_with_its_persons(mirror: Mirrored) -> None:
    (new,) = mirror.sim.control.add(silent=True)
    mirror.sim.control.add_contact(new, JAN)
    run = mirror.sync(client_id=new)
    assert mirror.row(new).best_phone == "+32475000010"
    assert (run.state, run.fetched, run.created, run.api_calls) == (RunState.COMPLETED, 1, 1, 2)
