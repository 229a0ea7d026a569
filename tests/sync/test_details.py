"""Details, which only single reads have, are fetched in the background with a share of the day's calls."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from counterfoil.connectors.page import Resource
from counterfoil.mirror import detail_share, details, record_history
from counterfoil.mirror.models import Allowance, Change, Customer, Invoice, Run, RunKind, RunState, Source
from counterfoil.sync import children
from counterfoil.worker import queue
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sim() -> Iterator[ZohoBooksSimulator]:
    """Start 30 customers and 30 invoices."""
    with at_noon(), ZohoBooksSimulator(contacts=30, invoices=30, seed=5, rate=None) as simulator:
        yield simulator


def connect(sim: ZohoBooksSimulator, calls: int | None) -> Books:
    """Connect with this many calls a day for details; None is the default share."""
    books = Books.connect(sim, detail_calls=calls, invoice_details=True)
    if calls is None:
        books.connection.settings.pop("detail_calls")
        books.connection.save()
    return books


def fetched(model: type[Customer] | type[Invoice], resource: Resource) -> dict[str, int]:
    """Count records by the state of their details."""
    counts: dict[str, int] = {}
    for record in model._default_manager.all():
        state = details.fetched_state(record, resource, "zoho_books").value
        counts[state] = counts.get(state, 0) + 1
    return counts


def runs() -> list[tuple[str, str, int]]:
    """List the runs that fetch details: their resource, state, and number of records."""
    found = Run.objects.filter(kind=RunKind.DETAILS).order_by("id")
    return list(found.values_list("resource", "state", "fetched"))


def next_morning() -> datetime:
    return timezone.localtime().replace(hour=0, minute=5) + timedelta(days=1)


def test_details_of_invoices_are_fetched_only_on_request(sim: ZohoBooksSimulator) -> None:
    books = Books.connect(sim, detail_calls=1000)
    books.sync()
    queue.execute_due_runs()
    assert runs() == [("customer", "completed", 30)]
    assert fetched(Invoice, Resource.INVOICE) == {"never": Invoice.objects.count()}
    books.connection.settings[detail_share.INVOICES] = True
    books.connection.save()
    books.sync(full=True)
    queue.execute_due_runs()
    assert fetched(Invoice, Resource.INVOICE) == {"whole": Invoice.objects.count()}


def test_law_10_first_details_are_one_change_and_the_source_of_each_value(sim: ZohoBooksSimulator) -> None:
    books = Books.connect(sim, detail_calls=1000)
    books.sync()
    customer = Customer.objects.order_by("pk")[0]
    before = timezone.now()
    queue.execute_due_runs()
    customer.refresh_from_db()
    (change,) = Change.objects.filter(resource="customer", record_id=customer.pk)
    read = Run.objects.get(kind=RunKind.DETAILS)
    assert (change.field, change.before, change.source, change.reference) == ("details", None, Source.RUN, read.pk)
    brought = list(change.after or ())
    extra = next(name for name in brought if name.startswith("extra."))
    assert "city" in brought
    set_by = record_history.set_by(customer, Resource.CUSTOMER)
    assert {set_by[name].reference for name in ("city", "country_code", extra)} == {read.pk}
    assert set_by["city"].first
    assert set_by["name"].reference != read.pk
    assert record_history.first_source(customer, Resource.CUSTOMER, "city").reference == read.pk
    then, _ = record_history.as_of(customer, Resource.CUSTOMER, before - timedelta(seconds=1))
    assert (then.values["city"], then.values["country_code"], extra[6:] in then.extra) == (None, None, False)
    assert then.values["name"] == customer.name


def test_a_run_for_details_that_are_no_longer_wanted_ends_without_a_call(sim: ZohoBooksSimulator) -> None:
    books = connect(sim, 1000)
    books.sync()
    books.connection.refresh_from_db()
    del books.connection.settings[detail_share.INVOICES]
    books.connection.save()
    sim.control.reset_stats()
    queue.execute_due_runs()
    assert sorted(runs()) == [("customer", "completed", 30), ("invoice", "completed", 0)]
    assert sim.control.stats()["requests"] == 30


def test_no_pass_reads_details_and_all_of_them_are_fetched_in_the_background(sim: ZohoBooksSimulator) -> None:
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


def test_law_2_an_unchanged_full_pass_after_the_details_rewrites_no_row(
    sim: ZohoBooksSimulator,
) -> None:
    books = connect(sim, 1000)
    books.sync()
    queue.execute_due_runs()
    before = [list(model._default_manager.order_by("pk").values()) for model in (Customer, Invoice)]
    again = books.sync(full=True)
    assert [(run.created, run.updated) for run in again.values()] == [(0, 0)] * 3
    assert before == [list(model._default_manager.order_by("pk").values()) for model in (Customer, Invoice)]


def test_details_take_their_daily_share_of_calls_and_go_on_the_next_day(sim: ZohoBooksSimulator) -> None:
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


def test_the_share_is_a_tenth_of_the_upstreams_daily_calls(sim: ZohoBooksSimulator) -> None:
    books = connect(sim, None)
    Allowance.objects.update(daily_limit=None)
    assert details.calls_a_day(books.connection) == detail_share.UNKNOWN
    books.sync()
    books.connection.allowance.refresh_from_db()
    limit = books.connection.allowance.daily_limit
    assert limit is not None
    assert details.calls_a_day(books.connection) == limit // 10


def test_no_details_are_fetched_where_their_share_is_zero(sim: ZohoBooksSimulator) -> None:
    connect(sim, 0).sync()
    queue.execute_due_runs()
    assert runs() == []


def test_a_record_that_changed_upstream_gets_its_details_again_and_no_other(
    sim: ZohoBooksSimulator,
) -> None:
    books = connect(sim, 1000)
    books.sync()
    queue.execute_due_runs()
    moved = str(Customer.objects.exclude(city=None).order_by("pk")[0].external_id)
    sim.control.change_contact(moved, fields={"billing_address": {"city": "Hasselt"}})
    books.sync()
    assert details.fetched_state(books.customer(moved), Resource.CUSTOMER, "zoho_books") == details.Fetched.BEFORE
    assert books.customer(moved).city not in (None, "Hasselt"), "until then the previous address is shown"
    queue.execute_due_runs()
    assert books.customer(moved).city == "Hasselt"
    assert runs()[2:] == [("customer", "completed", 1)]


def test_a_user_who_refreshes_a_record_gets_its_details_at_once(sim: ZohoBooksSimulator) -> None:
    books = connect(sim, 0)
    books.sync()
    one = sim.control.contact_ids()[0]
    books.sync(client_id=one)
    assert details.fetched_state(books.customer(one), Resource.CUSTOMER, "zoho_books") == details.Fetched.WHOLE


def test_details_run_beside_a_sync_and_are_queued_once(sim: ZohoBooksSimulator) -> None:
    books = connect(sim, 1000)
    books.sync()
    lease = {"lease_holder": "another:1:1", "lease_expires_at": timezone.now() + timedelta(hours=1)}
    Run.objects.filter(kind=RunKind.DETAILS, resource="customer").update(state=RunState.RUNNING, **lease)
    assert all(run.state == RunState.COMPLETED for run in books.sync(full=True).values())
    assert len(runs()) == 2


def test_fetched_details_of_customers_do_not_cause_reads_of_their_persons(sim: ZohoBooksSimulator) -> None:
    books = connect(sim, 1000)
    books.sync()
    books.a_day_goes_by()
    queue.execute_due_runs()
    assert Customer.objects.filter(updated_at__gt=timezone.now() - timedelta(hours=1)).count() == 30
    count = children.count_changed(
        Run.objects.create(connection=books.connection, resource=Resource.CONTACT_PERSON)
    )
    assert count is not None
    assert count <= 1, "the newest one may have changed in the same second"
