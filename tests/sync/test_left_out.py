"""Contact persons that the key may not read: read another way, or left out with one warning."""

from collections.abc import Iterator
from typing import Any

import pytest

from counterfoil.connectors.page import Resource
from counterfoil.mirror import coverage
from counterfoil.mirror.models import ContactPerson, Run, RunKind, RunState, State
from counterfoil.runs import report
from counterfoil.sync import status
from counterfoil_simulators.robaws import RobawsSimulator
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.mirrored import Mirrored, fingerprints

pytestmark = pytest.mark.django_db(transaction=True)

PERSONS = "contact_person"
WITHOUT_RIGHT = {"forbidden_modules": ["contacts"]}


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    with RobawsSimulator(customers=40, seed=7, rate=None) as simulator:
        yield simulator


def theirs(mirror: Mirrored) -> dict[str, str]:
    control = mirror.sim.control
    return {person["id"]: owner for owner in control.ids() for person in control.contacts(owner)}


def ours() -> dict[str | None, str | None]:
    rows = ContactPerson.objects.filter(state=State.PRESENT)
    return dict(rows.values_list("external_id", "customer__external_id"))


def succeeded(runs: dict[str, Run]) -> bool:
    return all(report.succeeded(run) for run in runs.values())


def warnings(mirror: Mirrored) -> list[str]:
    return [str(warning) for warning in status.about(mirror.connection)["warnings"]]


@pytest.mark.parametrize("shape", ["envelope", "array"])
@pytest.mark.parametrize(
    "switches",
    [
        {"included_contacts": "ignored"},
        {"unknown_include": "400", "included_contacts": "ignored", "contacts_name_client": True},
    ],
)
def test_persons_that_do_not_come_with_their_clients_come_from_their_own_list(
    mirror: Mirrored, shape: str, switches: dict[str, Any]
) -> None:
    mirror.sim.control.switch(contact_list_shape=shape, **switches)
    runs = mirror.sync_all()
    assert succeeded(runs)
    assert ours() == theirs(mirror)
    assert warnings(mirror) == []
    before = fingerprints(PERSONS)
    assert succeeded(mirror.sync_all(full=True))
    assert fingerprints(PERSONS) == before


def test_law_2_a_list_of_another_way_rewrites_no_person(mirror: Mirrored) -> None:
    mirror.sync_all()
    before = fingerprints(PERSONS)
    mirror.sim.control.switch(included_contacts="ignored")
    run = mirror.sync_all(full=True)[PERSONS]
    assert (run.updated, run.settled, run.unchanged) == (0, 0, len(before))
    mirror.sim.control.switch(included_contacts="array")
    run = mirror.sync_all(full=True)[PERSONS]
    assert (run.updated, run.settled) == (0, 0)
    assert fingerprints(PERSONS) == before


def test_law_3_persons_deleted_upstream_are_found_by_their_own_list(mirror: Mirrored) -> None:
    mirror.sim.control.switch(included_contacts="ignored")
    mirror.sync_all()
    gone = next(iter(theirs(mirror)))
    mirror.sim.control.delete_contact(gone)
    run = mirror.sync_all(full=True)[PERSONS]
    assert (run.state, run.tombstoned) == (RunState.COMPLETED, 1)
    assert ours() == theirs(mirror)


@pytest.mark.parametrize("fault", ["duplicate_rows", "short_page"])
def test_law_3_an_own_list_that_is_not_complete_is_listed_again(mirror: Mirrored, fault: str) -> None:
    mirror.sim.control.switch(included_contacts="ignored")
    mirror.sync_all()
    mirror.sim.control.fault(fault, path="/contacts", page=1, times=1)
    run = mirror.sync_all(full=True, page_size=5)[PERSONS]
    assert (run.state, run.attempt, run.tombstoned) == (RunState.COMPLETED, 2, 0)
    assert ours() == theirs(mirror)


def test_changes_are_found_by_their_own_list_too(mirror: Mirrored) -> None:
    control = mirror.sim.control
    control.switch(included_contacts="ignored")
    mirror.sync_all()
    control.clock_move(3600)
    changed = next(iter(theirs(mirror)))
    control.change_contact(changed, {"gsm": "0475 12 34 56"})
    new = control.add_contact(control.add()[0])
    runs = mirror.sync_all()
    assert (runs[PERSONS].kind, runs[PERSONS].state) == (RunKind.INCREMENTAL, RunState.COMPLETED)
    assert ContactPerson.objects.get(external_id=changed).mobile_e164 == "+32475123456"
    assert new in ours()


