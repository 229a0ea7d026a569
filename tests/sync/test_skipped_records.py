"""Records that a listing without totals skips because another one was deleted meanwhile."""

from collections.abc import Iterator

import pytest

from counterfoil.mirror.models import Customer, RunState, State
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books() -> Iterator[Books]:
    """Connect to an organisation with three pages of contacts, mirrored already."""
    with (
        at_noon(),
        ZohoBooksSimulator(
            contacts=25, persons=5, invoices=5, vendors=0, seed=5, rate=None, max_per_page=10
        ) as sim,
    ):
        books = Books.connect(sim, window_days=1_100)
        books.sync()
        yield books


def present() -> set[str | None]:
    return set(Customer.objects.filter(state=State.PRESENT).values_list("external_id", flat=True))


def test_law_3_a_contact_deleted_while_listing_hides_no_other_one(books: Books) -> None:
    control = books.sim.control
    control.fault("drift_delete", path="/contacts", page=1, times=1)
    run = books.sync(full=True)["customer"]
    assert (run.state, run.attempt) == (RunState.COMPLETED, 2)
    assert "exists but was not listed" in run.note
    assert present() == set(control.contact_ids())
    assert run.tombstoned == 1


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize("page", [1, 2, 3])
def test_law_1_a_contact_hidden_during_the_very_first_listing_is_found(page: int, count: int) -> None:
    """No row is missed, and no total differs: only the edges of the pages tell."""
    with (
        at_noon(),
        ZohoBooksSimulator(
            contacts=35, persons=5, invoices=1, vendors=0, seed=5, rate=None, max_per_page=10
        ) as sim,
    ):
        books = Books.connect(sim, window_days=1_100)
        sim.control.fault("drift_delete", path="/contacts", page=page, times=1, count=count)
        assert books.sync()["customer"].state == RunState.COMPLETED
        assert set(sim.control.contact_ids()) <= present()


def test_law_1_reads_are_later_than_a_listing_that_took_no_time(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests in quick succession share a ticket where there is no rate limit; what decides draws its own."""
    monkeypatch.setattr("counterfoil.connections.budget.FRESH_SECONDS", 60)
    control = books.sim.control
    control.fault("drift_delete", path="/contacts", page=1, times=1)
    books.sync(full=True)
    assert present() == set(control.contact_ids())


def test_law_1_a_new_contact_that_is_hidden_comes_with_the_next_changes(books: Books) -> None:
    """No row is missed that could tell. The watermark has not passed it, so it takes no call of its own."""
    control = books.sim.control
    control.delete_contact(control.contact_ids()[-5:])
    books.sync(full=True)
    control.clock_move(3600)
    hidden, *_ = control.add_contact(n=4)
    control.clock_move(3600)
    control.add_contact(n=1)
    doomed = control.contact_ids()[0]
    control.fault("drift_delete", path="/contacts", page=2, times=1, record=doomed)
    books.sync(full=True)
    control.reset_stats()
    books.sync()
    assert hidden in present()
    assert present() - {doomed} == set(control.contact_ids())


def test_a_quiet_full_pass_lists_once(books: Books) -> None:
    run = books.sync(full=True)["customer"]
    assert (run.attempt, run.api_calls) == (1, 3)
