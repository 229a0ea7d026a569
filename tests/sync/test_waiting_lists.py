"""A run that waits for approval waits until somebody decides, and its list says what becomes of each row."""

import pytest

from counterfoil.connections import wording
from counterfoil.mirror.models import Proposal, Run, RunState
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import approval, plan
from counterfoil.worker.handlers import execute_run
from tests.support.mirrored import Mirrored


@pytest.fixture
def waiting(mirror: Mirrored) -> Run:
    """Stop a full sync because forty customers are gone."""
    mirror.sync()
    mirror.sim.control.snapshot()
    mirror.sim.control.delete(n=40)
    run = mirror.sync(full=True)
    assert run.state == RunState.NEEDS_APPROVAL
    return run


def sync_now(mirror: Mirrored) -> Run:
    """Do what the button does."""
    (run, *_) = plan.request_sync(mirror.connection, full=False, options=RunOptions())
    execute_run(run)
    run.refresh_from_db()
    return run


def test_law_3_sync_now_never_discards_a_run_that_waits_for_approval(mirror: Mirrored, waiting: Run) -> None:
    assert sync_now(mirror).state == RunState.COMPLETED
    waiting.refresh_from_db()
    assert waiting.state == RunState.NEEDS_APPROVAL
    approval.approve(waiting)
    assert sync_now(mirror).state == RunState.COMPLETED
    waiting.refresh_from_db()
    assert waiting.state == RunState.QUEUED
    execute_run(waiting)
    assert mirror.states() == {"present": 210, "tombstone": 40}


def test_law_3_a_full_sync_that_fails_leaves_the_list_to_be_approved(mirror: Mirrored, waiting: Run) -> None:
    mirror.sim.control.fault("html_error", path="/clients", status=502)
    assert mirror.sync(full=True).state == RunState.FAILED
    waiting.refresh_from_db()
    assert waiting.state == RunState.NEEDS_APPROVAL


def test_law_3_a_newer_list_takes_the_place_of_an_older_one(mirror: Mirrored, waiting: Run) -> None:
    newer = mirror.sync(full=True)
    waiting.refresh_from_db()
    assert (newer.state, waiting.state) == (RunState.NEEDS_APPROVAL, RunState.SUPERSEDED)
    assert Proposal.objects.filter(run=newer).count() == 40


def test_an_approved_list_says_what_became_of_each_row(mirror: Mirrored, waiting: Run) -> None:
    rows = Proposal.objects.filter(run=waiting).order_by("id")
    assert {wording.proposed_change(row.action, "Robaws") for row in rows} == {
        "would be marked as not found, or as deleted once Robaws confirms it"
    }
    approval.approve(waiting)
    waiting.refresh_from_db()
    gone = [row.external_id for row in rows.all()]
    mirror.sim.control.restore()
    mirror.sim.control.delete(ids=gone[1:])
    execute_run(waiting)
    results = [wording.approved_change(row.outcome, "Robaws") for row in rows.all()]
    assert results == ["not found in the last full sync", *["deleted"] * 39]
