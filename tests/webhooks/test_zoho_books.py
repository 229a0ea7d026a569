"""Webhooks of Zoho Books only name the record to read, and reads take few calls."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from pytest_django.live_server_helper import LiveServer

from counterfoil.mirror.models import Change, Customer, Invoice, Run, RunKind, Source, State
from counterfoil.webhooks import process, register, worker
from counterfoil.webhooks.models import Delivery
from counterfoil.worker import queue as runs
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sim() -> Iterator[ZohoBooksSimulator]:
    """Start 40 customers, some vendors, 40 invoices."""
    with at_noon(), ZohoBooksSimulator(contacts=40, invoices=40, seed=5, rate=None) as simulator:
        yield simulator


@pytest.fixture
def books(sim: ZohoBooksSimulator, live_server: LiveServer) -> Books:
    """Mirror them, with webhooks for every event of contacts and invoices."""
    made = Books.connect(sim)
    made.sync()
    url = f"{live_server.url}/api/webhooks/zoho/{made.connection.pk}"
    secret = register.register(made.connection, url).secret
    for entity in ("contact", "invoice"):
        sim.control.add_webhook(url, secret=secret, entity=entity, events=("created", "edited", "deleted"))
    sim.control.reset_stats()
    return made


def deliver_all(books: Books) -> int:
    """Wait until all changes are delivered, and process them. Returns the number of requests for that."""
    assert books.sim.control.wait_webhooks()
    worker.process_due()
    return len([r for r in books.sim.control.requests() if not r["path"].startswith("/oauth")])


def states() -> list[str]:
    return list(Delivery.objects.order_by("id").values_list("state", flat=True))


def test_a_changed_contact_is_read_once_with_its_details(books: Books) -> None:
    one = books.sim.control.contact_ids()[0]
    for name in ("First", "Second", "Third"):
        books.sim.control.clock_move(2)
        books.sim.control.change_contact(
            one, fields={"contact_name": name, "billing_address": {"city": "Hasselt"}}
        )
    assert deliver_all(books) == 1, "three deliveries about one record are one read"
    row = books.customer(one)
    assert (row.name, row.city) == ("Third", "Hasselt")
    assert states() == ["applied"] * 3
    change = Change.objects.filter(record_id=row.pk, field="name").get()
    assert change.source == Source.DELIVERY
    assert Delivery.objects.get(pk=change.reference or 0).calls == 1


def test_an_invoice_that_is_paid_is_paid_here(books: Books) -> None:
    owed = books.sim.control.invoice_ids("sent")[0]
    books.sim.control.pay(owed)
    deliver_all(books)
    assert (books.invoice(owed).status, books.invoice(owed).balance) == ("paid", Decimal(0))


def test_a_deleted_contact_is_a_tombstone_by_its_own_answer(books: Books) -> None:
    """Law 3, absent is not deleted: the webhook alone says nothing."""
    (gone,) = books.sim.control.delete_contact(n=1)
    deliver_all(books)
    assert books.customer(gone).state == State.TOMBSTONE


def test_a_vendor_s_webhook_is_ignored(books: Books) -> None:
    vendor = books.sim.control.contact_ids("vendor")[0]
    books.sim.control.change_contact(vendor, fields={"contact_name": "Supplier"})
    assert deliver_all(books) == 0
    assert states() == ["ignored"]
    assert not Customer.objects.filter(external_id=vendor).exists()


def test_very_many_at_once_become_one_incremental_pass(books: Books) -> None:
    many = books.sim.control.contact_ids()[: process.MOST_READS + 5]
    books.sim.control.change_contact(many, fields={"website": "https://example.org"})
    assert deliver_all(books) == 0
    assert set(states()) == {"received"}
    assert Run.objects.filter(kind=RunKind.INCREMENTAL, resource="customer", state="queued").count() == 1
    runs.execute_due_runs()
    Delivery.objects.update(next_try_at=None)
    worker.process_due()
    assert set(states()) == {"applied"}
    assert Customer.objects.filter(website="https://example.org").count() == len(many)


def test_a_delivery_that_comes_twice_is_read_once(books: Books) -> None:
    books.sim.control.switch(webhook_duplicates=1.0)
    books.sim.control.change_contact(books.sim.control.contact_ids()[0], fields={"contact_name": "Once"})
    assert deliver_all(books) == 1
    assert sorted(states()) == ["applied", "duplicate"]


@pytest.mark.parametrize("wrapper", ["entity", "bare", "data", "JSONString"])
@pytest.mark.parametrize("signature", ["hex", "base64"])
def test_every_payload_wrapper_and_signature_encoding_is_understood(
    books: Books, wrapper: str, signature: str
) -> None:
    books.sim.control.switch(webhook_wrapper=wrapper, webhook_signature=signature)
    one = books.sim.control.contact_ids()[0]
    books.sim.control.change_contact(one, fields={"contact_name": "Renamed"})
    deliver_all(books)
    assert books.customer(one).name == "Renamed"


def test_an_unsigned_webhook_is_refused(books: Books) -> None:
    books.sim.control.switch(webhook_signature="none")
    books.sim.control.change_contact(books.sim.control.contact_ids()[0], fields={"contact_name": "Forged"})
    deliver_all(books)
    assert not Delivery.objects.exists()
    assert not Customer.objects.filter(name="Forged").exists()


def test_a_new_invoice_of_an_unknown_customer_is_kept_without_one(books: Books) -> None:
    (stray,) = books.sim.control.add_invoice("900000000000000001")
    deliver_all(books)
    assert Invoice.objects.get(external_id=stray).customer is None


def test_a_second_event_with_the_same_modified_time_is_not_a_duplicate(books: Books) -> None:
    """Balances change without a new modified time: two payments of one invoice are two events."""
    owed = books.sim.control.invoice_ids("sent")[0]
    books.sim.control.switch(balances_move_silently=True)
    for balance in (40, 30):
        books.sim.control.set_balance(owed, balance)
        deliver_all(books)
    assert books.invoice(owed).balance == Decimal(30)
    assert states() == ["applied", "applied"]


def test_an_invoice_of_a_customer_that_is_not_here_brings_it(books: Books) -> None:
    (customer,) = books.sim.control.add_contact(fields={"contact_name": "New NV"})
    deliver_all(books)
    Delivery.objects.all().delete()
    Customer.objects.filter(external_id=customer).delete()
    (invoice,) = books.sim.control.add_invoice(customer)
    deliver_all(books)
    delivery = Delivery.objects.get()
    row = books.customer(customer)
    assert (row.name, row.first_source, row.first_reference) == ("New NV", Source.DELIVERY, delivery.pk)
    assert books.invoice(invoice).customer == row


def test_law_3_a_webhook_about_an_id_that_another_contact_answers_unlists_it(books: Books) -> None:
    survivor, old = books.sim.control.contact_ids()[:2]
    books.sim.control.fault("answered_by", record=old, other=survivor)
    books.sim.control.change_contact(old)
    deliver_all(books)
    assert states() == ["applied"]
    assert (books.customer(old).state, books.customer(old).answered_by) == ("unlisted", survivor)


def test_law_3_a_webhook_that_shows_a_customer_as_a_vendor_has_it_read(books: Books) -> None:
    turned = books.sim.control.contact_ids()[0]
    books.sim.control.change_contact(turned, fields={"contact_type": "vendor"})
    assert deliver_all(books) == 1
    row = books.customer(turned)
    assert (states(), row.state, row.is_active) == (["applied"], "unlisted", False)
