"""A mirror of Zoho Books, customers first: complete, cheap, and never blocked by its own doing."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import stamina
import time_machine
from django.utils import timezone

from counterfoil.errors import AllowanceSpent
from counterfoil.mirror import connections, syncing
from counterfoil.mirror.execution import execute
from counterfoil.mirror.models import Allowance, Connection, Customer, Run, RunKind, RunState
from counterfoil.mirror.runs import RunOptions
from counterfoil.simulator.zoho_books import ZohoBooksSimulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def without_waiting() -> None:
    """Repeats come at once; how often stays as it is."""
    stamina.set_testing(True, attempts=5, cap=True)


@pytest.fixture
def zoho() -> Iterator[ZohoBooksSimulator]:
    """500 customers: three pages."""
    with ZohoBooksSimulator(contacts=500, seed=3, rate=None) as simulator:
        yield simulator


@pytest.fixture
def books(transactional_db: None, zoho: ZohoBooksSimulator) -> Connection:
    """A connection that is quick, nothing mirrored yet."""
    draft = connections.Draft(
        "books",
        "zoho_books",
        {
            "accounts_url": zoho.accounts_url,
            "organization": zoho.organization_ids[0],
            "client_id": zoho.client_id,
            "rate": 1000,
            "daily_reserve": 0,
        },
        {"client_secret": zoho.client_secret, "refresh_token": zoho.refresh_token},
    )
    return connections.connect(draft)[0]


def sync(books: Connection, *, full: bool = False, client_id: str | None = None) -> Run:
    """Carry the run of the customers out here and now; its errors stay on the run."""
    books.refresh_from_db()
    options = RunOptions(client_id=client_id)
    (customers, *_) = syncing.parts(books, full=full, options=options)
    run = syncing.start(books, customers, options)
    execution = execute(run, person=run.kind == RunKind.SINGLE)
    execution.run.refresh_from_db()
    return execution.run


def present(books: Connection) -> set[str]:
    """The customers that are there."""
    rows = Customer.objects.filter(connection=books, state="present")
    return {row.external_id or "" for row in rows}


def test_every_customer_is_mirrored_and_no_vendor(books: Connection, zoho: ZohoBooksSimulator) -> None:
    zoho.control.deactivate(n=3)
    run = sync(books)
    assert (run.state, run.created, run.api_calls) == (RunState.COMPLETED, 500, 3)
    assert present(books) == set(zoho.control.contact_ids("customer"))
    assert Customer.objects.filter(is_active=False).count() >= 3


def test_a_changed_customer_is_updated_from_its_list_row_which_holds_no_persons(
    books: Connection, zoho: ZohoBooksSimulator
) -> None:
    sync(books)
    (changed,) = zoho.control.change_contact(n=1, rename=True)
    zoho.control.clock_move(600)
    run = sync(books)
    assert (run.kind, run.state, run.api_calls) == (RunKind.INCREMENTAL, RunState.COMPLETED, 1)
    assert Customer.objects.get(external_id=changed).name == zoho.control.contact(changed)["contact_name"]


def test_a_page_that_fails_moves_no_watermark_and_costs_only_itself(
    books: Connection, zoho: ZohoBooksSimulator
) -> None:
    zoho.control.fault("html_error", path="/contacts", page=2, status=502)
    failed = sync(books)
    assert (failed.state, failed.created) == (RunState.FAILED, 200)
    zoho.control.clear_faults()
    zoho.control.change_contact(n=20)
    zoho.control.reset_stats()
    again = sync(books)
    assert (again.pk, again.state) == (failed.pk, RunState.COMPLETED)
    assert zoho.control.stats()["requests"] == 2
    assert present(books) == set(zoho.control.contact_ids("customer"))


def test_deletes_and_merges_are_found_by_the_full_pass_and_confirmed_by_code_1002(
    books: Connection, zoho: ZohoBooksSimulator
) -> None:
    sync(books)
    survivor, victim, deleted, shy = zoho.control.contact_ids("customer")[:4]
    zoho.control.merge_contacts(survivor, victim)
    zoho.control.delete_contact([deleted, shy])
    zoho.control.fault("error", path=f"/contacts/{shy}", status=404, code=5)
    assert present(books) >= {victim, deleted}
    run = sync(books, full=True)
    assert (run.state, run.tombstoned) == (RunState.COMPLETED, 2)
    states = dict(Customer.objects.exclude(state="present").values_list("external_id", "state"))
    assert states == {victim: "tombstone", deleted: "tombstone", shy: "missing"}


def test_an_unchanged_full_pass_rewrites_nothing(books: Connection, zoho: ZohoBooksSimulator) -> None:
    sync(books)
    run = sync(books, full=True)
    assert (run.unchanged, run.updated, run.created) == (500, 0, 0)


def test_what_a_customer_owes_is_seen_by_the_full_pass_though_its_time_stays(
    books: Connection, zoho: ZohoBooksSimulator
) -> None:
    sync(books)
    invoice = zoho.control.invoice(zoho.control.invoice_ids("sent")[0])
    before = Customer.objects.get(external_id=invoice["customer_id"])
    zoho.control.pay(invoice["invoice_id"])
    assert sync(books, full=True).updated == 1
    after = Customer.objects.get(external_id=invoice["customer_id"])
    assert after.upstream_modified_at == before.upstream_modified_at
    assert after.extra["outstanding_receivable_amount"] < before.extra["outstanding_receivable_amount"]


def test_a_full_minute_parks_the_connection_until_the_upstream_lets_it_in_again(
    books: Connection, zoho: ZohoBooksSimulator
) -> None:
    zoho.control.fault("too_many_requests", path="/contacts", page=2, code=44, retry_after=1800, times=1)
    parked = sync(books)
    assert (parked.state, parked.created) == (RunState.PARKED, 200)
    assert parked.parked_until is not None
    assert timedelta(minutes=29) < parked.parked_until - timezone.now() <= timedelta(minutes=30)
    assert "too many requests in a minute" in parked.note
    allowance = Allowance.objects.get(connection=books)
    assert allowance.blocked_until == parked.parked_until
    zoho.control.reset_stats()
    assert sync(books).state == RunState.PARKED
    with pytest.raises(AllowanceSpent):
        connections.check(books)
    assert zoho.control.stats()["requests"] == 0, "nothing is sent during a block, not for a person either"
    with time_machine.travel(parked.parked_until + timedelta(seconds=1)):
        done = sync(books)
    assert (done.pk, done.state, done.created) == (parked.pk, RunState.COMPLETED, 500)


def test_a_spent_day_parks_the_run_until_the_organisations_midnight(
    books: Connection, zoho: ZohoBooksSimulator
) -> None:
    zoho.control.switch(daily_limit=1000)
    zoho.control.set_daily_remaining(1)
    run = sync(books)
    assert (run.state, run.created) == (RunState.PARKED, 200)
    allowance = Allowance.objects.get(connection=books)
    assert allowance.daily_remaining == 0
    assert run.parked_until == allowance.daily_reset_at
    assert zoho.control.stats()["refused"] == 0, "it is known from the headers; no 429 is needed"


def test_a_missing_scope_fails_the_run_in_words_after_one_more_token(
    books: Connection, zoho: ZohoBooksSimulator
) -> None:
    zoho.control.fault("unauthorized", path="/contacts")
    run = sync(books)
    assert run.state == RunState.FAILED
    assert "scope or revoked" in run.error
    assert zoho.control.stats()["tokens_issued"] == 2
    for _ in range(3):
        assert "scope or revoked" in sync(books).error
    assert zoho.control.stats()["tokens_issued"] == 2
    zoho.control.clear_faults()
    assert sync(books).state == RunState.COMPLETED


def test_a_vendor_is_not_mirrored_by_its_id_either(books: Connection, zoho: ZohoBooksSimulator) -> None:
    run = sync(books, client_id=zoho.control.contact_ids("vendor")[0])
    assert present(books) == set()
    assert run.created == 0
