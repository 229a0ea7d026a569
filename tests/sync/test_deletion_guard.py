"""Law 3: more deletions than a share in a day ask first, whatever way shows them."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from counterfoil.edits import create, edit, request_push
from counterfoil.mirror.models import (
    Conflict,
    ContactPerson,
    Customer,
    PendingEdit,
    Proposal,
    Run,
    RunKind,
    RunState,
)
from counterfoil.mirror.selection import Selection
from counterfoil.sync import approval, selection
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.mirrored import Mirrored

ALLOWED = 6
"""Half of twelve rows may go."""


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """Start 12 clients."""
    with RobawsSimulator(customers=12, seed=7, rate=None) as simulator:
        yield simulator


@pytest.fixture
def few(mirror: Mirrored) -> Mirrored:
    mirror.sync_all(full=True)
    return mirror


def outage(mirror: Mirrored) -> None:
    """Let every single read of a client answer as if it did not exist, in the API's own form."""
    mirror.sim.control.fault("not_found", form="own", path="/clients/*", method="GET")


def push(mirror: Mirrored) -> Run:
    return executed(request_push.request_push(mirror.connection))


def executed(run: Run) -> Run:
    execute_run(run)
    run.refresh_from_db()
    return run


def waiting() -> Run:
    """Return the only run that waits for approval."""
    return Run.objects.get(kind=RunKind.DELETIONS, state=RunState.NEEDS_APPROVAL)


def by_push(mirror: Mirrored) -> None:
    for row in Customer.objects.filter(state="present"):
        edit.edit_customer(row, {"city": "Nieuwstad"})
    push(mirror)


def by_single_reads(mirror: Mirrored) -> None:
    for external_id in mirror.sim.control.ids():
        mirror.sync(client_id=external_id)


def by_selection(mirror: Mirrored) -> None:
    now = timezone.now()
    (run,) = selection.request_selection(Selection.from_parameters({"state": "present"}).bounded(now), now)
    executed(run)


def by_settle_reads(mirror: Mirrored) -> None:
    """List records whose modified time went back: one live read decides each."""
    mirror.sim.control.change(
        mirror.sim.control.ids(), fields={"website": "https://example.org"}, updated_at="2001-01-01T00:00:00Z"
    )
    mirror.sync(full=True)


WAYS = [by_push, by_single_reads, by_selection, by_settle_reads]


@pytest.mark.parametrize("way", WAYS)
def test_law_3_an_outage_makes_no_more_tombstones_than_allowed(
    few: Mirrored, way: Callable[[Mirrored], None]
) -> None:
    outage(few)
    way(few)
    assert few.states() == {"tombstone": ALLOWED, "missing": 12 - ALLOWED}
    run = waiting()
    held = set(Customer.objects.filter(state="missing").values_list("external_id", flat=True))
    assert set(run.proposals.values_list("external_id", "action")) == {(one, "delete") for one in held}
    assert "6 customers do not exist any more" in run.note
    assert all(row.is_active for row in Customer.objects.filter(state="missing"))


@pytest.mark.parametrize("way", [by_push, by_selection])
def test_law_3_all_ways_together_are_counted(few: Mirrored, way: Callable[[Mirrored], None]) -> None:
    outage(few)
    for external_id in few.sim.control.ids()[:4]:
        few.sync(client_id=external_id)
    assert few.states() == {"present": 8, "tombstone": 4}
    few.sim.control.clear_faults()
    few.sim.control.delete(few.sim.control.ids()[4:])
    way(few)
    assert few.states() == {"tombstone": ALLOWED, "missing": 6}


def test_law_3_a_pass_counts_what_other_ways_have_deleted(few: Mirrored) -> None:
    control = few.sim.control
    control.delete(control.ids()[:4])
    for external_id in ("1", "2", "3", "4"):
        few.sync(client_id=external_id)
    control.delete(control.ids()[:3])
    run = few.sync(full=True)
    assert (run.state, run.tombstoned, run.missing) == (RunState.COMPLETED, 2, 1)
    assert f"see run {waiting().pk}" in run.note


def test_law_3_the_next_day_as_many_may_go_again(few: Mirrored) -> None:
    control = few.sim.control
    control.delete(control.ids()[:7])
    for external_id in ("1", "2", "3", "4", "5", "6", "7"):
        few.sync(client_id=external_id)
    assert few.states() == {"present": 5, "tombstone": 6, "missing": 1}
    control.delete(["8"])
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        few.sync(client_id="8")
        few.sync(client_id="7")
    assert (few.row("8").state, few.row("7").state) == ("tombstone", "missing"), "what waits goes on waiting"


