"""Law 3: a 404 by itself is no proof. A control decides where its form is not known to be the API's own."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from counterfoil.ingest.absence_control import Control, objection
from counterfoil.mirror.models import ContactPerson, Run, RunState
from counterfoil.mirror.selection import Selection
from counterfoil.sync import selection
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.robaws import RobawsSimulator
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon
from tests.support.mirrored import Mirrored

FOREIGN = ["empty", "json", "html", "other_id"]


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """Start 12 clients."""
    with RobawsSimulator(customers=12, seed=7, rate=None) as simulator:
        yield simulator


@pytest.fixture
def few(mirror: Mirrored) -> Mirrored:
    mirror.sync(full=True)
    return mirror


@pytest.mark.parametrize(
    ("control", "proves"),
    [
        (Control(living=True, unused_form="a"), True),
        (Control(living=True, unused_form="b"), False),
        (Control(living=True, unused_form=""), False),
        (Control(living=False, unused_form="a"), False),
        (Control(living=None, unused_form="a"), False),
    ],
)
def test_law_3_only_the_form_of_an_unused_id_beside_a_living_one_proves(control: Control, *, proves: bool) -> None:
    assert (objection("a", control) == "") is proves


@pytest.mark.parametrize("form", ["own", "empty", "json", "html"])
def test_law_3_a_deletion_is_proven_whatever_form_the_api_has(few: Mirrored, form: str) -> None:
    few.sim.control.switch(not_found_form=form)
    few.sim.control.delete(["3", "7", few.sim.control.ids()[-1]])
    run = few.sync(full=True)
    assert (run.state, run.tombstoned, few.states()) == (RunState.COMPLETED, 3, {"present": 9, "tombstone": 3})


@pytest.mark.parametrize("form", FOREIGN)
def test_law_3_another_systems_404_leaves_a_row_missing_with_the_reason(few: Mirrored, form: str) -> None:
    few.sim.control.delete(["7"])
    few.sim.control.fault("not_found", form=form, path="/clients/7")
    run = few.sync(full=True)
    assert (run.state, run.tombstoned, few.row("7").state) == (RunState.COMPLETED, 0, "missing")
    assert "An id that never existed gets another answer" in run.note
    few.sim.control.clear_faults()
    assert few.sync(full=True).tombstoned == 1


@pytest.mark.parametrize("form", ["empty", "json", "html"])
def test_law_3_a_404_for_everything_proves_nothing(few: Mirrored, form: str) -> None:
    """The API itself uses this form, but no record answers now."""
    few.sim.control.switch(not_found_form=form)
    few.sim.control.fault("not_found", form=form, path="/clients/*")
    few.sim.control.delete(["7"])
    run = few.sync(full=True)
    assert (run.tombstoned, few.row("7").state) == (0, "missing")
    assert "Other records could not be read either" in run.note


def test_law_3_a_404_that_is_not_repeated_proves_nothing(few: Mirrored) -> None:
    few.sim.control.switch(not_found_form="empty")
    few.sim.control.fault("not_found", form="empty", path="/clients/7", times=1)
    run = few.sync(client_id="7")
    assert (run.state, run.tombstoned, few.row("7").state) == (RunState.COMPLETED, 0, "present")


def test_law_3_without_another_record_nothing_can_be_compared(few: Mirrored) -> None:
    few.sim.control.switch(not_found_form="empty")
    few.sim.control.delete(few.sim.control.ids()[1:])
    few.sync(client_id=few.sim.control.ids()[0])
    for external_id in few.sim.control.ids():
        few.sim.control.delete([external_id])
    run = few.sync(client_id="1")
    assert (run.state, few.row("1").state) == (RunState.FAILED, "present")
    assert "could not be read either" in run.error


@pytest.mark.parametrize("form", FOREIGN)
def test_law_3_a_single_read_and_a_selection_leave_the_row_as_it_is(few: Mirrored, form: str) -> None:
    few.sim.control.fault("not_found", form=form, path="/clients/7")
    single = few.sync(client_id="7")
    now = timezone.now()
    (selected,) = selection.request_selection(Selection.from_parameters({"state": "present"}).bounded(now), now)
    execute_run(selected)
    selected.refresh_from_db()
    assert (single.state, selected.failed, selected.tombstoned) == (RunState.FAILED, 1, 0)
    assert few.states() == {"present": 12}


@pytest.mark.parametrize("form", ["own", "empty", "json"])
def test_law_3_a_contact_person_is_read_and_controlled_through_its_client(mirror: Mirrored, form: str) -> None:
    mirror.sync_all(full=True)
    mirror.sim.control.switch(not_found_form=form)
    person = ContactPerson.objects.order_by("id")[1]
    mirror.sim.control.delete_contact(str(person.external_id))
    run = mirror.sync_all(full=True)["contact_person"]
    person.refresh_from_db()
    assert (run.tombstoned, person.state) == (1, "tombstone")


def test_law_3_the_control_takes_two_calls_for_a_batch(few: Mirrored) -> None:
    few.sim.control.switch(not_found_form="empty")
    few.sim.control.delete(["3", "5", "7"])
    run = few.sync(full=True)
    assert (run.tombstoned, run.api_calls) == (3, 1 + 3 + 2 + 3)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", ["empty", "json", "html", "other_code"])
def test_law_3_zoho_s_code_alone_proves_a_deletion(form: str) -> None:
    with at_noon(), ZohoBooksSimulator(contacts=8, invoices=2, seed=5, rate=None) as sim:
        books = Books.connect(sim)
        books.sync(full=True)
        one, other = sim.control.contact_ids("customer")[:2]
        sim.control.delete_contact(one)
        sim.control.fault("not_found", form=form, path=f"/contacts/{other}")
        single: Run = books.sync(client_id=other)["customer"]
        books.sync(client_id=one)
        states = [books.customer(each).state for each in (one, other)]
    assert (single.state, states) == (RunState.FAILED, ["tombstone", "present"])
