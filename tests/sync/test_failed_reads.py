"""Law 9: a single read that fails costs only its own record, unless every read fails."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from counterfoil.connectors.page import Resource
from counterfoil.errors import NotPossibleNow, ReadRefused
from counterfoil.mirror import coverage
from counterfoil.mirror.models import ContactPerson, Customer, QuarantinedRecord, RunKind, RunState, State
from counterfoil.runs import lifecycle
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.mirrored import Mirrored

pytestmark = pytest.mark.django_db(transaction=True)

STATUSES = [400, 403, 409, 410, 413, 422, 500]


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    with RobawsSimulator(customers=20, seed=7, rate=None) as simulator:
        yield simulator


def state_of(mirror: Mirrored, external_id: str) -> str:
    return mirror.row(external_id).state


def open_problems() -> list[QuarantinedRecord]:
    return list(QuarantinedRecord.objects.filter(resolved_at=None).order_by("id"))


@pytest.mark.parametrize("status", STATUSES)
def test_law_9_a_missing_record_whose_read_fails_holds_back_no_other(mirror: Mirrored, status: int) -> None:
    mirror.sync()
    bad, *gone = mirror.sim.control.ids()[:3]
    mirror.sim.control.delete([bad, *gone])
    mirror.sim.control.fault("error", path=f"/clients/{bad}", status=status)
    run = mirror.sync(full=True)
    assert (run.state, run.tombstoned, run.failed, run.missing) == (RunState.COMPLETED, 2, 0, 1)
    assert "1 record could not be read" in run.note
    assert [state_of(mirror, one) for one in (bad, *gone)] == [State.MISSING, State.TOMBSTONE, State.TOMBSTONE]
    (problem,) = open_problems()
    assert (problem.external_id, str(status) in problem.reason) == (bad, True)
    mirror.sim.control.clear_faults()
    assert mirror.sync(full=True).tombstoned == 1
    assert open_problems() == []


@pytest.mark.parametrize("fault", ["timeout", "dropped", "truncated", "html_error", "interstitial"])
def test_law_9_a_read_that_never_ends_well_is_that_records_outcome(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    import httpx2

    from counterfoil.connectors.http import client

    monkeypatch.setattr(client, "TIMEOUT", httpx2.Timeout(0.3))
    mirror.sync()
    bad, gone = mirror.sim.control.ids()[:2]
    mirror.sim.control.delete([bad, gone])
    mirror.sim.control.fault(fault, path=f"/clients/{bad}", seconds=0.6)
    run = mirror.sync(full=True)
    assert (run.state, run.tombstoned) == (RunState.COMPLETED, 1)


@pytest.mark.parametrize("fault", ["huge_body", "gzip_bomb"])
def test_law_9_a_single_read_without_end_costs_only_its_record(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    from counterfoil.connectors.http import bounded_client

    mirror.sync()
    bad, gone = mirror.sim.control.ids()[:2]
    mirror.sim.control.delete([bad, gone])
    monkeypatch.setattr(bounded_client, "LARGEST_BODY", 2**20)
    mirror.sim.control.fault(fault, path=f"/clients/{bad}", megabytes=3)
    run = mirror.sync(full=True)
    assert (run.state, run.tombstoned, run.missing) == (RunState.COMPLETED, 1, 1)
    (problem,) = open_problems()
    assert (problem.external_id, "too large" in problem.reason) == (bad, True)


@pytest.mark.parametrize("status", [400, 403, 422, 500])
def test_law_9_what_every_read_answers_is_the_systems_failure(mirror: Mirrored, status: int) -> None:
    mirror.sync()
    gone = mirror.sim.control.ids()[:8]
    mirror.sim.control.delete(gone)
    mirror.sim.control.fault("error", path="/clients/*", status=status)
    mirror.sim.control.reset_stats()
    run = mirror.sync(full=True)
    assert (run.state, run.tombstoned, run.resumable) == (RunState.FAILED, 0, False)
    assert "could not be confirmed" in run.error
    assert open_problems() == []
    assert mirror.sim.control.stats()["requests"] < 25, "nor minutes of retries for each"
    (new,) = mirror.sim.control.add()
    assert mirror.sync().state == RunState.COMPLETED, "what was listed need not be listed again"
    assert state_of(mirror, new) == State.PRESENT
    mirror.sim.control.clear_faults()
    assert mirror.sync(full=True).tombstoned == 8


def test_law_9_hidden_records_are_told_from_a_key_without_rights(mirror: Mirrored) -> None:
    """Eight records answer 403, all others are answered: that is about the eight."""
    mirror.sync()
    hidden, gone = mirror.sim.control.ids()[:8], mirror.sim.control.ids()[8]
    mirror.sim.control.delete([*hidden, gone])
    for one in hidden:
        mirror.sim.control.fault("error", path=f"/clients/{one}", status=403)
    run = mirror.sync(full=True)
    assert (run.state, run.tombstoned) == (RunState.COMPLETED, 1)
    assert {problem.external_id for problem in open_problems()} == set(hidden)


def test_law_9_a_tombstone_listed_again_whose_read_fails_stops_nothing(mirror: Mirrored) -> None:
    mirror.sync()
    back = mirror.sim.control.ids()[3]
    Customer.objects.filter(external_id=back).update(state=State.TOMBSTONE)
    mirror.sim.control.fault("error", path=f"/clients/{back}", status=403)
    run = mirror.sync(full=True)
    assert (run.state, run.failed) == (RunState.COMPLETED, 1)
    assert state_of(mirror, back) == State.TOMBSTONE
    (problem,) = open_problems()
    assert (problem.external_id, bytes(problem.payload)[:1]) == (back, b"{")
    mirror.sim.control.clear_faults()
    mirror.sim.control.change(mirror.sim.control.ids()[:1], fields={"website": "https://new.example"})
    assert mirror.sync().state == RunState.COMPLETED
    assert state_of(mirror, back) == State.PRESENT, "an incremental pass reads it again"
    assert open_problems() == []


def test_a_failed_read_is_repeated_after_waits_that_grow(mirror: Mirrored) -> None:
    mirror.sync()
    back = mirror.sim.control.ids()[3]
    Customer.objects.filter(external_id=back).update(state=State.TOMBSTONE)
    mirror.sim.control.fault("error", path=f"/clients/{back}", status=403)
    mirror.sync(full=True)
    mirror.sync()
    mirror.sim.control.reset_stats()
    assert mirror.sync().state == RunState.COMPLETED
    assert mirror.sim.control.stats()["by_route"].get("GET /clients/{id}", 0) == 0
    mirror.sim.control.clear_faults()
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        mirror.sync()
    assert state_of(mirror, back) == State.PRESENT


@pytest.mark.parametrize("bad", ["abc", "<img src=x onerror=alert(1)>", "..", "x" * 3000])
def test_law_9_an_id_that_the_system_refuses_stops_no_run_of_contact_persons(mirror: Mirrored, bad: str) -> None:
    """Such a customer came by a webhook: nothing lists it, and no read of it is answered."""
    mirror.sync_all()
    known = Customer.objects.first()
    assert known is not None
    known.pk, known.external_id, known.upstream_modified_at = None, bad, None
    known.first_seen_at = timezone.now()
    known.save(force_insert=True)
    person = mirror.sim.control.add_contact(mirror.sim.control.add()[0])
    for _ in range(3):
        before = coverage.load(mirror.connection.pk, Resource.CONTACT_PERSON).watermark
        mirror.sim.control.clock_move(3600)
        mirror.sim.control.change(mirror.sim.control.ids()[:1], fields={"website": f"https://{before:%H}.example"})
        runs = mirror.sync_all()
        assert {run.state for run in runs.values()} == {RunState.COMPLETED}
        after = coverage.load(mirror.connection.pk, Resource.CONTACT_PERSON).watermark
        assert after is not None
        assert before is not None
        assert after > before
    assert runs["contact_person"].kind == RunKind.INCREMENTAL
    assert mirror.row(bad).pk
    assert ContactPerson.objects.filter(external_id=person).exists()
    (problem,) = [one for one in open_problems() if one.resource == Resource.CONTACT_PERSON]
    assert str(problem) == f"of customer {bad}"
    full = mirror.sync_all(full=True)
    assert {run.state for run in full.values()} == {RunState.COMPLETED}
    assert mirror.row(bad).state == State.MISSING
    assert {one.resource for one in open_problems()} == {"customer"}, "all persons were listed"


def test_a_refused_single_read_says_which_record_and_why(mirror: Mirrored) -> None:
    error = mirror.execute(client_id="abc").error
    assert isinstance(error, ReadRefused)
    assert "Robaws gave no clear answer for abc. Robaws answered with status 400 for this record." in error.text
    assert open_problems() == []


def test_a_failed_run_that_is_cancelled_is_not_resumed_by_the_next_sync(mirror: Mirrored) -> None:
    mirror.sim.control.fault("server_error", path="/clients")
    failed = mirror.sync()
    assert (failed.state, failed.resumable) == (RunState.FAILED, True)
    assert not lifecycle.cancel(failed)
    mirror.sim.control.clear_faults()
    assert mirror.sync().pk != failed.pk
    with pytest.raises(NotPossibleNow, match="already ended"):
        lifecycle.cancel(failed)
