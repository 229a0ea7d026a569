"""Invoices of Zoho Books: those of a window of days, and unpaid ones of any age."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from counterfoil.connectors.page import ReadOutcome, Scope, Subset
from counterfoil.connectors.zoho_books.invoices import OWING
from tests.connectors.zoho_books.books import Books


def wanted(books: Books, days: int = 365) -> set[str]:
    """Those dated within the window, and the unpaid ones."""
    start = books.today - timedelta(days=days)
    return {one["invoice_id"] for one in everything(books) if dated(one) >= start or is_unpaid(one)}


def everything(books: Books) -> list[Any]:
    """All invoices as a list shows them."""
    return [books.sim.control.invoice(invoice_id) for invoice_id in books.sim.control.invoice_ids()]


def dated(invoice: Any) -> date:
    """Its date."""
    return date.fromisoformat(invoice["date"])


def is_unpaid(invoice: Any) -> bool:
    """Whether somebody still owes for it."""
    return invoice["status"] in OWING | {"viewed"}


@pytest.mark.parametrize("days", [30, 365, 2000])
def test_the_window_and_unpaid_invoices_of_any_age_are_listed(books: Books, days: int) -> None:
    made = Books.of(books.sim, window_days=days)
    found = made.listed(made.invoices)
    assert found.evidence.complete, found.evidence.reason
    assert found.ids == wanted(made, days)
    assert len(found.items) == len(found.ids)


def test_the_window_includes_paid_and_void_invoices(books: Books) -> None:
    found = books.listed(books.invoices)
    assert {"paid", "void", "draft", "overdue", "sent"} <= {
        books.sim.control.invoice(external_id)["status"] for external_id in found.ids
    }


def test_an_interrupted_listing_resumes_by_its_page_numbers(books: Books) -> None:
    whole = books.listed(books.invoices, size=100)
    assert whole.pages[-1].number >= 1_000_000
    for had in range(1, len(whole.pages)):
        found = books.listed(books.invoices, size=100, had=whole.pages[:had])
        assert found.evidence.complete, (had, found.evidence.reason)
        assert found.ids == whole.ids


def test_a_listing_resumed_with_another_window_proves_nothing(books: Books) -> None:
    whole = books.listed(books.invoices, size=100)
    tomorrow = books.today + timedelta(days=1)
    for had in (1, len(whole.pages) - 1):
        found = books.listed(books.invoices, size=100, had=whole.pages[:had], today=tomorrow)
        assert "different filters" in found.evidence.reason


def test_a_listing_without_its_second_part_proves_nothing(books: Books) -> None:
    from tests.support.upstream import evidence

    whole = books.listed(books.invoices)
    first = [page for page in whole.pages if page.number < 1_000_000]
    assert evidence(books.invoices, first).reason == "The listing did not reach its end."


def test_changed_invoices_of_any_date_are_listed(books: Books) -> None:
    """A window would hide that an old invoice was paid."""
    old = min((one for one in everything(books) if is_unpaid(one)), key=dated)["invoice_id"]
    assert dated(books.sim.control.invoice(old)) < books.today - timedelta(days=365)
    books.sim.control.clock_move(3600)
    books.sim.control.pay(old)
    since = datetime.fromisoformat(books.sim.control.now()) - timedelta(minutes=5)
    found = books.listed(books.invoices, since=since)
    assert found.ids == {old}
    assert found.record(old)["status"] == "paid"
    assert found.evidence.complete, found.evidence.reason


def test_listing_unpaid_invoices_shows_silent_balance_changes(books: Books) -> None:
    silent, due = [one["invoice_id"] for one in everything(books) if one["status"] == "sent"][:2]
    books.sim.control.set_balance(silent, "12.34")
    books.sim.control.clock_set(f"{books.sim.control.invoice(due)['due_date']}T12:00:00Z")
    books.sim.control.clock_move(2 * 86_400)
    since = datetime.fromisoformat(books.sim.control.now()) - timedelta(minutes=5)
    assert not {silent, due} & books.listed(books.invoices, since=since).ids, "no time has moved"
    found = books.listed(books.invoices, subset=Subset.UNPAID)
    assert found.evidence.complete, found.evidence.reason
    assert found.ids == {one["invoice_id"] for one in everything(books) if is_unpaid(one)}
    assert found.record(silent)["balance"] == 12.34
    assert found.record(due)["status"] == "overdue"


def test_an_ignored_time_filter_is_noticed(books: Books) -> None:
    books.sim.control.fault("ignore_last_modified_time", path="/invoices")
    since = datetime.fromisoformat(books.sim.control.now())
    page = books.listed(books.invoices, since=since).pages[0]
    assert min(item.modified for item in page.items if item.modified) < since
    assert page.fingerprint.startswith('["all"')


def test_the_scope_of_a_pass_is_what_its_filters_list(books: Books) -> None:
    from counterfoil.connectors.page import PageRequest

    today = date(2026, 11, 20)
    full = books.invoices.scope(PageRequest(0, 200, today=today))
    assert full == Scope(date(2025, 11, 20), OWING)
    assert books.invoices.scope(PageRequest(0, 200, subset=Subset.UNPAID, today=today)).statuses == OWING
    assert books.invoices.scope(PageRequest(0, 200)) == Scope()


def test_only_code_1002_means_that_an_invoice_is_gone(books: Books) -> None:
    gone, kept = books.sim.control.invoice_ids()[:2]
    books.sim.control.delete_invoice(gone)
    assert [read.answer for read in books.invoices.read([gone, kept])] == [ReadOutcome.GONE, ReadOutcome.FOUND]
