"""Zoho Books' lists in the forms that its documents, recordings and users show: all are read to their end."""

from collections.abc import Iterator

import pytest

from counterfoil.mirror.models import ContactPerson, Customer, Invoice, RunState
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books() -> Iterator[Books]:
    """Connect to a small organisation, whose pages hold 10 rows."""
    with (
        at_noon(),
        ZohoBooksSimulator(
            contacts=25, persons=15, invoices=15, vendors=2, seed=5, rate=None, max_per_page=10
        ) as sim,
    ):
        yield Books.connect(sim, window_days=1_100)


@pytest.mark.parametrize("form", ["object", "list", "texts", "bare"])
def test_law_3_a_page_context_is_understood_in_every_form(books: Books, form: str) -> None:
    control = books.sim.control
    control.switch(page_context=form)
    runs = books.sync()
    assert {(run.state, run.attempt) for run in runs.values()} == {(RunState.COMPLETED, 1)}
    assert Customer.objects.count() == len(control.contact_ids())
    gone = control.contact_ids()[3]
    control.delete_contact(gone)
    assert books.sync(full=True)["customer"].tombstoned == 1
    assert {run.state for run in books.sync().values()} == {RunState.COMPLETED}


@pytest.mark.parametrize("path", ["/contacts", "/contacts/contactpersons", "/invoices"])
def test_law_3_empty_pages_that_promise_more_end_the_listing(books: Books, path: str) -> None:
    books.sim.control.fault("endless", path=path)
    runs = books.sync()
    assert {run.state for run in runs.values()} == {RunState.COMPLETED}
    assert Customer.objects.count() == len(books.sim.control.contact_ids())
    assert ContactPerson.objects.exists()
    assert Invoice.objects.exists()
