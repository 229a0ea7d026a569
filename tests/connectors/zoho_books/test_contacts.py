"""Customers of Zoho Books: all of them and no others, by one call per page."""

from datetime import UTC, datetime, timedelta

import pytest

from counterfoil.connectors.page import ReadOutcome
from tests.connectors.zoho_books.books import Books


def test_active_and_inactive_customers_are_listed_and_no_vendors(books: Books) -> None:
    inactive = books.sim.control.deactivate(n=7)
    found = books.listed(books.contacts)
    assert found.evidence.complete, found.evidence.reason
    assert found.ids == set(books.sim.control.contact_ids("customer"))
    assert set(inactive) <= found.ids
    assert len(found.pages) == books.notes.drawn == 3


def test_every_request_names_organisation_filter_and_a_stable_order(books: Books) -> None:
    books.listed(books.contacts)
    usual = {
        "organization_id": books.sim.organization_ids[0],
        "contact_type": "customer",
        "filter_by": "Status.All",
        "sort_column": "created_time",
        "sort_order": "A",
        "per_page": "200",
    }
    asked = [request["query"] for request in books.asked("/contacts")]
    assert asked == [{**usual, "page": str(page)} for page in (1, 2, 3)]


def test_a_vendor_read_by_its_id_is_no_listed_customer(books: Books) -> None:
    vendor = books.sim.control.contact_ids("vendor")[0]
    (read,) = books.contacts.read([vendor])
    assert read.answer == ReadOutcome.UNLISTED
    assert "vendor" in read.reason


def test_the_time_filter_has_the_format_that_zoho_accepts(books: Books) -> None:
    books.sim.control.clock_move(3600)
    changed = books.sim.control.change_contact(n=5)
    since = datetime.fromisoformat(books.sim.control.now()) - timedelta(minutes=5)
    found = books.listed(books.contacts, since=since)
    assert found.ids == set(changed)
    assert found.evidence.complete, found.evidence.reason
    (request,) = books.asked("/contacts")
    assert request["query"]["last_modified_time"] == since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def test_the_time_filter_is_inclusive(books: Books) -> None:
    (changed,) = books.sim.control.change_contact(n=1, modified_at="2026-11-21T09:00:00Z")
    found = books.listed(books.contacts, since=datetime(2026, 11, 21, 9, 0, 0, 900_000, tzinfo=UTC))
    assert found.ids == {changed}


def test_an_ignored_time_filter_is_noticed_and_the_listing_is_full(books: Books) -> None:
    """Whoever asked sees rows older than the moment; the page counts as one of the whole list."""
    books.sim.control.switch(contacts_ignore_last_modified_time=True)
    since = datetime(2026, 11, 20, tzinfo=UTC)
    first = books.listed(books.contacts, since=since).pages[0]
    assert min(item.modified for item in first.items if item.modified) < since
    on = books.listed(books.contacts, had=[first])
    assert on.evidence.complete, on.evidence.reason
    assert on.ids == set(books.sim.control.contact_ids("customer"))


def test_filtered_and_unfiltered_pages_together_prove_nothing(books: Books) -> None:
    books.sim.control.clock_move(3600)
    books.sim.control.change_contact(n=300)
    since = datetime.fromisoformat(books.sim.control.now()) - timedelta(minutes=5)
    first = books.listed(books.contacts, since=since).pages[0]
    found = books.listed(books.contacts, had=[first])
    assert not found.evidence.complete
    assert "different filters" in found.evidence.reason


def test_modified_times_are_read_with_any_offset(books: Books) -> None:
    books.sim.control.change_contact(n=2, modified_at="2026-07-01T10:00:00Z")
    found = books.listed(books.contacts)
    moments = [item.modified for item in found.items]
    assert moments.count(datetime(2026, 7, 1, 10, tzinfo=UTC)) == 2


@pytest.mark.parametrize(
    ("fault", "page", "reason"),
    [
        ("duplicate_rows", 2, "listed twice"),
        ("empty_page", 2, "was empty"),
        ("cut_short", 1, ""),
        ("drift_insert", 1, ""),
    ],
)
def test_only_a_listing_without_gaps_is_complete(books: Books, fault: str, page: int, reason: str) -> None:
    books.sim.control.fault(fault, path="/contacts", page=page, times=1)
    found = books.listed(books.contacts)
    if reason:
        assert not found.evidence.complete
        assert reason in found.evidence.reason
    else:
        assert found.evidence.complete, "nothing in the answers tells; a single read confirms before a row goes"


def test_an_unconfirmed_filter_is_no_evidence(books: Books) -> None:
    books.sim.control.switch(filter_by="ignored", default_filter="Status.Active")
    found = books.listed(books.contacts)
    assert not found.evidence.complete
    assert "does not confirm that it used the requested filter" in found.evidence.reason


def test_an_entry_without_identity_is_collected_and_counted(books: Books) -> None:
    books.sim.control.fault("garbage", path="/contacts", page=2, position=3, shape="no_id")
    found = books.listed(books.contacts)
    assert [bad.reason for page in found.pages for bad in page.bad] == ["This entry has no id."]
    assert len(found.items) == 449
    assert found.evidence.complete, found.evidence.reason


def test_only_code_1002_means_that_a_contact_is_gone(books: Books) -> None:
    gone, kept = books.sim.control.contact_ids("customer")[:2]
    books.sim.control.delete_contact(gone)
    for status in (404, 200):
        books.sim.control.switch(not_found_status=status)
        assert [read.answer for read in books.contacts.read([gone, kept])] == [ReadOutcome.GONE, ReadOutcome.FOUND]
    for fault in ("error", "html_error"):
        books.sim.control.fault(fault, path=f"/contacts/{kept}", times=1, status=404, code=5)
        (read,) = books.contacts.read([kept])
        assert read.answer == ReadOutcome.UNCLEAR, fault


def test_a_merged_contact_is_gone_from_lists_and_single_reads(books: Books) -> None:
    survivor, victim = books.sim.control.contact_ids("customer")[:2]
    books.sim.control.merge_contacts(survivor, victim)
    assert victim not in books.listed(books.contacts).ids
    assert [read.answer for read in books.contacts.read([victim])] == [ReadOutcome.GONE]