@pytest.mark.parametrize("include", ["ignored", "403"])
@pytest.mark.parametrize("root", ["yes", "404"])
def test_without_the_right_persons_are_left_out_with_one_warning_until_it_is_given(
    mirror: Mirrored, include: str, root: str
) -> None:
    control = mirror.sim.control
    control.switch(include_without_right=include, root_contacts=root, **WITHOUT_RIGHT)
    runs = mirror.sync_all()
    assert succeeded(runs)
    assert runs["customer"].created == 40
    (warning,) = warnings(mirror)
    assert warning.startswith("No contact persons are synced from Robaws; everything else is.")
    assert "Give the API user's role the right" in warning
    assert runs[PERSONS].note == warning
    control.clock_move(3600)
    control.change(control.ids()[:1], fields={"website": "https://new.example"})
    again = mirror.sync_all()
    assert (succeeded(again), again["customer"].updated) == (True, 1)
    assert again[PERSONS].api_calls <= 2
    assert len(warnings(mirror)) == 1
    control.switch(forbidden_modules=[], root_contacts="yes")
    assert succeeded(mirror.sync_all())
    assert warnings(mirror) == []
    assert ours() == theirs(mirror), "also of customers that did not change meanwhile"


def test_one_client_without_persons_on_a_later_page_does_not_change_the_way(mirror: Mirrored) -> None:
    last = mirror.sim.control.ids()[-1]
    mirror.sim.control.fault("garbage", path="/clients", client=last, shape="no_contacts")
    run = mirror.sync_all(full=True, page_size=13)[PERSONS]
    assert (run.state, run.attempt, run.failed) == (RunState.COMPLETED, 1, 1)


def test_law_3_a_right_that_is_withdrawn_marks_no_person_missing(mirror: Mirrored) -> None:
    mirror.sync_all()
    before = fingerprints(PERSONS)
    mirror.sim.control.switch(include_without_right="ignored", **WITHOUT_RIGHT)
    assert succeeded(mirror.sync_all(full=True))
    assert len(warnings(mirror)) == 1
    assert fingerprints(PERSONS) == before


def test_without_the_right_to_read_customers_the_sync_fails(mirror: Mirrored) -> None:
    mirror.sim.control.switch(forbidden_modules=["clients", "contacts"])
    runs = mirror.sync_all()
    assert runs["customer"].state == RunState.FAILED
    assert "may not read clients" in runs["customer"].error


def test_an_outage_of_the_other_way_fails_the_run(mirror: Mirrored) -> None:
    mirror.sim.control.switch(included_contacts="ignored")
    mirror.sim.control.fault("server_error", path="/contacts")
    run = mirror.sync_all()[PERSONS]
    assert (run.state, run.resumable) == (RunState.FAILED, True)
    assert warnings(mirror) == []
    mirror.sim.control.clear_faults()
    run = mirror.sync_all()[PERSONS]
    assert run.state == RunState.COMPLETED
    assert ours() == theirs(mirror)


@pytest.mark.parametrize(
    ("path", "resource", "code", "status"),
    [
        ("/contacts/contactpersons", Resource.CONTACT_PERSON, 5, 404),
        ("/contacts/contactpersons", Resource.CONTACT_PERSON, 1, 403),
        ("/invoices", Resource.INVOICE, 1, 403),
    ],
)
def test_what_a_role_in_zoho_books_may_not_see_is_left_out(
    transactional_db: None, path: str, resource: Resource, code: int, status: int
) -> None:
    with ZohoBooksSimulator(contacts=12, seed=7, rate=None) as simulator:
        books = Books.connect(simulator)
        books.sim.control.fault("error", path=path, status=status, code=code)
        runs = books.sync()
        assert succeeded(runs)
        assert coverage.load(books.connection.pk, resource).warning
        assert len(coverage.warnings(books.connection.pk)) == 1
        books.sim.control.clear_faults()
        assert succeeded(books.sync())
        assert coverage.warnings(books.connection.pk) == []
