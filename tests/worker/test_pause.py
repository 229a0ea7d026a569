"""A paused connection makes no calls and loses nothing: its runs, edits and webhooks wait until it is resumed."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone

from counterfoil.edits import edit, request_push
from counterfoil.errors import LeaseLost, NotPossibleNow
from counterfoil.mirror.models import Customer, Run, RunKind, RunState, Schedule
from counterfoil.runs import lifecycle
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import plan
from counterfoil.webhooks import queue as delivery_queue
from counterfoil.webhooks.models import Delivery
from counterfoil.worker import queue, scheduler
from counterfoil.worker.handlers import execute_run
from counterfoil.worker.pause import pause_connection, unpause_connection
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.background import in_background
from tests.support.mirrored import Mirrored


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """Start three customers."""
    with RobawsSimulator(3, seed=7, rate=None) as simulator:
        yield simulator


@pytest.fixture
def paused(mirror: Mirrored) -> Mirrored:
    """Pause a connection after its first sync, with a run, a webhook and a schedule waiting."""
    mirror.sync_all()
    lifecycle.request_run(mirror.connection, RunKind.INCREMENTAL, RunOptions())
    assert pause_connection(mirror.connection)
    Delivery.objects.create(
        connection=mirror.connection, resource="customer", event_id="1", external_id="1", ticket=0,
        received_at=timezone.now(),
    )  # fmt: skip
    Schedule.objects.filter(connection=mirror.connection).update(next_at=timezone.now() - timedelta(seconds=5))
    mirror.sim.control.reset_stats()
    return mirror


def test_what_waits_for_a_paused_connection_waits_until_it_is_resumed(paused: Mirrored) -> None:
    now = timezone.now()
    assert (queue.execute_due_runs(), delivery_queue.due().count(), scheduler.fire_due(now)) == (0, 0, 0)
    assert not pause_connection(paused.connection)
    assert unpause_connection(paused.connection)
    assert not unpause_connection(paused.connection)
    assert scheduler.fire_due(now) > 0
    assert queue.execute_due_runs() > 0
    assert delivery_queue.due().count() == 1
    assert paused.sim.control.stats()["requests"] > 0


def test_nothing_calls_for_a_paused_connection(paused: Mirrored) -> None:
    connection = paused.connection
    edit.edit_customer(Customer.objects.earliest("id"), {"phone": "03 234 56 78"})
    with pytest.raises(NotPossibleNow, match="is paused"):
        plan.request_sync(connection, full=True, options=RunOptions())
    with pytest.raises(NotPossibleNow, match="is paused"):
        request_push.request_push(connection)
    run = Run.objects.create(connection=connection, kind=RunKind.FULL)
    with pytest.raises(NotPossibleNow, match="is paused"):
        execute_run(run)
    run.refresh_from_db()
    assert (run.state, paused.sim.control.stats()["requests"]) == (RunState.QUEUED, 0)


def test_a_run_of_a_paused_connection_stops_and_continues_when_it_is_resumed(mirror: Mirrored) -> None:
    mirror.sim.control.hold(method="GET", path="/clients", page=0, times=1)

    def sync() -> None:
        with suppress(LeaseLost):  # its process notices at the next write
            mirror.execute(full=True)

    thread = in_background(sync)
    assert mirror.sim.control.wait_held(1, timeout=20)
    pause_connection(mirror.connection)
    mirror.sim.control.release()
    thread.join()
    run = Run.objects.get()
    assert (run.state, run.resumable, Customer.objects.count()) == (RunState.PARKED, True, 0)
    assert "was paused" in run.note
    unpause_connection(mirror.connection)
    assert queue.execute_due_runs() == 1
    run.refresh_from_db()
    assert (run.state, Customer.objects.count()) == (RunState.COMPLETED, 3)
