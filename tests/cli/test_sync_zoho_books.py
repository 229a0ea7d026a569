"""`counterfoil sync` of Zoho Books: customers complete with few calls, within the upstream's limits."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.install import Install

pytestmark = pytest.mark.once


@pytest.fixture
def sim() -> Iterator[ZohoBooksSimulator]:
    """Start 500 customers, which are three pages, and few invoices."""
    with ZohoBooksSimulator(contacts=500, invoices=60, persons=60, seed=3, rate=None) as simulator:
        yield simulator


@pytest.fixture
def books(install: Install, sim: ZohoBooksSimulator) -> Install:
    """Set up an install with a fast connection to the simulator."""
    done = install.run(
        "connect", "zoho-books", "--name", "books", "--accounts-url", sim.accounts_url, "--client-id",
        sim.client_id, "--client-secret", sim.client_secret, "--refresh-token", sim.refresh_token,
        "--organization", sim.organization_ids[0], "--rate", "1000", "--daily-reserve", "0",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    sim.control.reset_stats()
    return install


def stopped(install: Install) -> str:
    """Run a sync that does not complete. Returns what it prints."""
    done = install.run("sync", "books")
    assert done.returncode != 0
    return done.stdout + done.stderr


def names(install: Install, state: str = "present") -> dict[str, str]:
    """Return the customers' names by id."""
    found = install.sql(f"SELECT external_id, name FROM counterfoil_customer WHERE state = '{state}'")
    return {str(external_id): str(name) for external_id, name in found}


def theirs(sim: ZohoBooksSimulator) -> dict[str, str]:
    """Return the same from the upstream."""
    return {one: sim.control.contact(one)["contact_name"].strip() for one in sim.control.contact_ids("customer")}


def moment(stored: object) -> datetime:
    """Return a time in the database's own form: SQLite has text in UTC."""
    found = datetime.fromisoformat(str(stored))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def pages(sim: ZohoBooksSimulator) -> list[int]:
    """List the requested pages of customers."""
    asked = [request for request in sim.control.requests() if request["path"] == "/books/v3/contacts"]
    return [int(request["query"]["page"]) for request in asked]


def test_all_customers_and_no_vendors_are_mirrored_and_then_not_rewritten(
    books: Install, sim: ZohoBooksSimulator
) -> None:
    inactive = sim.control.deactivate(n=3)
    assert books.run("sync", "books").returncode == 0
    assert names(books) == theirs(sim)
    assert pages(sim) == [1, 2, 3]
    off = {row[0] for row in books.sql("SELECT external_id FROM counterfoil_customer WHERE NOT is_active")}
    assert set(inactive) <= off
    before = books.sql("SELECT id, version, updated_at FROM counterfoil_customer ORDER BY id")
    assert books.run("sync", "books", "--full").returncode == 0
    assert books.sql("SELECT id, version, updated_at FROM counterfoil_customer ORDER BY id") == before


def test_a_sync_prints_how_many_calls_it_took_and_for_what(books: Install, sim: ZohoBooksSimulator) -> None:
    printed = books.run("sync", "books").stdout
    asked = sum(sim.control.stats()["by_organization"][sim.organization_ids[0]].values())
    calls = "3 for customers, 1 for contact persons, 3 for invoices"  # one reads a customer that only they name
    assert printed.endswith(f"API calls: {asked} ({calls})\n")
    sim.control.reset_stats()
    result = books.json("sync", "books", "--json")
    assert result["api_calls"] == sum(sim.control.stats()["by_organization"][sim.organization_ids[0]].values())
    assert [(run["resource"], run["kind"], run["api_calls"]) for run in result["runs"]] == [
        ("customer", "incremental", 1),
        ("contact_person", "incremental", 0),
        ("invoice", "incremental", 1),
        ("invoice", "unpaid", 1),
    ]
    assert "1 for unpaid invoices)" in books.run("sync", "books").stdout


def test_a_changed_customer_is_updated_by_one_call_from_a_list_row_without_persons(
    books: Install, sim: ZohoBooksSimulator
) -> None:
    books.run("sync", "books")
    (changed,) = sim.control.change_contact(n=1, rename=True)
    assert (
        "contact_persons"
        not in books.sql(f"SELECT raw FROM counterfoil_customer WHERE external_id = '{changed}'")[0][0]
    )
    sim.control.reset_stats()
    assert books.run("sync", "books").returncode == 0
    assert pages(sim) == [1]
    assert names(books)[changed] == theirs(sim)[changed]


