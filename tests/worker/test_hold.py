"""A held install receives webhooks and starts nothing: no schedule, run, push or delivery, until it goes live."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from counterfoil.edits import edit, request_push
from counterfoil.errors import NotPossibleNow
from counterfoil.mirror import hold
from counterfoil.mirror.models import Run, RunKind, RunState, Schedule, ScheduleKind
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import plan
from counterfoil.webhooks import worker as deliveries
from counterfoil.webhooks.maintenance import Maintenance
from counterfoil.webhooks.models import DeliveryState
from counterfoil.worker import queue
from counterfoil.worker.handlers import execute_run
from counterfoil.worker.scheduler import Scheduler
from tests.console import making
from tests.support.mirrored import Mirrored

BACKUP = datetime(2026, 11, 1, 3, tzinfo=UTC)


@pytest.fixture
def on_hold(mirror: Mirrored) -> Mirrored:
    """Sync, let a schedule, a run and a webhook be due, and hold the install."""
    mirror.sync()
    plan.request_sync(mirror.connection, full=True, options=RunOptions())
    making.delivery(mirror.connection, DeliveryState.RECEIVED, external_id="7")
    due = timezone.now() - timedelta(minutes=1)
    Schedule.objects.filter(connection=mirror.connection, kind=ScheduleKind.PUSH).update(is_on=True, next_at=due)
    hold.hold(timezone.now(), BACKUP)
    return mirror


def work() -> int:
    """Do all that a worker does. Returns how much it started."""
    started = Scheduler().process_due() + Maintenance().process_due()
    started += int(deliveries.is_due()) + deliveries.process_due()
    return started + queue.execute_due_runs()


def test_nothing_starts_while_held_and_all_of_it_once_live(on_hold: Mirrored) -> None:
    calls = len(on_hold.sim.control.requests())
    states = list(Run.objects.order_by("id").values_list("state", flat=True))
    assert work() == 0
    assert list(Run.objects.order_by("id").values_list("state", flat=True)) == states
    assert len(on_hold.sim.control.requests()) == calls
    assert hold.go_live(timezone.now())
    assert work() >= 2
    assert len(on_hold.sim.control.requests()) > calls
    assert not Run.objects.filter(state=RunState.QUEUED).exists()


def test_no_run_is_executed_in_any_way_while_held(on_hold: Mirrored) -> None:
    run = Run.objects.filter(state=RunState.QUEUED).first()
    assert run is not None
    for attempt in (
        lambda: execute_run(run),
        lambda: on_hold.sync(full=True),
        lambda: on_hold.sync(client_id="7"),
        lambda: request_push.start_push(on_hold.connection),
    ):
        with pytest.raises(NotPossibleNow, match="on hold"):
            attempt()
    run.refresh_from_db()
    assert run.state == RunState.QUEUED


def test_edits_are_kept_while_held_and_sent_once_live(on_hold: Mirrored) -> None:
    customer = on_hold.row("7")
    edit.edit_customer(customer, {"city": "Gent"})
    request_push.request_push(on_hold.connection)
    assert work() == 0
    hold.go_live(timezone.now())
    work()
    pushed = Run.objects.get(kind=RunKind.PUSH)
    assert pushed.state == RunState.COMPLETED
    assert on_hold.sim.control.client("7")["address"]["city"] == "Gent"
