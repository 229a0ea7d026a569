"""Law 3, absent is not deleted: a row is deleted in two guarded steps; a faulty upstream deletes nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from counterfoil.errors import NotPossibleNow
from counterfoil.mirror.models import Proposal, Run, RunState
from counterfoil.sync import approval
from counterfoil.worker.handlers import execute_run
from tests.support.background import in_background
from tests.support.mirrored import Mirrored, fingerprints


def approve(run: Run) -> Run:
    approval.approve(run)
    run.refresh_from_db()
    execute_run(run)
    run.refresh_from_db()
    return run


def test_deleted_records_become_tombstones_after_a_single_read_each(mirror: Mirrored) -> None:
    mirror.sync()
    gone = mirror.sim.control.ids()[10:15]
    mirror.sim.control.delete(ids=gone)
    run = mirror.sync(full=True)
    assert (run.state, run.tombstoned, run.missing, run.unchanged) == (RunState.COMPLETED, 5, 0, 245)
    assert run.api_calls == 3 + 5
    assert mirror.states() == {"present": 245, "tombstone": 5}
    assert [entry[:3] for entry in mirror.history(gone[0])] == [
        ("state", "present", "missing"),
        ("state", "missing", "tombstone"),
        ("is_active", True, False),
    ]
    assert mirror.is_true()


def test_only_the_apis_own_does_not_exist_answer_confirms_a_deletion(mirror: Mirrored) -> None:
    mirror.sync()
    gone = mirror.sim.control.ids()[:3]
    mirror.sim.control.delete(ids=gone)
    mirror.sim.control.fault("html_error", path="/clients/*", status=502)
    run = mirror.sync(full=True)
    assert (run.state, run.tombstoned) == (RunState.FAILED, 0)
    assert mirror.states() == {"present": 247, "missing": 3}
    assert all(mirror.row(external_id).is_active for external_id in gone)
    mirror.sim.control.clear_faults()
    run = mirror.sync(full=True)
    assert (run.state, run.tombstoned) == (RunState.COMPLETED, 3)


def test_an_archived_client_that_still_answers_a_read_is_unlisted_and_inactive(mirror: Mirrored) -> None:
    mirror.sync()
    first = mirror.sim.control.ids()[0]
    mirror.sim.control.archive(ids=[first])
    run = mirror.sync(full=True)
    assert (run.unlisted, run.tombstoned, run.missing) == (1, 0, 0)
    assert (mirror.row(first).state, mirror.row(first).is_active) == ("unlisted", False)
    assert mirror.sync(full=True).api_calls == 3, "an unlisted row is not read again by every pass"
    mirror.sim.control.unarchive([first])
    mirror.sync(full=True)
    assert (mirror.row(first).state, mirror.row(first).is_active) == ("present", True)


def test_an_unlisted_row_is_read_again_after_a_month(mirror: Mirrored) -> None:
    mirror.sync()
    first = mirror.sim.control.ids()[0]
    mirror.sim.control.archive(ids=[first])
    mirror.sync(full=True)
    mirror.sim.control.delete(ids=[first])
    assert mirror.sync(full=True).tombstoned == 0
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert mirror.sync(full=True).tombstoned == 1
    assert mirror.row(first).state == "tombstone"


def test_one_listing_that_skips_an_existing_record_does_not_make_it_inactive(mirror: Mirrored) -> None:
    """A delete and an insert between two pages: the total is right, but a moved record was not listed."""
    mirror.sync()
    control = mirror.sim.control
    deleted, skipped = control.ids()[4], control.ids()[100]
    control.hold(method="GET", path="/clients", page=0, times=1)
    thread = in_background(lambda: mirror.sync(full=True))
    assert control.wait_held(1)
    control.delete(ids=[deleted])
    control.add(1)
    control.release()
    thread.join()
    assert Run.objects.latest("id").state == RunState.COMPLETED
    assert (mirror.row(skipped).state, mirror.row(skipped).is_active) == ("missing", True)
    mirror.sync(full=True)
    assert (mirror.row(skipped).state, mirror.row(deleted).state) == ("present", "tombstone")
    assert mirror.is_true()


def test_an_empty_list_from_a_faulty_upstream_deletes_nothing(mirror: Mirrored) -> None:
    mirror.sync()
    before = fingerprints()
    mirror.sim.control.fault("empty_list", path="/clients")
    run = mirror.sync(full=True)
    assert run.state == RunState.NEEDS_APPROVAL
    assert "250 of 250 customers (100%) would be marked as not found; the limit is" in run.note
    assert fingerprints() == before
    assert Proposal.objects.filter(run=run, action="vanish").count() == 250


def test_even_a_wrong_approval_deletes_no_record_that_still_answers(mirror: Mirrored) -> None:
    mirror.sync()
    mirror.sim.control.fault("empty_list", path="/clients", times=1)
    run = approve(mirror.sync(full=True))
    assert (run.state, run.tombstoned) == (RunState.COMPLETED, 0)
    assert mirror.states() == {"missing": 250}
    assert mirror.row(mirror.sim.control.ids()[0]).is_active
    mirror.sync(full=True)
    assert mirror.states() == {"present": 250}


def test_more_deletions_than_allowed_stop_the_run_and_are_listed_for_approval(mirror: Mirrored) -> None:
    mirror.sync()
    gone = mirror.sim.control.ids()[:40]
    mirror.sim.control.delete(ids=gone)
    run = mirror.sync(full=True)
    assert (run.state, run.tombstoned, run.missing) == (RunState.NEEDS_APPROVAL, 0, 0)
    assert mirror.states() == {"present": 250}
    assert set(Proposal.objects.filter(run=run).values_list("external_id", flat=True)) == set(gone)


def test_approval_covers_only_the_listed_ids_and_confirms_each_again(mirror: Mirrored) -> None:
    mirror.sync()
    control = mirror.sim.control
    gone = control.ids()[:40]
    control.snapshot()
    control.delete(ids=gone)
    run = mirror.sync(full=True)
    control.restore()
    control.delete(ids=gone[:30])
    control.delete(ids=control.ids()[-5:])
    run = approve(run)
    assert (run.state, run.tombstoned) == (RunState.COMPLETED, 30)
    assert mirror.states() == {"present": 210, "missing": 10, "tombstone": 30}
    mirror.sync(full=True)
    assert mirror.states() == {"present": 215, "tombstone": 35}


def test_a_run_can_be_approved_only_once(mirror: Mirrored) -> None:
    mirror.sync()
    mirror.sim.control.delete(n=40)
    run = approve(mirror.sync(full=True))
    with pytest.raises(NotPossibleNow, match="is not waiting for approval"):
        approval.approve(run)


def test_a_newer_full_pass_supersedes_a_waiting_one(mirror: Mirrored) -> None:
    mirror.sync()
    mirror.sim.control.snapshot()
    mirror.sim.control.delete(n=40)
    waiting = mirror.sync(full=True)
    mirror.sim.control.restore()
    newer = mirror.sync(full=True)
    waiting.refresh_from_db()
    assert (newer.state, waiting.state) == (RunState.COMPLETED, RunState.SUPERSEDED)


def test_a_key_of_another_tenant_writes_nothing(mirror: Mirrored) -> None:
    """The same ids with other names: neither existing nor new rows are written before a user approves."""
    mirror.sync()
    before = fingerprints()
    control = mirror.sim.control
    for external_id in control.ids():
        control.change(ids=[external_id], fields={"name": f"Other tenant {external_id}"}, rename=True)
    control.add(30)
    run = mirror.sync(full=True)
    assert run.state == RunState.NEEDS_APPROVAL
    assert "250 of 250 customers (100%) would get another name" in run.note
    assert fingerprints() == before
    actions = Proposal.objects.filter(run=run).values_list("action", flat=True)
    assert sorted(set(actions)) == ["create", "rename"]
    assert approve(run).state == RunState.COMPLETED
    assert mirror.is_true()


def test_a_few_renamed_customers_pass_the_guard_within_the_same_run(mirror: Mirrored) -> None:
    mirror.sync()
    ids = mirror.sim.control.ids()[:5]
    for external_id in ids:
        mirror.sim.control.change(ids=[external_id], fields={"name": f"Renamed {external_id}"}, rename=True)
    run = mirror.sync(full=True)
    assert (run.state, run.updated, run.api_calls) == (RunState.COMPLETED, 5, 3)
    assert mirror.row(ids[0]).name == f"Renamed {ids[0]}"
    assert not Proposal.objects.exists()


def test_an_incremental_or_limited_or_dry_run_never_marks_a_row_missing(mirror: Mirrored) -> None:
    mirror.sync()
    mirror.sim.control.delete(n=5)
    for options in ({}, {"limit": 120}, {"dry_run": True, "full": True}):
        run = mirror.sync(**options)
        assert run.state == RunState.COMPLETED
        assert mirror.states() == {"present": 250}
