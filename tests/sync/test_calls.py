"""What 1,000 customers, 1,500 contact persons and 3,000 invoices cost in calls, by the upstream's own count."""

from collections.abc import Iterator
from typing import Any

import pytest

from counterfoil.mirror.models import ContactPerson, Customer, Invoice, Run, RunState
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon
from tests.support.mirrored import fingerprints

ALL_OF_THEM = 1_100
"""Days: the invoices are of three years."""
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sim() -> Iterator[ZohoBooksSimulator]:
    """All persons are customers': there is no vendor."""
    with (
        at_noon(),
        ZohoBooksSimulator(
            contacts=1_000, persons=1_500, invoices=3_000, vendors=0, seed=7, rate=None
        ) as simulator,
    ):
        yield simulator


@pytest.fixture
def books(sim: ZohoBooksSimulator) -> Books:
    """A connection that takes in invoices of any age."""
    return Books.connect(sim, window_days=ALL_OF_THEM)


def told(books: Books, **how: Any) -> tuple[int, dict[str, Run]]:
    """A sync: the calls that the upstream counted, and the runs."""
    books.sim.control.reset_stats()
    runs = books.sync(**how)
    assert all(run.state == RunState.COMPLETED for run in runs.values())
    (asked,) = books.sim.control.stats()["by_organization"].values()
    return sum(asked.values()), runs


def rows() -> list[dict[int, Any]]:
    """Every record that is mirrored, as the database has it."""
    return [fingerprints(table) for table in ("customer", "contact_person", "invoice")]


def test_a_first_sync_takes_at_most_30_calls_and_its_runs_say_how_many(books: Books) -> None:
    calls, runs = told(books)
    assert [model._default_manager.count() for model in (Customer, ContactPerson, Invoice)] == [
        1_000,
        1_500,
        3_000,
    ]
    assert calls <= 30
    assert sum(run.api_calls for run in runs.values()) == calls
    assert {name: run.api_calls for name, run in runs.items()} == {
        "customer": 5, "contact_person": 8, "invoice": 16,
    }  # fmt: skip


def test_law_2_where_nothing_changed_no_row_is_rewritten_and_a_day_takes_at_most_5_calls(books: Books) -> None:
    books.sync()
    before = rows()
    assert told(books, full=True)[0] <= 30
    assert rows() == before
    calls, runs = told(books)
    assert calls == sum(run.api_calls for run in runs.values()) <= 5
    assert rows() == before


@pytest.mark.parametrize("changed", [6, 10])
def test_a_day_takes_at_most_5_calls_and_one_for_each_changed_customer(books: Books, changed: int) -> None:
    books.sync()
    control = books.sim.control
    owners = control.change_contact(n=changed, fields={"website": "https://www.moved.example"})
    added = {owner: control.add_person(owner, {"first_name": "Ann"}) for owner in owners}
    sent = control.invoice_ids("sent")
    for paid, moved in zip(sent[:5], sent[5:10], strict=True):
        control.pay(paid)
        control.set_balance(moved, 1)
    written = control.add_invoice(n=5)
    calls, runs = told(books)
    assert calls == sum(run.api_calls for run in runs.values()) <= 5 + changed
    assert (runs["customer"].updated, runs["contact_person"].created) == (changed, changed)
    assert ContactPerson.objects.filter(external_id__in=added.values()).count() == changed
    assert {books.invoice(one).status for one in sent[:5]} == {"paid"}
    assert {books.invoice(one).balance for one in sent[5:10]} == {1}
    assert Invoice.objects.filter(external_id__in=written).exclude(customer=None).count() == 5
