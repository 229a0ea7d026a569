"""Zoho Books in the mirror: customers, persons and invoices, each with its own runs, linked to one another."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from counterfoil.connectors.page import Resource
from counterfoil.ingest import links
from counterfoil.mirror import best_contact, coverage
from counterfoil.mirror.models import (
    Change,
    ContactPerson,
    Customer,
    Invoice,
    Mirrored,
    RunKind,
    RunState,
    Source,
    State,
)
from counterfoil.mirror.store.base import ChangeSource
from counterfoil.runs import mapping_changes
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import approval, plan
from counterfoil.worker import queue
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon
from tests.support.mirrored import fingerprints

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sim() -> Iterator[ZohoBooksSimulator]:
    """Start two organisations, each with 40 customers, some vendors, 60 persons, 120 invoices of three years."""
    with at_noon(), ZohoBooksSimulator(organizations=2, contacts=40, seed=5, rate=None) as simulator:
        yield simulator


@pytest.fixture
def books(sim: ZohoBooksSimulator) -> Books:
    return Books.connect(sim)


def test_law_11_a_first_listing_counts_each_record_once(books: Books) -> None:
    runs = books.sync(page_size=25)
    for resource, model in (("customer", Customer), ("contact_person", ContactPerson), ("invoice", Invoice)):
        run, rows = runs[resource], model._default_manager.count()
        vendors = 2 if resource == "contact_person" else 0  # who are listed, and no customers
        assert (run.fetched - vendors, run.created, run.unchanged) == (rows, rows, 0), resource
    again = books.sync(full=True, page_size=25)["customer"]
    assert (again.fetched, again.unchanged) == (40, 40)


def ids(model: type[Mirrored], **where: object) -> set[str | None]:
    rows = model._default_manager.filter(**where)
    return {external_id for (external_id,) in rows.values_list("external_id")}


def all_rows() -> list[Any]:
    """Return all rows with all their columns."""
    return [list(model._default_manager.order_by("pk").values()) for model in (Customer, ContactPerson, Invoice)]


def test_one_sync_mirrors_customers_then_persons_then_invoices_with_their_counts(books: Books) -> None:
    runs = books.sync()
    assert list(runs) == ["customer", "contact_person", "invoice"]
    assert [run.pk for run in runs.values()] == sorted(run.pk for run in runs.values())
    assert all(run.state == RunState.COMPLETED for run in runs.values())
    for name, model in (("customer", Customer), ("contact_person", ContactPerson), ("invoice", Invoice)):
        assert runs[name].created == model._default_manager.count() > 0, name
    again = books.sync(full=True)
    assert all((run.created, run.updated) == (0, 0) for run in again.values())


def test_neither_vendors_nor_their_persons_are_mirrored(books: Books) -> None:
    books.sync()
    control = books.sim.control
    assert control.contact_ids("vendor")
    assert ids(Customer) == set(control.contact_ids("customer"))
    theirs = {p["contact_person_id"] for c in control.contact_ids("customer") for p in control.persons(c)}
    assert ids(ContactPerson) == theirs
    assert not ContactPerson.objects.filter(customer=None).exists()


def test_invoices_are_mirrored_when_customers_fail_and_linked_when_these_follow(books: Books) -> None:
    books.sim.control.fault("error", path="/contacts", status=400, code=2)
    runs = books.sync()
    assert runs["customer"].state == RunState.FAILED
    assert runs["invoice"].state == RunState.COMPLETED
    assert "invoices name customers that are not here" in runs["invoice"].note
    assert not Invoice.objects.exclude(customer=None).exists()

    books.sim.control.clear_faults()
    books.sync()
    linked = Invoice.objects.exclude(customer=None)
    assert linked.count() > 60
    assert all(invoice.customer_external_id == invoice.customer.external_id for invoice in linked)  # type: ignore[union-attr]


def test_a_correct_link_to_a_customer_is_not_rewritten(books: Books) -> None:
    books.sync()
    before = fingerprints("invoice")
    written = [str(external_id) for external_id in ids(Invoice)]
    source = ChangeSource(books.connection.pk, Resource.INVOICE, Source.RUN, 1, timezone.now())
    with transaction.atomic():
        links.link_customers(source, written, [Resource.CUSTOMER, Resource.INVOICE])
    assert fingerprints("invoice") == before


def test_an_invoice_of_an_unknown_customer_is_kept_without_a_link(books: Books) -> None:
    (stray,) = books.sim.control.add_invoice("900000000000000001")
    runs = books.sync()
    invoice = books.invoice(stray)
    assert invoice.customer is None
    assert invoice.customer_external_id == "900000000000000001"
    assert runs["invoice"].note


def test_unpaid_invoices_of_any_age_are_mirrored_and_paid_ones_within_the_window(
    books: Books,
) -> None:
    control = books.sim.control
    old = {"date": "2024-01-15", "due_date": "2024-02-15"}
    (owed,), (paid,) = (control.add_invoice(control.contact_ids()[0], fields=old) for _ in range(2))
    control.pay(paid)
    books.sync()
    assert owed in ids(Invoice)
    assert paid not in ids(Invoice)


def test_a_balance_that_changes_without_a_trace_is_found_in_the_unpaid_listing(books: Books) -> None:
    control = books.sim.control
    owed, settled = control.add_invoice(control.contact_ids()[0], 2, {"total": 100, "balance": 100})
    books.sync()
    control.set_balance(owed, 40)
    control.switch(balances_move_silently=True)
    control.pay(settled)
    books.sync()
    assert books.invoice(owed).balance == Decimal(40)
    assert (books.invoice(settled).status, books.invoice(settled).balance) == ("paid", Decimal(0))
    assert books.invoice(settled).state == State.PRESENT
    (change,) = Change.objects.filter(resource="invoice", record_id=books.invoice(owed).pk, field="balance")
    assert change.reference is not None


def test_a_sent_invoice_becomes_overdue_without_a_new_modified_time(books: Books) -> None:
    control = books.sim.control
    (due,) = control.add_invoice(control.contact_ids()[0], fields={"date": "2026-11-20", "due_date": "2026-11-25"})
    books.sync()
    assert books.invoice(due).status == "sent"
    control.clock_set("2026-11-27T12:00:00Z")
    books.sync()
    assert books.invoice(due).status == "overdue"


def test_a_paid_invoice_that_leaves_the_window_is_not_missing(books: Books) -> None:
    control = books.sim.control
    (old,) = control.add_invoice(control.contact_ids()[0], fields={"date": "2025-11-25", "due_date": "2025-12-25"})
    control.pay(old)
    books.sync()
    Invoice.objects.filter(external_id=old).update(date="2025-11-10")  # as if mirrored some weeks ago
    control.change_invoice(old, {"date": "2025-11-10"})
    runs = books.sync(full=True)
    assert runs["invoice"].state == RunState.COMPLETED
    assert books.invoice(old).state == State.PRESENT


def test_deleted_invoices_and_persons_become_tombstones_by_their_own_reads(
    books: Books,
) -> None:
    """Law 3, absent is not deleted."""
    books.sync()
    control = books.sim.control
    gone = control.invoice_ids("sent")[0]
    person = control.persons(ContactPerson.objects.exclude(is_primary=True)[0].customer_external_id or "")[-1]
    control.delete_invoice(gone)
    control.delete_person(person["contact_person_id"])
    books.sync(full=True)
    assert books.invoice(gone).state == State.TOMBSTONE
    assert ContactPerson.objects.get(external_id=person["contact_person_id"]).state == State.TOMBSTONE


def test_a_value_that_only_details_have_outlives_the_next_list_row(books: Books) -> None:
    control = books.sim.control
    books.sync()
    external_id = control.contact_ids()[0]
    control.change_contact([external_id], fields={"notes": "Rings twice", "billing_address": {"city": "Gent"}})
    books.sync(client_id=external_id)
    assert (books.customer(external_id).city, books.customer(external_id).extra["notes"]) == (
        "Gent",
        "Rings twice",
    )

    control.change_contact([external_id], fields={"website": "https://new.example"})
    books.sync()
    customer = books.customer(external_id)
    assert (customer.website, customer.city) == ("https://new.example", "Gent")
    assert customer.extra["notes"] == "Rings twice"
    assert not Change.objects.filter(
        resource="customer", record_id=customer.pk, field="city", after__isnull=True
    ).exists()


def test_persons_of_changed_customers_are_read_by_one_call_per_customer(books: Books) -> None:
    control = books.sim.control
    books.sync()
    books.a_day_goes_by()
    owner = str(ContactPerson.objects.all()[0].customer_external_id)
    first = control.persons(owner)[0]["contact_person_id"]
    control.change_person(first, {"mobile": "+32 475 12 34 56"})
    control.switch(all_persons_listed=False)
    runs = books.sync()
    assert (runs["contact_person"].kind, runs["contact_person"].api_calls) == (RunKind.INCREMENTAL, 1)
    assert ContactPerson.objects.get(external_id=first).mobile_e164 == "+32475123456"
    assert sum(run.api_calls for run in runs.values()) <= 5 + 1


def test_two_organisations_are_mirrored_side_by_side(books: Books, sim: ZohoBooksSimulator) -> None:
    other = Books.connect(sim, "others", sim.organization_ids[1])
    books.sync()
    other.sync()
    for model in (Customer, ContactPerson, Invoice):
        mine, theirs = (ids(model, connection=each.connection) for each in (books, other))
        assert mine
        assert theirs
        assert not mine & theirs
    assert (
        not Invoice.objects.exclude(customer=None)
        .exclude(customer__connection_id=other.connection.pk)
        .filter(connection=other.connection)
    )


def test_a_first_sync_takes_few_calls(sim: ZohoBooksSimulator) -> None:
    """An app that reads each invoice's detail needs one call for each."""
    books = Books.connect(sim)
    runs = books.sync()
    assert sum(run.api_calls for run in runs.values()) <= 5
    assert Invoice.objects.count() > 60


