"""An imported invoice that no pass lists is read by itself, in the background, until its status is known."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from counterfoil.mirror.models import Change, Invoice, Proposal, Run, RunKind, RunState, State
from counterfoil.worker import queue
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support import legacy
from tests.support.books import Books
from tests.support.clock import at_noon

pytestmark = pytest.mark.django_db(transaction=True)
OLD = {"date": "2019-01-01", "due_date": "2019-01-31"}


@pytest.fixture
def books() -> Iterator[Books]:
    with at_noon(), ZohoBooksSimulator(contacts=8, invoices=6, seed=5, rate=None) as simulator:
        yield Books.connect(simulator)


def paid(books: Books, count: int = 1) -> list[str]:
    """Add old invoices that have been paid: no list holds them."""
    ids = books.sim.control.add_invoice(books.sim.control.contact_ids()[0], count, OLD)
    for invoice in ids:
        books.sim.control.pay(invoice)
        books.sim.control.change_invoice(invoice, {}, modified_at="2019-02-01T09:00:00Z")
    return ids


def bring(books: Books, tmp_path: Path, ids: list[str], **values: str) -> Run:
    return legacy.bring(
        books.connection, legacy.write(tmp_path / "old.csv", *({"zohoInvoiceId": one, **values} for one in ids))
    )


def single_reads(books: Books) -> list[str]:
    paths = [str(one["path"]) for one in books.sim.control.requests()]
    return [path.rpartition("/")[2] for path in paths if "/invoices/" in path]


@pytest.mark.parametrize(
    "dated", [{}, {"invoiceDate": "2019-01-01"}], ids=["without a date", "older than the window"]
)
@pytest.mark.parametrize("first", ["import", "sync"])
def test_an_invoice_that_was_paid_long_ago_becomes_paid_here(
    books: Books, tmp_path: Path, dated: dict[str, str], first: str
) -> None:
    (invoice,) = paid(books)
    if first == "sync":
        books.sync(full=True)
    bring(books, tmp_path, [invoice], **dated)
    assert books.sync(full=first == "import")["invoice"].state == RunState.COMPLETED
    assert books.invoice(invoice).status == "unpaid", "no pass reads it"
    queue.execute_due_runs()
    found = books.invoice(invoice)
    assert (found.status, str(found.date), found.balance == 0) == ("paid", OLD["date"], True)
    assert found.customer is not None
    assert Change.objects.get(record_id=found.pk, resource="invoice", field="status").before == "unpaid"
    books.sync(full=True)
    queue.execute_due_runs()
    assert single_reads(books) == [invoice], "once"


def test_law_7_the_reads_take_the_days_share_and_go_on_the_next_day(books: Books, tmp_path: Path) -> None:
    ids = paid(books, 5)
    books.connection.settings["detail_calls"] = 8 + 3
    books.connection.save()
    bring(books, tmp_path, ids)
    books.sync()
    queue.execute_due_runs()
    (run,) = Run.objects.filter(kind=RunKind.DETAILS, resource="invoice")
    assert (run.state, run.fetched) == (RunState.PARKED, 3)
    assert len(single_reads(books)) == 3


def test_law_3_an_invoice_that_does_not_exist_any_more_becomes_a_tombstone(books: Books, tmp_path: Path) -> None:
    (gone, other) = paid(books, 2)
    books.sim.control.delete_invoice(gone)
    bring(books, tmp_path, [gone, other])
    books.sync()
    queue.execute_due_runs()
    assert books.invoice(gone).state == State.TOMBSTONE
    assert books.invoice(other).state == State.PRESENT


def test_law_3_more_deleted_ones_than_the_guard_allows_ask_a_person(books: Books, tmp_path: Path) -> None:
    ids = paid(books, 60)
    for invoice in ids:
        books.sim.control.delete_invoice(invoice)
    bring(books, tmp_path, ids)
    books.sync()
    queue.execute_due_runs()
    waiting = Run.objects.get(kind=RunKind.DELETIONS)
    assert waiting.state == RunState.NEEDS_APPROVAL
    assert (
        Proposal.objects.filter(run=waiting).count() + Invoice.objects.filter(state=State.TOMBSTONE).count() == 60
    )


def test_what_a_pass_lists_or_the_file_says_is_over_costs_no_read(books: Books, tmp_path: Path) -> None:
    (owed,) = books.sim.control.add_invoice(books.sim.control.contact_ids()[0], 1, OLD)
    bring(books, tmp_path, [owed], invoiceNumber=books.sim.control.invoice(owed)["invoice_number"])
    legacy.bring(
        books.connection,
        legacy.write(tmp_path / "paid.csv", *({"zohoInvoiceId": one, "status": "Paid"} for one in paid(books, 3))),
    )
    books.sync()
    queue.execute_due_runs()
    assert single_reads(books) == []
    assert books.invoice(owed).status == "overdue"


@pytest.mark.parametrize("unpaid_only", [False, True])
def test_a_row_without_a_date_that_is_no_longer_listed_as_unpaid_is_read(
    books: Books, *, unpaid_only: bool
) -> None:
    (invoice,) = books.sim.control.add_invoice(books.sim.control.contact_ids()[0], 1, OLD)
    books.sync()
    Invoice.objects.filter(external_id=invoice).update(date=None)
    books.sim.control.switch(balances_move_silently=True)
    books.sim.control.pay(invoice)
    books.sync(full=not unpaid_only)
    assert books.invoice(invoice).status == "paid"


def test_an_import_waits_for_the_first_complete_pass(books: Books, tmp_path: Path) -> None:
    bring(books, tmp_path, paid(books))
    queue.execute_due_runs()
    books.sync(limit=2)
    queue.execute_due_runs()
    assert single_reads(books) == []
