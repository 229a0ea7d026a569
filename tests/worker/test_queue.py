"""Which runs a worker takes, and which it leaves to others."""

import pytest
from django.db.models.functions import Now

from counterfoil.connectors.page import Resource
from counterfoil.edits import request_push
from counterfoil.mirror.models import Run, RunKind, RunState
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import plan
from counterfoil.sync.plan import PlannedRun
from counterfoil.worker import queue
from counterfoil.worker.handlers import execute_run
from tests.support.mirrored import Mirrored

FULL = PlannedRun(Resource.CUSTOMER, RunKind.FULL)


@pytest.fixture(params=["sync", "push"])
def run(mirror: Mirrored, request: pytest.FixtureRequest) -> Run:
    """Create a run as a command does that carries it out itself."""
    if request.param == "push":
        return request_push.start_push(mirror.connection)
    return plan.start_run(mirror.connection, FULL, RunOptions())


def test_a_worker_leaves_a_run_to_the_command_that_created_it(run: Run) -> None:
    assert queue.execute_due_runs() == 0
    execute_run(run)
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED


def test_a_worker_takes_over_where_the_command_never_started_it(run: Run) -> None:
    Run.objects.update(lease_expires_at=Now())
    assert queue.execute_due_runs() == 1
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED
