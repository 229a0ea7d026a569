"""Fields that only single reads return are marked until they are fetched, and never shown as empty."""

import pytest
from django.test import Client

from counterfoil.mirror import details
from counterfoil.mirror.models import Allowance, Connection, RunKind, RunState
from tests.console import making
from tests.console.asking import page

pytestmark = [pytest.mark.django_db, pytest.mark.once]

NOT_YET = "not fetched yet"


@pytest.fixture
def books() -> Connection:
    """Make a connection whose lists lack some fields."""
    made = making.connection("books")
    made.connector = "zoho_books"
    made.save()
    return made


def test_an_address_that_was_not_fetched_is_not_shown_as_empty(viewer: Client, books: Connection) -> None:
    lacking = making.customer(books)
    shown = page(viewer, f"/customers/{lacking.pk}/")
    assert shown.count(f'<span class="cf-none">{NOT_YET}</span>') == 6, "the address and the VAT number"
    whole = making.customer(books, other_hashes={"detail": "ab"})
    assert NOT_YET not in page(viewer, f"/customers/{whole.pk}/")
    moved = making.customer(books, other_hashes={"detail": ""}, city="Gent")
    assert "fetched before the last change" in page(viewer, f"/customers/{moved.pk}/")


def test_a_connection_with_complete_lists_shows_no_details(viewer: Client) -> None:
    robaws = making.customer(making.connection())
    shown = page(viewer, f"/customers/{robaws.pk}/")
    assert NOT_YET not in shown
    assert "Details" not in shown


def test_a_connection_says_how_many_records_lack_their_details(viewer: Client, books: Connection) -> None:
    for hashes in ({}, {"detail": ""}, {"detail": "ab"}):
        making.customer(books, other_hashes=hashes)
    assert "details of 2 not fetched yet" in page(viewer, f"/connections/{books.pk}/")


def test_a_waiting_details_run_does_not_change_the_status(viewer: Client, books: Connection) -> None:
    making.run(books)
    note = "Today's 100 calls for details are used; 9 customers are left."
    waiting = making.run(books, RunState.PARKED, kind=RunKind.DETAILS, note=note)
    assert "Healthy" in page(viewer, f"/connections/{books.pk}/")
    shown = page(viewer, f"/runs/{waiting.pk}/")
    assert "Details of customers" in shown
    assert "9 customers are left" in shown


def test_operators_choose_the_calls_for_details(boss: Client, books: Connection) -> None:
    assert details.calls_a_day(books) == Allowance.objects.get(connection=books).daily_limit // 10  # type: ignore[operator]
    address = f"/connections/{books.pk}/"
    assert "API calls a day for details" in page(boss, address)
    inlines = {
        f"{name}-{what}": "0"
        for name in ("schedules", "policies", "role_overrides", "field_map")
        for what in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    said = {"country": "BE", "detail_calls": "25", **inlines}
    assert boss.post(address, said).status_code == 302
    books.refresh_from_db()
    assert details.calls_a_day(books) == 25
    other = making.connection("robaws")
    assert "API calls a day for details" not in page(boss, f"/connections/{other.pk}/")
