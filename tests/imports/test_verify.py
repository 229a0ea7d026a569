"""`--verify` is satisfied by an honest import, and names the lines and fields of any other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db.models import F

from counterfoil.mirror.models import Invoice
from counterfoil.runs import mapping_changes
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support import legacy
from tests.support.books import Books

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books() -> Iterator[Books]:
    with ZohoBooksSimulator(contacts=2, invoices=3, seed=5, rate=None) as simulator:
        yield Books.connect(simulator)


ODD = {
    "customerName": "  Acme\tCorp ",
    "dueDate": "2025-03-30T23:30:00-0800",
    "invoiceDate": "someday",
    "amountTotal": "1,100",
    "amountDue": "-0",
    "status": "",
    "remarks": "=1+1",
}
PLAIN = {"amountTotal": "100", "amountDue": "123456789012345.123456", "dueDate": "31/03/2025"}


def test_an_import_of_any_spelling_is_proved(books: Books, tmp_path: Path) -> None:
    mapping_changes.set_time_zone(books.connection, "Europe/Brussels")
    file = legacy.write(tmp_path / "a.csv", {"zohoInvoiceId": "1", **ODD}, {"zohoInvoiceId": "2", **PLAIN})
    run = legacy.bring(books.connection, file)
    assert (run.created, run.failed) == (2, 0)
    found = legacy.verify(books.connection, file)
    assert (found.proved, found.lines) == (True, [])


def test_the_same_values_in_another_spelling_are_proved_and_imported_again(books: Books, tmp_path: Path) -> None:
    first = legacy.write(tmp_path / "a.csv", {"zohoInvoiceId": "1", "amountTotal": "100", "dueDate": "2025-03-31"})
    legacy.bring(books.connection, first)
    other = {"zohoInvoiceId": "1", "amountTotal": "100.00", "dueDate": "31/03/2025 23:30"}
    again = legacy.write(tmp_path / "b.csv", {**other, "customerName": "Acme Corp "})
    run = legacy.bring(books.connection, again)
    assert (run.unchanged, run.failed) == (1, 0)
    assert legacy.verify(books.connection, again).proved


def test_every_line_is_named_with_what_is_wrong_with_it(books: Books, tmp_path: Path) -> None:
    lines = [{"zohoInvoiceId": str(number)} for number in range(1, 6)]
    file = legacy.write(
        tmp_path / "a.csv",
        *lines,
        {"zohoInvoiceId": "6", "amountDue": "abc"},
        {"zohoInvoiceId": "1", "status": "void"},
    )
    legacy.bring(books.connection, file)
    Invoice.objects.filter(external_id="2").delete()
    Invoice.objects.filter(external_id="3").update(balance=F("balance") + 1, due_date=None)
    Invoice.objects.filter(external_id="4").update(extra={"customerTimezone": "UTC"})
    found = legacy.verify(books.connection, file)
    assert (found.proved, found.lost, found.differing, found.rejected, found.contradicting) == (False, 1, 2, 1, 1)
    assert [(one.line, one.reason.split(" (")[0], sorted(one.fields)) for one in found.lines[:2]] == [
        (3, "its invoice is not in the database", []),
        (4, "another value here of due_date", ["balance", "due_date"]),
    ]
    assert (found.lines[2].line, "customerTimezone" in found.lines[2].fields) == (5, True)
    assert [(one.line, one.reason) for one in found.lines[3:]] == [
        (7, "has a balance in column “amountDue” that is not an amount"),
        (8, "repeats the invoice of line 2 with different content"),
    ]


def test_an_invoice_that_was_synced_since_may_differ(books: Books, tmp_path: Path) -> None:
    theirs = books.sim.control.invoice(books.sim.control.invoice_ids()[0])
    row = {"zohoInvoiceId": theirs["invoice_id"], "invoiceNumber": theirs["invoice_number"], "amountDue": "0.01"}
    file = legacy.write(tmp_path / "a.csv", row)
    legacy.bring(books.connection, file)
    books.sync()
    found = legacy.verify(books.connection, file)
    assert (found.proved, found.parts[1].here) == (True, 1)


def test_a_file_is_compared_by_the_columns_of_its_import(books: Books, tmp_path: Path) -> None:
    file = legacy.write(tmp_path / "a.csv", {"zohoInvoiceId": "1", "sum": "5", "open": "2"})
    legacy.bring(books.connection, file, total="sum", balance="open")
    assert legacy.verify(books.connection, file).proved
    assert [one.fields for one in legacy.verify(books.connection, file, total="amountTotal").lines] != []
