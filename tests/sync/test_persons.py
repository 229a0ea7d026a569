"""Contact persons of Robaws: a separate listing, linked to customers, deleted only after a single read."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from counterfoil.connectors.page import Resource
from counterfoil.mirror import best_contact, coverage
from counterfoil.mirror.models import (
    Change,
    ContactPerson,
    Coverage,
    Customer,
    QuarantinedRecord,
    Run,
    RunKind,
    RunState,
    State,
)
from counterfoil.runs import mapping_changes
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import approval, plan
from counterfoil.worker import queue
from counterfoil.worker.handlers import execute_run
from tests.support.mirrored import Mirrored, fingerprints

pytestmark = pytest.mark.django_db(transaction=True)

PERSONS = "contact_person"


@pytest.fixture
def persons(mirror: Mirrored) -> Mirrored:
    """Mirror everything an hour ago; the upstream's clock has moved on since."""
    assert {run.state for run in mirror.sync_all().values()} == {RunState.COMPLETED}
    mirror.sim.control.clock_move(3600)
    pass_an_hour(mirror)
    return mirror


def pass_an_hour(mirror: Mirrored) -> None:
    """Move all our stored times an hour back."""
    hour = timedelta(hours=1)
    rows = Customer.objects.filter(connection=mirror.connection)
    rows.update(first_seen_at=F("first_seen_at") - hour, updated_at=F("updated_at") - hour)
    Run.objects.filter(connection=mirror.connection).update(
        started_at=F("started_at") - hour, finished_at=F("finished_at") - hour
    )
    Coverage.objects.filter(connection=mirror.connection).update(complete_pass_at=F("complete_pass_at") - hour)


def theirs(mirror: Mirrored) -> dict[str, str]:
    """Return the client of each person upstream."""
    control = mirror.sim.control
    return {person["id"]: owner for owner in control.ids() for person in control.contacts(owner)}


def ours(**where: object) -> dict[str | None, str | None]:
    rows = ContactPerson.objects.filter(**{"state": State.PRESENT, **where})
    return dict(rows.values_list("external_id", "customer__external_id"))


def person(external_id: str) -> ContactPerson:
    return ContactPerson.objects.get(external_id=external_id)


def any_person(mirror: Mirrored) -> tuple[str, str]:
    """Return a mirrored person and its client."""
    found, owner = next(iter(theirs(mirror).items()))
    return found, owner


def sync_persons(mirror: Mirrored) -> Run:
    """List all persons, and nothing else."""
    part = plan.PlannedRun(Resource.CONTACT_PERSON, RunKind.FULL)
    run = execute_run(plan.start_run(mirror.connection, part, RunOptions())).run
    run.refresh_from_db()
    return run


def test_one_sync_mirrors_customers_then_persons_by_one_call_per_100_customers(mirror: Mirrored) -> None:
    runs = mirror.sync_all()
    assert list(runs) == ["customer", PERSONS]
    assert {run.state for run in runs.values()} == {RunState.COMPLETED}
    assert [run.api_calls for run in runs.values()] == [3, 3]
    assert ours() == theirs(mirror)
    assert runs[PERSONS].created == len(ours()) > 50


def test_law_2_a_pass_in_which_nothing_changed_rewrites_no_person(persons: Mirrored) -> None:
    before = fingerprints(PERSONS)
    run = persons.sync_all(full=True)[PERSONS]
    assert (run.created, run.updated, run.unchanged) == (0, 0, len(before))
    assert fingerprints(PERSONS) == before


@pytest.mark.parametrize("full", [True, False])
def test_law_2_a_client_that_changes_rewrites_none_of_its_unchanged_persons(
    persons: Mirrored, *, full: bool
) -> None:
    _, owner = any_person(persons)
    before = fingerprints(PERSONS)
    persons.sim.control.change(ids=[owner], fields={"email": "new@garage.example"})
    runs = persons.sync_all(full=full)
    assert runs["customer"].updated == 1
    assert (runs[PERSONS].updated, runs[PERSONS].fetched > 0) == (0, True)
    assert fingerprints(PERSONS) == before