def test_a_page_that_fails_loses_no_change(books: Install, sim: ZohoBooksSimulator) -> None:
    """The watermark only moves after a complete pass."""
    sim.control.fault("error", path="/contacts", page=2, status=400, code=4)
    assert "rejected the request (status 400, code 4" in stopped(books)
    assert len(names(books)) == 200
    sim.control.change_contact(sorted(names(books))[:5], rename=True)
    sim.control.clear_faults()
    assert books.run("sync", "books").returncode == 0
    assert names(books) == theirs(sim)


def test_deletes_and_merges_are_found_by_the_full_pass_and_confirmed_by_code_1002(
    books: Install, sim: ZohoBooksSimulator
) -> None:
    books.run("sync", "books")
    survivor, victim, deleted, unsure = sim.control.contact_ids("customer")[:4]
    sim.control.merge_contacts(survivor, victim)
    sim.control.delete_contact([deleted, unsure])
    sim.control.fault("error", path=f"/contacts/{unsure}", status=404, code=5)
    assert books.run("sync", "books", "--full").returncode == 0
    assert set(names(books, "tombstone")) == {victim, deleted}
    assert set(names(books, "missing")) == {unsure}
    assert names(books) == theirs(sim)


def test_a_full_minute_parks_the_connection_until_the_upstream_lets_it_in_again(
    books: Install, sim: ZohoBooksSimulator
) -> None:
    sim.control.fault("too_many_requests", path="/contacts", page=2, code=44, retry_after=1800)
    assert "too many requests in a minute (code 44)" in stopped(books)
    ((until,),) = books.sql("SELECT blocked_until FROM counterfoil_allowance")
    left = moment(until) - datetime.now(UTC)
    assert timedelta(minutes=25) < left <= timedelta(minutes=30)
    assert len(names(books)) == 200
    assert pages(sim) == [1, 2]
    sim.control.clear_faults()
    sim.control.reset_stats()
    assert "code 44" in stopped(books)
    assert sim.control.stats()["requests"] == 0, "nothing is sent during a block"
    books.sql("UPDATE counterfoil_allowance SET blocked_until = NULL, paused_until = NULL")
    assert books.run("sync", "books").returncode == 0
    assert pages(sim) == [2, 3], "only what was not had"
    assert names(books) == theirs(sim)


def test_a_spent_day_parks_the_sync_without_a_429(books: Install, sim: ZohoBooksSimulator) -> None:
    sim.control.switch(daily_limit=1000)
    sim.control.set_daily_remaining(1)
    assert "today's calls are used up" in stopped(books)
    assert len(names(books)) == 200
    assert books.sql("SELECT daily_remaining, incidents FROM counterfoil_allowance") == [(0, 0)]
    assert sim.control.stats()["refused"] == 0, "the headers tell"


def test_a_missing_scope_costs_one_token_and_is_reported(books: Install, sim: ZohoBooksSimulator) -> None:
    sim.control.fault("unauthorized", path="/contacts")
    for _ in range(2):
        assert "lacks a scope or was revoked" in stopped(books)
        assert sim.control.stats()["tokens_issued"] == 2, "the one of the check, and one in its place"


def test_import_problems_are_listed_with_the_kind_of_record(books: Install, sim: ZohoBooksSimulator) -> None:
    for path in ("/contacts", "/contacts/contactpersons", "/invoices"):
        sim.control.fault("garbage", path=path, page=1, shape="no_id", times=1)
    assert books.run("sync", "books").returncode == 1
    listed = books.json("import-problems", "list", "--json")
    assert {entry["resource"] for entry in listed} == {"customer", "contact_person", "invoice"}
    lines = [line.split("  ") for line in books.run("import-problems", "list").stdout.splitlines()[1:]]
    kinds = {next(filter(None, cells[1:])).strip() for cells in lines}
    assert kinds == {"customer", "contact person", "invoice"}


def test_a_vendor_is_not_mirrored_by_its_id_either(books: Install, sim: ZohoBooksSimulator) -> None:
    done = books.run("sync", "books", "--client-id", sim.control.contact_ids("vendor")[0])
    assert "vendor" in done.stdout + done.stderr
    assert names(books) == {}


def test_details_that_lists_leave_out_are_announced_for_later(books: Install) -> None:
    done = books.run("sync", "books")
    assert "A worker fetches details that lists leave out (addresses, notes) in the background" in done.stderr
    one = str(books.sql("SELECT external_id FROM counterfoil_customer LIMIT 1")[0][0])
    assert "not fetched yet" in books.run("customers", "show", "books", one).stdout
    assert books.json("customers", "show", "books", one, "--json")["details"] == "never"
    assert books.run("sync", "books", "--client-id", one).returncode == 0
    assert books.json("customers", "show", "books", one, "--json")["details"] == "whole"
