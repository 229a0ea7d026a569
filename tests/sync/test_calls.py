"""The calls for 1,000 customers, 1,500 contact persons and 3,000 invoices, counted by the upstream."""

from collections.abc import Iterator
from typing import Any

import pytest

from counterfoil.mirror.models import ContactPerson, Customer, Invoice, Run, RunState
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon
from tests.support.mirrored import fingerprints

ALL_INVOICES = 1_100
"""Days: the invoices are of three years."""
NAMED_ONLY = 10
"""Customers that only invoices name, since they were deleted: the first sync reads each of them once."""
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sim() -> Iterator[ZohoBooksSimulator]:
    """Start a simulator without vendors, so that all persons belong to customers."""
    with (
        at_noon(),
        ZohoBooksSimulator(
            contacts=1_000, persons=1_500, invoices=3_000, vendors=0, seed=7, rate=None
        ) as simulator,
    ):
        yield simulator


@pytest.fixture
def books(sim: ZohoBooksSimulator) -> Books:
    """Connect, with invoices of any age."""
    return Books.connect(sim, window_days=ALL_INVOICES)


def counted_sync(books: Books, **options: Any) -> tuple[int, dict[str, Run]]:
    """Sync; return the calls that the upstream counted, and the runs."""
    books.sim.control.reset_stats()
    runs = books.sync(**options)
    assert all(run.state == RunState.COMPLETED for run in runs.values())
    (calls,) = books.sim.control.stats()["by_organization"].values()
    return sum(calls.values()), runs


def rows() -> list[dict[int, Any]]:
    """Return every mirrored record as stored."""
    return [fingerprints(table) for table in ("customer", "contact_person", "invoice")]


def test_a_first_sync_takes_at_most_30_calls_and_its_runs_report_how_many(books: Books) -> None:
    calls, runs = counted_sync(books)
    assert [model._default_manager.count() for model in (Customer, ContactPerson, Invoice)] == [
        1_000,
        1_500,
        3_000,
    ]
    assert calls <= 30 + NAMED_ONLY
    assert sum(run.api_calls for run in runs.values()) == calls
    assert {name: run.api_calls for name, run in runs.items()} == {
        "customer": 6, "contact_person": 8, "invoice": 16 + NAMED_ONLY,
    }  # fmt: skip


def test_law_2_an_unchanged_day_rewrites_no_row_and_takes_at_most_5_calls(books: Books) -> None:
    books.sync()
    before = rows()
    assert counted_sync(books, full=True)[0] <= 30
    assert rows() == before
    calls, runs = counted_sync(books)
    assert calls == sum(run.api_calls for run in runs.values()) <= 5
    assert rows() == before


@pytest.mark.parametrize("changed", [6, 10])
def test_a_day_takes_at_most_5_calls_plus_one_per_changed_customer(books: Books, changed: int) -> None:
    books.sync()
    control = books.sim.control
    owners = control.change_contact(n=changed, fields={"website": "https://www.moved.example"})
    added = {owner: control.add_person(owner, {"first_name": "Ann"}) for owner in owners}
    sent = control.invoice_ids("sent")
    for paid, moved in zip(sent[:5], sent[5:10], strict=True):
        control.pay(paid)
        control.set_balance(moved, 1)
    written = control.add_invoice(n=5)
    calls, runs = counted_sync(books)
    assert calls == sum(run.api_calls for run in runs.values()) <= 5 + changed
    assert (runs["customer"].updated, runs["contact_person"].created) == (changed, changed)
    assert ContactPerson.objects.filter(external_id__in=added.values()).count() == changed
    assert {books.invoice(one).status for one in sent[:5]} == {"paid"}
    assert {books.invoice(one).balance for one in sent[5:10]} == {1}
    assert Invoice.objects.filter(external_id__in=written).exclude(customer=None).count() == 5