def test_a_changed_person_is_found_by_its_client_in_one_call(persons: Mirrored) -> None:
    persons.sim.control.switch(contact_touches_client=True)
    changed, _ = any_person(persons)
    persons.sim.control.change_contact(changed, {"gsm": "0475 12 34 56"})
    run = persons.sync_all()[PERSONS]
    assert (run.kind, run.updated, run.api_calls) == (RunKind.INCREMENTAL, 1, 1)
    assert person(changed).mobile_e164 == "+32475123456"
    (change,) = Change.objects.filter(resource=PERSONS, record_id=person(changed).pk, field="mobile")
    assert (change.reference, change.after) == (run.pk, "0475 12 34 56")


def test_a_changed_person_whose_client_is_not_touched_is_found_by_the_full_pass(persons: Mirrored) -> None:
    changed, _ = any_person(persons)
    persons.sim.control.change_contact(changed, {"gsm": "0475 12 34 56"})
    assert persons.sync_all()[PERSONS].updated == 0
    assert persons.sync_all(full=True)[PERSONS].updated == 1
    assert person(changed).mobile_e164 == "+32475123456"


def test_a_client_restored_from_a_backup_restores_its_person_by_a_read(persons: Mirrored) -> None:
    """A modified time that goes back is decided by one live read."""
    control = persons.sim.control
    control.switch(contact_touches_client=True)
    changed, _ = any_person(persons)
    before = person(changed).mobile
    control.snapshot()
    control.change_contact(changed, {"gsm": "0475 12 34 56"})
    persons.sync_all()
    assert person(changed).mobile == "0475 12 34 56"
    control.restore()
    run = persons.sync_all(full=True)[PERSONS]
    assert (run.settled, run.updated) == (1, 1)
    assert person(changed).mobile == before


def test_a_renamed_person_passes_the_guard_without_a_read(persons: Mirrored) -> None:
    changed, _ = any_person(persons)
    persons.sim.control.change_contact(changed, {"name": "Ada", "surname": "Byron"})
    run = persons.sync_all(full=True)[PERSONS]
    assert (run.updated, run.settled, run.api_calls) == (1, 0, 3)
    assert person(changed).name == "Ada Byron"


def test_law_3_a_person_not_listed_with_its_client_is_gone_once_its_read_says_so(
    persons: Mirrored,
) -> None:
    control = persons.sim.control
    control.switch(contact_touches_client=True)
    gone, owner = any_person(persons)
    staying = control.add_contact(owner)
    control.delete_contact(gone)
    run = persons.sync_all()[PERSONS]
    assert (run.kind, run.tombstoned, run.api_calls) == (RunKind.INCREMENTAL, 1, 2)
    assert (person(gone).state, person(staying).state) == (State.TOMBSTONE, State.PRESENT)


def test_law_3_a_read_without_a_clear_answer_leaves_the_person(persons: Mirrored) -> None:
    control = persons.sim.control
    control.switch(contact_touches_client=True)
    gone, owner = any_person(persons)
    control.delete_contact(gone)
    control.fault("interstitial", path=f"/clients/{owner}/contacts/{gone}")
    assert persons.sync_all()[PERSONS].tombstoned == 0
    assert person(gone).state == State.PRESENT


def test_persons_deleted_without_a_trace_are_found_by_the_full_pass(persons: Mirrored) -> None:
    gone, _ = any_person(persons)
    persons.sim.control.delete_contact(gone)
    assert persons.sync_all()[PERSONS].tombstoned == 0
    assert persons.sync_all(full=True)[PERSONS].tombstoned == 1
    assert person(gone).state == State.TOMBSTONE


def test_persons_of_a_deleted_client_are_deleted_with_it(persons: Mirrored) -> None:
    gone, owner = any_person(persons)
    persons.sim.control.delete(owner)
    persons.sync_all(full=True)
    assert person(gone).state == State.TOMBSTONE
    assert ours() == theirs(persons)


def test_law_3_a_listing_without_any_persons_deletes_none_and_needs_approval(persons: Mirrored) -> None:
    before = fingerprints(PERSONS)
    persons.sim.control.fault("nobody_included", path="/clients")
    run = persons.sync_all(full=True)[PERSONS]
    assert (run.state, run.tombstoned) == (RunState.NEEDS_APPROVAL, 0)
    assert fingerprints(PERSONS) == before
    approval.approve(run)
    queue.execute_due_runs()
    assert not ours(state=State.TOMBSTONE), "each is read before it is marked deleted"
    persons.sim.control.clear_faults()
    persons.sync_all(full=True)
    assert ours() == theirs(persons)


