"""The contents card of a connection: what is here of each resource, how fresh, and its API calls."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from counterfoil.console.connections import contents
from counterfoil.mirror import coverage
from counterfoil.mirror.models import Connection, Coverage, Run
from tests.console import making
from tests.console.asking import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> Connection:
    """Make a connection with all three resources."""
    made = making.connection("books")
    made.connector = "zoho_books"
    made.save()
    return made


def test_rows_are_counted_by_resource_and_state(viewer: Client, books: Connection) -> None:
    customer = making.customer(books)
    making.contact_person(customer)
    making.contact_person(customer)
    making.invoice(customer)
    making.invoice(customer, state="missing")
    making.invoice(making.connection("other"))
    shown = page(viewer, f"/connections/{books.pk}/")
    for state, words in (("present", "in Zoho Books"), ("missing", "not found in the last full sync")):
        link = f'href="/invoices/?connection={books.pk}&amp;state={state}">1 {words}</a>'
        assert link in shown
    assert "<td>2 in Zoho Books</td>" in shown
    assert {entry.title: sum(count for _, _, count in entry.states) for entry in contents.contents_of(books)} == {
        "Customers": 1, "Contact persons": 2, "Invoices": 2,
    }  # fmt: skip


def test_syncs_and_watermarks_are_those_of_the_resource(viewer: Client, books: Connection) -> None:
    until = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    Coverage.objects.create(
        connection=books, resource="invoice", watermark=until, complete_pass_at=timezone.now() - timedelta(hours=3)
    )
    customers, persons, invoices = contents.contents_of(books)
    assert (customers.watermark, persons.complete_pass_at, invoices.watermark) == (None, None, until)
    shown = page(viewer, f"/connections/{books.pk}/")
    assert re.search(r'Last full sync"><time[^>]*>3 hours ago<', shown)
    assert shown.count('data-label="Last full sync">never<') == 2


def test_calls_of_thirty_days_are_listed_by_resource_and_kind(viewer: Client, books: Connection) -> None:
    for resource, kind, calls in (
        ("invoice", "full", 40), ("invoice", "unpaid", 3), ("invoice", "unpaid", 4), ("customer", "full", 0),
        ("contact_person", "incremental", 2),
    ):  # fmt: skip
        making.run(books, kind=kind, resource=resource, api_calls=calls)
    old = making.run(books, resource="invoice", api_calls=500)
    Run.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    customers, persons, invoices = contents.contents_of(books)
    assert (customers.calls, persons.calls) == ([], [("changes only", 2)])
    assert invoices.calls == [("full sync", 40), ("unpaid invoices", 7)]
    assert "full sync 40, unpaid invoices 7" in page(viewer, f"/connections/{books.pk}/")


def test_a_connection_lists_the_resources_of_its_connector_only() -> None:
    made = making.connection()
    assert [entry.title for entry in contents.contents_of(made)] == ["Customers", "Contact persons"]
    made.connector = "file"
    assert [entry.title for entry in contents.contents_of(made)] == ["Customers"]


def test_records_of_a_missing_connector_are_still_counted() -> None:
    lost = making.connection()
    lost.connector = "there is none"
    making.invoice(lost)
    assert [entry.title for entry in contents.contents_of(lost)] == ["Invoices"]


def test_a_resource_that_is_left_out_is_warned_of_on_the_connections_page(
    viewer: Client, books: Connection
) -> None:
    coverage.warn(books.pk, "invoice", "Invoices are not synced.")
    assert '<p class="cf-notice cf-warning">Invoices are not synced.</p>' in page(
        viewer, f"/connections/{books.pk}/"
    )
    coverage.save(books.pk, "invoice", watermark=None, complete_pass_at=None)
    assert "Invoices are not synced." not in page(viewer, f"/connections/{books.pk}/")