def test_a_change_of_country_maps_persons_again_without_a_call(books: Books) -> None:
    control = books.sim.control
    owner = control.contact_ids()[0]
    person = control.add_person(owner, {"first_name": "Ann", "mobile": "06 12345678"})
    books.sync()
    assert ContactPerson.objects.get(external_id=person).mobile_e164 is None
    control.reset_stats()
    mapping_changes.set_country(books.connection, "NL")
    queue.execute_due_runs()
    assert ContactPerson.objects.get(external_id=person).mobile_e164 == "+31612345678"
    assert not control.requests()


def test_persons_of_customers_that_failed_to_list_are_mirrored_with_them(books: Books) -> None:
    books.sim.control.fault("error", path="/contacts", status=400, code=2)
    assert books.sync()["contact_person"].state == RunState.COMPLETED
    assert not ContactPerson.objects.exists()
    books.sim.control.clear_faults()
    books.sync()
    control = books.sim.control
    theirs = {p["contact_person_id"] for c in control.contact_ids("customer") for p in control.persons(c)}
    assert ids(ContactPerson) == theirs
    assert not ContactPerson.objects.filter(customer=None).exists()


def test_a_dry_run_writes_nothing_of_any_resource(books: Books) -> None:
    books.sync()
    books.a_day_goes_by()
    control = books.sim.control
    owner = str(ContactPerson.objects.all()[0].customer_external_id)
    control.change_contact([owner], fields={"website": "https://new.example"})
    control.add_person(owner, {"first_name": "Ann"})
    control.add_invoice(owner)
    before = all_rows()
    runs = books.sync(dry_run=True)
    assert {run.state for run in runs.values()} == {RunState.COMPLETED}
    assert (runs["customer"].updated, runs["contact_person"].created, runs["invoice"].created) == (1, 1, 1)
    assert all_rows() == before


