"""Law 3 where totals are wrong or never stand still: what is provable is concluded, the rest said."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors.robaws.totals import Counted, judge_totals
from counterfoil.mirror import coverage
from counterfoil.mirror.models import ContactPerson, Run, RunState
from counterfoil.sync import approval
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.mirrored import Mirrored

SIZE = 10


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """Simulate a Robaws with three pages of 10."""
    with RobawsSimulator(customers=25, seed=7, rate=None) as simulator:
        yield simulator


def rename(mirror: Mirrored, *ids: str) -> None:
    for external_id in ids:
        mirror.sim.control.change([external_id], fields={"name": f"Renamed {external_id}"})


@pytest.mark.parametrize("total", [None, 26, 1000])
def test_law_3_a_total_that_is_wrong_for_ever_is_steady_after_three_listings(
    mirror: Mirrored, total: int | None
) -> None:
    mirror.sync()
    control = mirror.sim.control
    gone, renamed = control.ids()[3], control.ids()[12]
    control.delete([gone])
    rename(mirror, renamed)
    control.fault("wrong_total", path="/clients", total=total)
    run = mirror.sync(full=True, page_size=SIZE)
    assert (run.state, run.attempt, run.tombstoned) == (RunState.COMPLETED, 3, 1)
    assert mirror.row(renamed).name == f"Renamed {renamed}"
    assert mirror.states() == {"present": 24, "tombstone": 1}
    assert mirror.is_true()


@pytest.mark.parametrize("customers", [20, 30])
def test_law_3_a_total_too_low_at_the_end_of_a_page_hides_no_client(mirror: Mirrored, customers: int) -> None:
    control = mirror.sim.control
    control.delete(control.ids()[customers + 1 :])
    if customers + 1 > len(control.ids()):
        control.add(customers + 1 - len(control.ids()))
    control.fault("wrong_total", path="/clients", total=customers)
    control.add_contact(control.ids()[-1], {"surname": "Last of all"})
    run = mirror.sync_all(full=True, page_size=SIZE)["customer"]
    assert (run.state, run.created) == (RunState.COMPLETED, customers + 1)
    assert mirror.is_true()
    assert ContactPerson.objects.filter(last_name="Last of all").exists()


def test_law_3_a_total_too_low_hides_no_person_of_the_list_of_all_persons(mirror: Mirrored) -> None:
    control = mirror.sim.control
    control.switch(included_contacts="ignored")
    for client in control.ids():
        for contact in control.contacts(client):
            control.delete_contact(contact["id"])
    for number in range(SIZE * 2 + 1):
        control.add_contact(control.ids()[number], {"surname": f"Person {number}"})
    control.fault("wrong_total", path="/contacts", total=SIZE * 2)
    mirror.sync_all(full=True, page_size=SIZE)
    assert ContactPerson.objects.count() == SIZE * 2 + 1


def test_an_upstream_that_repeats_its_last_page_is_listed_once(mirror: Mirrored) -> None:
    control = mirror.sim.control
    control.delete(control.ids()[20:])
    control.switch(past_the_end="last")
    control.reset_stats()
    run = mirror.sync(full=True, page_size=SIZE)
    assert (run.state, run.attempt, run.created) == (RunState.COMPLETED, 1, 20)
    assert control.stats()["requests"] == 3


def test_law_3_a_client_created_during_every_page_ends_complete(mirror: Mirrored) -> None:
    mirror.sync()
    control = mirror.sim.control
    gone, renamed = control.ids()[3], control.ids()[12]
    control.delete([gone])
    rename(mirror, renamed)
    control.interject("add", {"n": 1}, path="/clients", times=None, after=True)
    run = mirror.sync(full=True, page_size=SIZE)
    assert (run.state, run.attempt, run.tombstoned) == (RunState.COMPLETED, 2, 1)
    assert mirror.row(renamed).name == f"Renamed {renamed}"
    assert mirror.row(gone).state == "tombstone"
    control.release()
    mirror.sync()
    assert mirror.is_true(), "clients created after their page had been read come with the next changes"


def test_law_3_without_proof_names_are_written_and_nothing_is_missing(mirror: Mirrored) -> None:
    mirror.sync()
    control = mirror.sim.control
    gone, renamed = control.ids()[20], control.ids()[12]
    mark = coverage.load(mirror.connection.pk).watermark
    control.delete([gone])
    rename(mirror, renamed)
    control.fault("drift_delete", path="/clients", page=0)
    run = mirror.sync(full=True, page_size=SIZE)
    assert (run.state, run.tombstoned, run.missing) == (RunState.FAILED, 0, 0)
    assert "no listing was provably complete" in run.error
    assert "nothing was marked as missing" in run.error
    assert mirror.row(renamed).name == f"Renamed {renamed}"
    assert mirror.states() == {"present": 25}
    assert coverage.load(mirror.connection.pk).watermark == mark
    control.clear_faults()
    assert mirror.sync(full=True).state == RunState.COMPLETED
    assert mirror.is_true()


def test_law_3_without_proof_too_many_names_wait_and_move_no_watermark(mirror: Mirrored) -> None:
    mirror.sync()
    reach = coverage.load(mirror.connection.pk)
    mark, before = reach.watermark, reach.complete_pass_at
    rename(mirror, *mirror.sim.control.ids()[:20])
    mirror.sim.control.fault("empty_page", path="/clients", page=1)
    run = mirror.sync(full=True, page_size=SIZE)
    assert run.state == RunState.NEEDS_APPROVAL
    assert "would get another name" in run.note
    assert "announced 25 clients but listed 15" in run.note
    approval.approve(run)
    run.refresh_from_db()
    execute_run(run)
    run.refresh_from_db()
    assert (run.state, run.updated > 0) == (RunState.COMPLETED, True)
    reach = coverage.load(mirror.connection.pk)
    assert (reach.watermark, reach.complete_pass_at) == (mark, before)
    assert mirror.states() == {"present": 25}


def test_law_3_persons_are_complete_where_the_total_of_clients_is_wrong_for_ever(mirror: Mirrored) -> None:
    mirror.sync_all()
    control = mirror.sim.control
    person = ContactPerson.objects.order_by("pk")[0]
    control.delete_contact(str(person.external_id))
    control.fault("wrong_total", path="/clients", total=26)
    runs = mirror.sync_all(full=True, page_size=SIZE)
    assert {run.state for run in runs.values()} == {RunState.COMPLETED}
    person.refresh_from_db()
    assert person.state == "tombstone"


def test_a_dry_run_of_an_unsteady_list_proves_nothing(mirror: Mirrored) -> None:
    mirror.sync()
    mirror.sim.control.fault("drift_delete", path="/clients", page=0)
    run = mirror.sync(full=True, dry_run=True, page_size=SIZE)
    assert run.state == RunState.FAILED
    assert mirror.states() == {"present": 25}
    assert Run.objects.latest("pk").missing == 0


def listings(before: set[int], steps: list[tuple[set[int], int, int]]) -> list[Counted]:
    """Return attempts of these ids, with the lowest and highest total."""
    attempts: list[Counted] = []
    for ids, low, high in steps:
        attempts.append(Counted(low, high, len(ids), len(ids - before), len(before - ids)))
        before = ids
    return attempts


ids = st.sets(st.integers(0, 30), max_size=12)


@given(st.lists(st.tuples(ids, st.integers(0, 30), st.integers(0, 5)), min_size=1, max_size=4))
def test_law_3_attempts_that_lose_a_client_prove_nothing_together(steps: list[tuple[set[int], int, int]]) -> None:
    attempts = listings(set(), [(held, low, low + grown) for held, low, grown in steps])
    evidence = judge_totals(attempts)
    newest = attempts[-1]
    alone = newest.low == newest.high == newest.listed
    assert evidence.complete == alone or (not newest.gone and len(attempts) >= 2)


@given(ids, st.integers(0, 40))
def test_law_3_three_equal_listings_are_steady_and_two_are_not(held: set[int], total: int) -> None:
    attempts = listings(set(), [(held, total, total)] * 3)
    assert judge_totals(attempts).complete
    assert judge_totals(attempts[:2]).complete == (total == len(held))


def test_law_3_a_page_that_is_empty_before_others_is_never_steady() -> None:
    attempts = [Counted.gather([250] * 3, [100, 0, 50], 150, 0, 0)] * 3
    assert not judge_totals(attempts).complete
    assert judge_totals([Counted.gather([250] * 3, [100, 50, 0], 150, 0, 0)] * 3).complete


@given(ids, st.sets(st.integers(31, 40), min_size=1), st.integers(1, 5))
def test_law_3_new_clients_explain_only_what_the_total_grew_by(old: set[int], new: set[int], grown: int) -> None:
    attempts = listings(set(), [(old, len(old), len(old) + 1), (old | new, len(old), len(old) + grown)])
    assert judge_totals(attempts).complete == (len(new) <= grown)