def test_law_3_an_approved_deletion_is_confirmed_by_a_read(few: Mirrored) -> None:
    outage(few)
    by_push(few)
    run, held = waiting(), list(Proposal.objects.values_list("external_id", flat=True))
    few.sim.control.clear_faults()
    few.sim.control.delete(held[:2])
    approval.approve(run)
    run = executed(Run.objects.get(pk=run.pk))
    assert (run.state, run.tombstoned) == (RunState.COMPLETED, 2)
    assert {few.row(one).state for one in held[:2]} == {"tombstone"}
    assert {few.row(one).state for one in held[2:]} == {"present"}
    assert not Proposal.objects.filter(outcome="").exists()


def test_law_3_approved_and_own_deletions_do_not_count(few: Mirrored) -> None:
    outage(few)
    by_single_reads(few)
    approval.approve(waiting())
    executed(Run.objects.get(kind=RunKind.DELETIONS))
    assert few.states() == {"tombstone": 12}
    for _ in range(3):
        create.discard_customer(create.create_customer(few.connection, {"name": "Nobody"}))
    few.sim.control.clear_faults()
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        for external_id in few.sim.control.ids():
            few.sync(client_id=external_id)
        few.sim.control.delete(["1"])
        few.sync(client_id="1")
    assert few.row("1").state == "tombstone"


def test_law_3_records_that_are_listed_again_wait_no_longer(few: Mirrored) -> None:
    outage(few)
    by_push(few)
    run = waiting()
    few.sim.control.clear_faults()
    few.sync(full=True)
    run.refresh_from_db()
    assert few.states() == {"present": 12}
    assert (run.state, run.note) == (RunState.COMPLETED, "All of them answer again; nothing was deleted.")


def test_law_3_a_record_that_is_read_again_is_present_again(few: Mirrored) -> None:
    outage(few)
    by_single_reads(few)
    held = list(Proposal.objects.values_list("external_id", flat=True))
    few.sim.control.clear_faults()
    few.sync(client_id=held[0])
    assert few.row(held[0]).state == "present"
    assert few.history(held[0])[-2:] == [("state", "present", "missing"), ("state", "missing", "present")]
    assert set(waiting().proposals.values_list("external_id", flat=True)) == set(held[1:])


def test_law_4_edits_of_rows_that_wait_stay_pending_without_a_conflict(few: Mirrored) -> None:
    outage(few)
    by_push(few)
    held = Customer.objects.filter(state="missing").values_list("pk", flat=True)
    assert Conflict.objects.count() == ALLOWED
    assert not Conflict.objects.filter(record_id__in=held).exists()
    assert PendingEdit.objects.filter(record_id__in=held).count() == 6
    few.sim.control.clear_faults()
    run = push(few)
    assert (run.pushed, {few.row(one).state for one in few.sim.control.ids()}) == (6, {"tombstone", "present"})


def test_law_3_a_push_says_how_many_were_not_found(few: Mirrored) -> None:
    outage(few)
    by_push(few)
    run = Run.objects.get(kind=RunKind.PUSH)
    assert run.state == RunState.COMPLETED
    assert "6 customers were not found; their edits wait" in run.note
    assert f"see run {waiting().pk}" in run.note


@pytest.mark.django_db(transaction=True)
def test_law_3_a_partial_outage_during_a_push_of_60_edits() -> None:
    with RobawsSimulator(customers=60, seed=7, rate=None) as sim:
        mirror = Mirrored.connect(sim)
        mirror.sync(full=True)
        sim.control.fault("not_found", form="own", path="/clients/[1-4]*", method="GET")
        denied = sum(external_id[0] in "1234" for external_id in sim.control.ids())
        by_push(mirror)
        assert mirror.states() == {"present": 60 - denied, "tombstone": 20, "missing": denied - 20}
        assert Run.objects.get(kind=RunKind.PUSH).pushed == 60 - denied
        assert waiting().proposals.count() == denied - 20


def test_law_3_contact_persons_are_counted_by_themselves(few: Mirrored) -> None:
    """None of the clients is gone, and more than half of the persons."""
    control = few.sim.control
    total = ContactPerson.objects.count()
    outage(few)
    few.sync(client_id="1")
    control.clear_faults()
    control.fault("nobody_included", path="/clients", times=1)
    control.fault("not_found", form="own", path="/clients/*/contacts/*")
    control.change(control.ids(), fields={"website": "https://example.org"})
    few.sync_all()
    gone = ContactPerson.objects.filter(state="tombstone").count()
    assert (gone, waiting().resource) == (min(20, total // 2), "contact_person")
    assert waiting().proposals.count() == total - gone