def test_an_empty_list_of_unpaid_invoices_changes_none_and_needs_approval(books: Books) -> None:
    """Law 3, absent is not deleted: `200 []` does not mean that all invoices are paid."""
    control = books.sim.control
    books.sync()
    owed = ids(Invoice, status__in=("sent", "overdue", "partially_paid"))
    control.add_invoice(control.contact_ids()[0])
    books.sync()
    control.fault("empty_list", path="/invoices")
    runs = books.sync()
    assert runs["unpaid"].state == RunState.NEEDS_APPROVAL
    assert runs["unpaid"].settled == runs["unpaid"].tombstoned == 0
    assert ids(Invoice, status__in=("sent", "overdue", "partially_paid")) >= owed

    control.clear_faults()
    approval.approve(runs["unpaid"])
    queue.execute_due_runs()
    runs["unpaid"].refresh_from_db()
    assert runs["unpaid"].state == RunState.COMPLETED
    assert not Invoice.objects.exclude(state=State.PRESENT).exists()


def test_the_listing_of_unpaid_invoices_alone_moves_no_watermark(books: Books) -> None:
    """It does not contain changes to paid invoices."""
    control = books.sim.control
    books.sync()
    mark = coverage.load(books.connection.pk, "invoice").watermark
    control.clock_move(3600)
    owed = control.invoice_ids("overdue")[0]
    control.change_invoice(owed, {"reference_number": "late"})
    run = execute_run(
        plan.start_run(books.connection, plan.PlannedRun(Resource.INVOICE, RunKind.UNPAID), RunOptions())
    ).run
    run.refresh_from_db()
    assert (run.state, books.invoice(owed).reference) == (RunState.COMPLETED, "late")
    assert coverage.load(books.connection.pk, "invoice").watermark == mark


def test_the_best_phone_number_is_the_primary_contacts(books: Books) -> None:
    control = books.sim.control
    owner = control.contact_ids()[0]
    for person in control.persons(owner):
        control.delete_person(person["contact_person_id"])
    zoe = control.add_person(owner, {"first_name": "Zoe", "mobile": "", "phone": "+32 3 234 56 78"})
    control.add_person(owner, {"first_name": "Ann", "mobile": "+32 475 12 34 56"})
    books.sync()
    assert ContactPerson.objects.get(is_primary=True, customer__external_id=owner).external_id == zoe
    found = best_contact.best_contacts(books.customer(owner)).phone
    assert found is not None
    assert (found.value, found.whose) == ("+3232345678", "Zoe, the primary contact")
