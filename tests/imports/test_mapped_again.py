"""An imported row that is mapped again is read by the columns of its import, not as the upstream's payload."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from counterfoil.mirror.models import Change, Invoice, RunKind
from counterfoil.runs import lifecycle, mapping_changes
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.worker import queue
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support import legacy
from tests.support.books import Books

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books() -> Iterator[Books]:
    with ZohoBooksSimulator(contacts=2, invoices=3, seed=5, rate=None) as simulator:
        yield Books.connect(simulator)


def test_law_2_mapping_again_leaves_imported_rows_as_they_are(books: Books, tmp_path: Path) -> None:
    books.sync()
    file = legacy.write(tmp_path / "old.csv", {"zohoInvoiceId": "460", "zohoCustomerId": "7", "sum": "5"})
    other = legacy.write(tmp_path / "other.csv", {"zohoInvoiceId": "461", "sum": "6"})
    legacy.bring(books.connection, file)
    legacy.bring(books.connection, other, total="sum")
    before = list(Invoice.objects.order_by("pk").values())
    assert [str(row["total"]).rstrip("0") for row in before[-2:]] == ["149.97", "6."]
    run = lifecycle.request_run(books.connection, RunKind.REMAP, RunOptions(), resource="invoice")
    execute_run(run)
    assert list(Invoice.objects.order_by("pk").values()) == before
    assert not Change.objects.exists()


def test_a_row_that_was_mapped_as_the_upstreams_gets_its_values_back(books: Books, tmp_path: Path) -> None:
    legacy.bring(books.connection, legacy.write(tmp_path / "old.csv", {"zohoInvoiceId": "460"}))
    Invoice.objects.update(number=None, status=None, total=None, extra={"customerName": "Acme Corp"})
    execute_run(lifecycle.request_run(books.connection, RunKind.REMAP, RunOptions(), resource="invoice"))
    found = Invoice.objects.get()
    assert (found.number, found.status, float(found.total or 0)) == ("OLD-1", "unpaid", 149.97)


def test_a_change_of_the_time_zone_moves_the_days_of_times_with_an_offset(books: Books, tmp_path: Path) -> None:
    mapping_changes.set_time_zone(books.connection, "Europe/Brussels")
    file = legacy.write(tmp_path / "old.csv", {"zohoInvoiceId": "460", "dueDate": "2025-03-30T23:30:00.000Z"})
    legacy.bring(books.connection, file)
    assert str(books.invoice("460").due_date) == "2025-03-31"
    mapping_changes.set_time_zone(books.connection, "America/New_York")
    queue.execute_due_runs()
    assert str(books.invoice("460").due_date) == "2025-03-30"
    assert mapping_changes.set_time_zone(books.connection, "America/New_York") is None
    assert legacy.verify(books.connection, file).proved
