"""A customer that an invoice names and that is not here is read by itself, and linked."""

from collections.abc import Iterator

import pytest

from counterfoil.mirror.models import Customer, RunState
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon


@pytest.fixture
def books(transactional_db: None) -> Iterator[Books]:
    with at_noon(), ZohoBooksSimulator(contacts=8, invoices=6, seed=5, rate=None) as simulator:
        yield Books.connect(simulator)


@pytest.mark.parametrize("full", [True, False], ids=["full", "changes only"])
def test_law_3_a_customer_that_only_an_invoice_names_is_read_by_itself(books: Books, *, full: bool) -> None:
    books.sync()
    (customer,) = books.sim.control.add_contact(fields={"contact_name": "Hidden NV"})
    (invoice,) = books.sim.control.add_invoice(customer)
    books.sim.control.fault("altered", path="/contacts", record=customer, fields={"contact_type": "vendor"})
    run = books.sync(full=full)["invoice"]
    assert (run.state, run.note) == (RunState.COMPLETED, "")
    assert books.customer(customer).name == "Hidden NV"
    assert books.invoice(invoice).customer == books.customer(customer)


def test_a_vendor_or_a_deleted_contact_that_an_invoice_names_makes_no_row(books: Books) -> None:
    vendor = books.sim.control.contact_ids("vendor")[0]
    books.sync()
    books.sim.control.add_invoice(vendor)
    books.sim.control.add_invoice("260000000009999999")
    before = Customer.objects.count()
    run = books.sync()["invoice"]
    assert (run.state, Customer.objects.count()) == (RunState.COMPLETED, before)
    assert run.note == "2 invoices name customers that are not here; they are linked when those are synced."
    books.sim.control.reset_stats()
    books.sync()
    reads = [one["path"] for one in books.sim.control.requests() if one["path"].startswith("/contacts/2")]
    assert reads == [], "a pass of changes reads only what its own invoices name"


def test_an_invoice_is_complete_although_its_customer_cannot_be_read(books: Books) -> None:
    books.sync()
    books.sim.control.add_invoice("260000000009999999")
    books.sim.control.fault("error", path="/contacts/2*", status=403, code=110001)
    runs = books.sync()
    assert {run.state for run in runs.values()} == {RunState.COMPLETED}
    assert "1 invoice names a customer that is not here" in runs["invoice"].note
