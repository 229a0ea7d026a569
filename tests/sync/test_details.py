"""What only single reads give is fetched in the background: a share of the day's calls, and never by a pass."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from counterfoil.connectors.page import Resource
from counterfoil.mirror import detail_share, details
from counterfoil.mirror.models import Allowance, Customer, Invoice, Run, RunKind, RunState
from counterfoil.sync import children
from counterfoil.worker import queue
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sim() -> Iterator[ZohoBooksSimulator]:
    """30 customers and 30 invoices."""
    with at_noon(), ZohoBooksSimulator(contacts=30, invoices=30, seed=5, rate=None) as simulator:
        yield simulator


def connect(sim: ZohoBooksSimulator, calls: int | None) -> Books:
    """With so many calls a day for details; None: the usual share."""
    books = Books.connect(sim, detail_calls=calls)
    if calls is None:
        books.connection.settings.pop("detail_calls")
        books.connection.save()
    return books


def fetched(model: type[Customer] | type[Invoice], resource: Resource) -> dict[str, int]:
    """How many records stand how."""
    found: dict[str, int] = {}
    for record in model._default_manager.all():
        word = details.fetched_state(record, resource, "zoho_books").value
        found[word] = found.get(word, 0) + 1
    return found


def runs() -> list[tuple[str, str, int]]:
    """The runs that fetch details: of what, how they stand, how many records they read."""
    found = Run.objects.filter(kind=RunKind.DETAILS).order_by("id")
    return list(found.values_list("resource", "state", "fetched"))


def next_morning() -> datetime:
    return timezone.localtime().replace(hour=0, minute=5) + timedelta(days=1)


def test_no_pass_asks_for_details_and_all_of_them_come_in_the_background(sim: ZohoBooksSimulator) -> None:
    books = connect(sim, 1000)
    calls = sum(run.api_calls for run in books.sync().values())
    assert calls <= 5
    assert fetched(Customer, Resource.CUSTOMER) == {"never": 30}
    assert not Customer.objects.exclude(city=None).exists()

    queue.execute_due_runs()
    assert fetched(Customer, Resource.CUSTOMER) == {"whole": 30}
    assert fetched(Invoice, Resource.INVOICE) == {"whole": Invoice.objects.count()}
    assert Customer.objects.exclude(city=None).count() > 20
    assert runs() == [("customer", "completed", 30), ("invoice", "completed", Invoice.objects.count())]


def test_law_2_after_the_details_a_full_pass_in_which_nothing_changed_rewrites_no_row(
    sim: ZohoBooksSimulator,
) -> None:
    books = connect(sim, 1000)
    books.sync()
    queue.execute_due_runs()
    before = [list(model._default_manager.order_by("pk").values()) for model in (Customer, Invoice)]
    again = books.sync(full=True)
    assert [(run.created, run.updated) for run in again.values()] == [(0, 0)] * 3
    assert before == [list(model._default_manager.order_by("pk").values()) for model in (Customer, Invoice)]


def test_a_day_takes_no_more_calls_than_its_share_and_the_next_day_goes_on(sim: ZohoBooksSimulator) -> None:
    books = connect(sim, 40)
    books.sync()
    queue.execute_due_runs()
    assert runs() == [("customer", "completed", 30), ("invoice", "parked", 10)]
    waiting = Run.objects.get(kind=RunKind.DETAILS, state=RunState.PARKED)
    assert "Today's 40 calls for details are used" in waiting.note
    queue.execute_due_runs()
    assert sum(read for *_, read in runs()) == 40

    with time_machine.travel(next_morning(), tick=True):
        queue.execute_due_runs()
    left = Invoice.objects.count() - 10
    assert runs()[1] == ("invoice", "completed" if left <= 40 else "parked", 10 + min(left, 40))


def test_the_share_is_a_tenth_of_what_the_upstream_gives_a_day(sim: ZohoBooksSimulator) -> None:
    books = connect(sim, None)
    Allowance.objects.update(daily_limit=None)
    assert details.calls_a_day(books.connection) == detail_share.UNKNOWN
    books.sync()
    books.connection.allowance.refresh_from_db()
    limit = books.connection.allowance.daily_limit
    assert limit is not None
    assert details.calls_a_day(books.connection) == limit // 10


def test_with_no_calls_for_them_no_details_are_fetched(sim: ZohoBooksSimulator) -> None:
    connect(sim, 0).sync()
    queue.execute_due_runs()
    assert runs() == []


def test_a_record_that_changed_there_is_fetched_again_and_one_whose_balance_moved_is_not(
    sim: ZohoBooksSimulator,
) -> None:
    books = connect(sim, 1000)
    books.sync()
    queue.execute_due_runs()
    moved = str(Customer.objects.exclude(city=None).order_by("pk")[0].external_id)
    sim.control.change_contact(moved, fields={"billing_address": {"city": "Hasselt"}})
    books.sync()
    assert details.fetched_state(books.customer(moved), Resource.CUSTOMER, "zoho_books") == details.Fetched.BEFORE
    assert books.customer(moved).city not in (None, "Hasselt"), "the address from before is shown until then"
    queue.execute_due_runs()
    assert books.customer(moved).city == "Hasselt"
    assert runs()[2:] == [("customer", "completed", 1)]


def test_a_person_s_click_fetches_the_details_of_that_record_at_once(sim: ZohoBooksSimulator) -> None:
    books = connect(sim, 0)
    books.sync()
    one = sim.control.contact_ids()[0]
    books.sync(client_id=one)
    assert details.fetched_state(books.customer(one), Resource.CUSTOMER, "zoho_books") == details.Fetched.WHOLE


def test_details_go_on_beside_a_sync_and_are_asked_for_once(sim: ZohoBooksSimulator) -> None:
    books = connect(sim, 1000)
    books.sync()
    elsewhere = {"lease_holder": "another:1:1", "lease_expires_at": timezone.now() + timedelta(hours=1)}
    Run.objects.filter(kind=RunKind.DETAILS, resource="customer").update(state=RunState.RUNNING, **elsewhere)
    assert all(run.state == RunState.COMPLETED for run in books.sync(full=True).values())
    assert len(runs()) == 2


def test_persons_are_not_asked_for_again_because_an_address_was_fetched(sim: ZohoBooksSimulator) -> None:
    books = connect(sim, 1000)
    books.sync()
    books.a_day_goes_by()
    queue.execute_due_runs()
    assert Customer.objects.filter(updated_at__gt=timezone.now() - timedelta(hours=1)).count() == 30
    asked = children.count_changed(
        Run.objects.create(connection=books.connection, resource=Resource.CONTACT_PERSON)
    )
    assert asked is not None
    assert asked <= 1, "the newest one may have changed in the same second"