def test_law_3_a_faulty_incremental_listing_deletes_no_person_either(persons: Mirrored) -> None:
    control = persons.sim.control
    owners = sorted(set(theirs(persons).values()))[:20]
    control.change(ids=owners, fields={"website": "https://new.example"})
    control.fault("nobody_included", path="/clients")
    run = persons.sync_all()[PERSONS]
    assert (run.state, run.tombstoned) == (RunState.COMPLETED, 0)
    assert ours() == theirs(persons)


def test_more_unlisted_persons_than_one_pass_reads_are_left_to_the_full_pass(
    persons: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("counterfoil.sync.children.MAX_READS", 5)
    control = persons.sim.control
    control.change(ids=sorted(set(theirs(persons).values()))[:20], fields={"website": "https://new.example"})
    control.fault("nobody_included", path="/clients")
    run = persons.sync_all()[PERSONS]
    assert run.api_calls == 1
    assert "were not listed with their customer; the next full sync checks them" in run.note
    assert ours() == theirs(persons)


def test_an_upstream_that_ignores_the_filter_is_listed_in_full(persons: Mirrored) -> None:
    persons.sim.control.switch(ignore_updated_from=True)
    run = persons.sync_all()[PERSONS]
    assert (run.state, run.kind) == (RunState.COMPLETED, RunKind.FULL)
    assert "ignores the filter for changes" in run.note


def test_a_listing_that_changes_meanwhile_is_repeated(mirror: Mirrored) -> None:
    mirror.sync()
    mirror.sim.control.fault("drift_delete", path="/clients", page=1, times=1)
    run = sync_persons(mirror)
    assert (run.state, run.attempt) == (RunState.COMPLETED, 2)
    assert ours() == theirs(mirror)


def test_persons_of_customers_that_failed_to_list_are_mirrored_with_them(mirror: Mirrored) -> None:
    mirror.sim.control.fault("forbidden", path="/clients", page=0, times=1)
    runs = mirror.sync_all()
    assert (runs["customer"].state, runs[PERSONS].state) == (RunState.FAILED, RunState.COMPLETED)
    assert not ContactPerson.objects.exists()
    mirror.sim.control.clock_move(7200)
    runs = mirror.sync_all()
    assert runs[PERSONS].kind == RunKind.FULL, "one call per customer would take more calls"
    assert ours() == theirs(mirror)


def test_persons_of_a_customer_mirrored_later_are_read_from_that_customer(persons: Mirrored) -> None:
    """They did not change upstream since then, so no listing of changes has them."""
    control = persons.sim.control
    kept, owner = any_person(persons)
    ContactPerson.objects.filter(customer_external_id=owner).delete()
    Customer.objects.filter(external_id=owner).delete()
    persons.sync(client_id=owner)
    runs = persons.sync_all()
    assert (runs[PERSONS].kind, runs[PERSONS].api_calls) == (RunKind.INCREMENTAL, 2)
    assert kept in ours()
    assert ours() == theirs(persons)
    control.reset_stats()
    pass_an_hour(persons)
    assert persons.sync_all()[PERSONS].api_calls == 1, "once"


def test_persons_of_new_clients_are_mirrored_in_the_same_sync(persons: Mirrored) -> None:
    (owner,) = persons.sim.control.add()
    new = persons.sim.control.add_contact(owner, {"name": "Ada"})
    run = persons.sync_all()[PERSONS]
    assert (run.kind, run.created, run.api_calls) == (RunKind.INCREMENTAL, 1, 1)
    assert ours()[new] == owner


def test_a_tenant_without_any_persons_is_synced_incrementally(mirror: Mirrored) -> None:
    for found in theirs(mirror):
        mirror.sim.control.delete_contact(found)
    mirror.sync_all()
    assert coverage.load(mirror.connection.pk, PERSONS).watermark is not None
    run = mirror.sync_all()[PERSONS]
    assert (run.kind, run.api_calls) == (RunKind.INCREMENTAL, 1)


def test_a_person_who_moved_to_another_client_is_linked_to_it_and_not_deleted(
    persons: Mirrored,
) -> None:
    moved, owner = any_person(persons)
    (other,) = (one for one in persons.sim.control.ids()[-1:] if one != owner)
    mark_deleted(persons, moved)
    record = persons.sim.control.contacts(owner)[0]
    persons.sim.control.delete_contact(moved)
    persons.sim.control.add_contact(other, {**record, "clientId": other})
    persons.sync_all(full=True)
    assert ours()[moved] == other, "read through the client that it was listed with"


def mark_deleted(mirror: Mirrored, external_id: str) -> None:
    """Store that an earlier read answered that it does not exist."""
    ContactPerson.objects.filter(external_id=external_id).update(state=State.TOMBSTONE)


def test_a_dry_run_of_persons_writes_nothing_and_counts_what_would_change(persons: Mirrored) -> None:
    changed, owner = any_person(persons)
    persons.sim.control.change_contact(changed, {"gsm": "0475 12 34 56"})
    persons.sim.control.add_contact(owner)
    before = fingerprints(PERSONS)
    run = persons.sync_all(full=True, dry_run=True)[PERSONS]
    assert (run.state, run.created, run.updated) == (RunState.COMPLETED, 1, 1)
    assert fingerprints(PERSONS) == before


@pytest.mark.parametrize("limit", [5, 120, 1000])
def test_a_limit_bounds_the_persons_and_the_pages_that_are_read(mirror: Mirrored, limit: int) -> None:
    mirror.sync()
    run = mirror.sync_all(limit=limit)[PERSONS]
    assert (run.state, run.tombstoned) == (RunState.COMPLETED, 0)
    assert run.api_calls == min(3, -(-limit // 100))
    assert 0 < ContactPerson.objects.count() <= limit
    assert coverage.load(mirror.connection.pk, PERSONS).watermark is None


def test_an_interrupted_listing_of_persons_continues_where_it_stopped(mirror: Mirrored) -> None:
    mirror.sync()
    mirror.sim.control.fault("html_error", path="/clients", page=1)
    first = sync_persons(mirror)
    assert (first.state, first.resumable) == (RunState.FAILED, True)
    mirror.sim.control.clear_faults()
    mirror.sim.control.reset_stats()
    run = mirror.sync_all()[PERSONS]
    assert (run.pk, run.state) == (first.pk, RunState.COMPLETED)
    queries = [request["query"] for request in mirror.sim.control.requests()]
    assert [query["page"] for query in queries if "include" in query] == ["1", "2"]
    assert ours() == theirs(mirror)


def test_a_person_has_the_upstreams_values_and_none_of_its_clients(mirror: Mirrored) -> None:
    (owner,) = mirror.sim.control.add()
    record: dict[str, Any] = {
        "title": "Mevr.", "name": "Ada", "surname": "Byron", "function": "Sales", "email": "Ada@garage.example",
        "tel": "03 234 56 78", "gsm": "0475 12 34 56", "isPrimary": True,
    }  # fmt: skip
    new = mirror.sim.control.add_contact(owner, record)
    mirror.sync_all()
    row = person(new)
    assert (row.salutation, row.name, row.designation) == ("Mevr.", "Ada Byron", "Sales")
    assert (row.phone_e164, row.mobile_e164, row.email_normalized) == (
        "+3232345678", "+32475123456", "ada@garage.example",
    )  # fmt: skip
    assert row.is_primary
    assert row.customer is not None
    assert row.customer.external_id == owner


def test_a_change_of_country_maps_persons_again_without_a_call(mirror: Mirrored) -> None:
    (owner,) = mirror.sim.control.add()
    new = mirror.sim.control.add_contact(owner, {"gsm": "06 12345678"})
    mirror.sync_all()
    assert person(new).mobile_e164 is None
    mirror.sim.control.reset_stats()
    mapping_changes.set_country(mirror.connection, "NL")
    queue.execute_due_runs()
    assert person(new).mobile_e164 == "+31612345678"
    assert not mirror.sim.control.requests()


def test_the_best_phone_number_is_a_persons_where_there_is_one_else_the_companys(mirror: Mirrored) -> None:
    control = mirror.sim.control
    (owner,) = control.add(fields={"name": "Acme", "tel": "03 234 56 78"})

    def best_number() -> tuple[str, str] | None:
        mirror.sync_all(full=True)
        found = best_contact.best_contacts(mirror.row(owner)).phone
        return found and (found.value, found.whose)

    assert best_number() == ("+3232345678", "company number")
    control.add_contact(owner, {"id": "1000", "name": "Jan", "gsm": "0475 00 00 10"})
    assert best_number() == ("+32475000010", "Jan")
    control.add_contact(owner, {"id": "999", "name": "Piet", "gsm": "ask for Piet", "tel": "0475 00 00 09"})
    assert best_number() == ("+32475000009", "Piet"), "999 was created before 1000, and its mobile is not a number"
    ada = control.add_contact(owner, {"name": "Ada", "isPrimary": True, "tel": "03 234 00 00"})
    assert best_number() == ("+3232340000", "Ada, the primary contact")
    control.delete_contact(ada)
    assert best_number() == ("+32475000009", "Piet"), "a deleted person is not called"
    control.delete_contact("999")
    control.delete_contact("1000")
    dutch = control.add_contact(owner, {"name": "Bo", "gsm": "06 12345678"})
    control.change(ids=[owner], fields={"address": {"country": "NL"}})
    assert best_number() == ("+31612345678", "Bo"), (
        "a number without a country is read as of the customer's country"
    )
    control.delete_contact(dutch)
    control.change(ids=[owner], fields={"tel": "none"})
    assert best_number() is None


def open_problems() -> list[QuarantinedRecord]:
    return list(QuarantinedRecord.objects.filter(resource=PERSONS, resolved_at=None))


@pytest.mark.parametrize("full", [True, False])
def test_law_9_a_client_without_its_contacts_costs_only_itself(persons: Mirrored, *, full: bool) -> None:
    control = persons.sim.control
    control.switch(contact_touches_client=True)
    kept, odd = any_person(persons)
    changed = next(key for key, owner in theirs(persons).items() if owner != odd)
    before = person(kept).mobile_e164
    control.fault("garbage", path="/clients", client=odd, shape="no_contacts")
    control.change_contact(changed, {"gsm": "0475 12 34 56"})
    control.change_contact(kept, {"gsm": "0475 65 43 21"})
    run = persons.sync_all(full=full)[PERSONS]
    assert (run.state, run.tombstoned, run.missing) == (RunState.COMPLETED, 0, 0)
    assert person(changed).mobile_e164 == "+32475123456"
    assert (person(kept).state, person(kept).mobile_e164) == (State.PRESENT, before)
    (problem,) = open_problems()
    assert f"Client {odd} came without its contact persons" in problem.reason
    assert f'"id":"{odd}"'.encode() in bytes(problem.payload)
    control.clear_faults()
    persons.sync_all(full=True)
    assert not open_problems()
    assert person(kept).mobile_e164 == "+32475654321"


def test_law_9_a_changes_only_pass_of_nothing_but_such_a_client_completes(persons: Mirrored) -> None:
    _, odd = any_person(persons)
    persons.sim.control.change(ids=[odd], fields={"email": "new@garage.example"})
    persons.sim.control.fault("garbage", path="/clients", client=odd, shape="no_contacts")
    run = persons.sync_all()[PERSONS]
    assert (run.state, run.tombstoned) == (RunState.COMPLETED, 0)
    assert len(open_problems()) == 1
    assert ours() == theirs(persons)


@pytest.mark.parametrize("shape", ["surrogate", "nested", "nul_value"])
def test_law_9_the_persons_of_an_odd_client_are_mirrored(persons: Mirrored, shape: str) -> None:
    control = persons.sim.control
    changed, odd = any_person(persons)
    control.fault("garbage", path="/clients", client=odd, shape=shape)
    control.change_contact(changed, {"gsm": "0475 12 34 56"})
    runs = persons.sync_all(full=True)
    assert {run.state for run in runs.values()} == {RunState.COMPLETED}
    assert person(changed).mobile_e164 == "+32475123456"
    assert not open_problems()
    assert ours() == theirs(persons)


def test_law_9_an_odd_person_is_quarantined_and_stays_as_it_was(persons: Mirrored) -> None:
    """A NUL in one, a name of three kilobytes in another; what no parser reads is a test of the connector."""
    control = persons.sim.control
    (first, _), (second, _) = list(theirs(persons).items())[:2]
    control.change_contact(first, {"name": "A\x00B"})
    control.change_contact(second, {"surname": "Å" * 3_000})
    run = persons.sync_all(full=True)[PERSONS]
    assert (run.state, run.failed, run.tombstoned) == (RunState.COMPLETED, 1, 0)
    assert [problem.external_id for problem in open_problems()] == [first]
    assert person(first).state == State.PRESENT
    assert person(second).last_name == "Å" * 3_000, "no index holds it"
