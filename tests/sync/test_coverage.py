"""The date from which a complete pass covered all records; it proves nothing about rows before it."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.utils import timezone

from counterfoil.connectors.page import Resource
from counterfoil.mirror import coverage, freshness
from counterfoil.mirror.models import RunKind, RunState
from counterfoil.sync import approval
from counterfoil.worker import queue
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books

WINDOW = 90
"""Days."""


@pytest.fixture
def sim() -> Iterator[ZohoBooksSimulator]:
    """Start a simulator whose data end today, where windows begin."""
    today = timezone.localdate().isoformat()
    with ZohoBooksSimulator(contacts=30, seed=5, today=today, rate=None) as simulator:
        yield simulator


@pytest.fixture
def books(sim: ZohoBooksSimulator, transactional_db: None) -> Books:
    """Connect, and sync once."""
    made = Books.connect(sim, window_days=WINDOW)
    made.sync()
    return made


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days)


def dated_from(books: Books, resource: str = "invoice") -> date | None:
    return coverage.load(books.connection.pk, resource).dated_from


def set_window(books: Books, days: int) -> None:
    books.connection.settings["window_days"] = days
    books.connection.save()


def unpaid(books: Books, days: int) -> str:
    """Add an unpaid invoice sent `days` days ago; it is listed at any age."""
    control, then = books.sim.control, ago(days).isoformat()
    (added,) = control.add_invoice(control.contact_ids()[0], fields={"date": then, "due_date": then})
    return added


def seen_again(books: Books, external_id: str) -> bool:
    """Return whether the last complete pass, or a later read, saw the row again."""
    began = coverage.load(books.connection.pk, "invoice").complete_pass_at
    assert began is not None
    synced = freshness.last_synced(books.invoice(external_id), Resource.INVOICE)
    return synced is not None and synced >= began


def test_the_start_of_the_window_of_a_complete_pass_is_saved(books: Books) -> None:
    assert dated_from(books) == ago(WINDOW)
    assert [dated_from(books, resource) for resource in ("customer", "contact_person")] == [None, None]
    set_window(books, 30)
    assert books.sync()["invoice"].kind == RunKind.INCREMENTAL
    assert dated_from(books) == ago(WINDOW), "a listing of changes does not cover the window"
    books.sync(full=True)
    assert dated_from(books) == ago(30)


def test_a_limited_or_dry_run_moves_no_window(books: Books) -> None:
    set_window(books, 30)
    books.sync(full=True, limit=5)
    books.sync(full=True, dry_run=True)
    assert dated_from(books) == ago(WINDOW)


def test_an_approved_pass_covers_the_window_that_it_listed(books: Books) -> None:
    set_window(books, 60)
    books.sim.control.fault("empty_list", path="/invoices", page=1, times=1)
    run = books.sync(full=True)["invoice"]
    assert (run.state, dated_from(books)) == (RunState.NEEDS_APPROVAL, ago(WINDOW))
    approval.approve(run)
    queue.execute_due_runs()
    assert dated_from(books) == ago(60)


def test_last_synced_follows_the_window_of_the_pass_not_the_current_setting(books: Books) -> None:
    new, old = unpaid(books, 1), unpaid(books, WINDOW + 1)
    books.sync()
    books.a_day_goes_by()
    books.sync(full=True)
    assert (seen_again(books, new), seen_again(books, old)) == (True, False)
    set_window(books, WINDOW + 30)
    assert not seen_again(books, old), "no pass has covered it yet"
    books.sync(full=True)
    assert seen_again(books, old)
