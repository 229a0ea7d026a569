"""Scheduled syncs: each due time fires once for any number of workers; missed ones are caught up or skipped."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import override_settings

from counterfoil.connections import connect, cron_times, schedules
from counterfoil.connections.schedules import ScheduleChange
from counterfoil.errors import InvalidInput
from counterfoil.mirror.models import Connection, Missed, Run, RunKind, RunState, Schedule, ScheduleKind
from counterfoil.sync import plan
from counterfoil.worker import queue, scheduler
from counterfoil.worker.scheduler import Scheduler
from tests.support.background import in_background
from tests.support.mirrored import Mirrored

pytestmark = pytest.mark.django_db(transaction=True)

BRUSSELS = ZoneInfo("Europe/Brussels")
FULL, INCREMENTAL = ScheduleKind.FULL, ScheduleKind.INCREMENTAL
FRIDAY = datetime(2026, 11, 20, 12, tzinfo=BRUSSELS)
SATURDAY, SUNDAY = datetime(2026, 11, 21, 3, tzinfo=BRUSSELS), datetime(2026, 11, 22, 4, tzinfo=BRUSSELS)
NEXT_SATURDAY = datetime(2026, 11, 28, 12, tzinfo=BRUSSELS)
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def acme() -> Connection:
    """Create a connection on a Friday at noon, never synced; its address does not answer."""
    made = Connection.objects.create(name="acme", connector="robaws", settings={"base_url": "http://127.0.0.1:1"})
    with time_machine.travel(FRIDAY):
        schedules.create_schedules(made)
    made.schedules.filter(kind="push").delete()
    return made


def schedule_of(connection: Connection, kind: ScheduleKind = INCREMENTAL) -> Schedule:
    return Schedule.objects.get(connection=connection, kind=kind)


def queued() -> list[tuple[str, str]]:
    """List resource and kind of the queued runs."""
    return list(Run.objects.filter(state=RunState.QUEUED).order_by("id").values_list("resource", "kind"))


def test_a_new_connection_is_synced_every_day_and_in_full_on_sundays(mirror: Mirrored) -> None:
    found = mirror.connection.schedules.values_list("kind", "cron", "is_on", "missed")
    assert list(found) == [
        ("incremental", "0 3 * * *", True, "catch-up"),
        ("full", "0 4 * * 0", True, "catch-up"),
        ("push", "0 22 * * *", True, "catch-up"),
    ]
    days = {
        schedule.kind: (schedule.next_at or FRIDAY).astimezone(BRUSSELS) for schedule in Schedule.objects.all()
    }
    assert f"{days['incremental']:%H:%M}" == "03:00"
    assert f"{days['full']:%A %H:%M}" == "Sunday 04:00"


def test_a_connection_that_is_connected_again_keeps_its_schedules(mirror: Mirrored) -> None:
    schedules.change_schedule(mirror.connection, FULL, ScheduleChange(is_on=False))
    Mirrored.connect(mirror.sim)
    assert [schedule.is_on for schedule in Schedule.objects.all()] == [True, False, True]


def test_a_file_has_one_schedule_which_is_off_until_a_user_enables_it(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("Id;Name\n1;Acme\n")
    settings = {"path": str(path), "id_column": "Id", "encoding": "", "delimiter": ""}
    made, *_ = connect.connect(connect.Draft("file", "file", settings, field_map={"name": "Name"}))
    schedule = Schedule.objects.get()
    assert (schedule.kind, schedule.cron, schedule.is_on, schedule.next_at) == ("full", "0 3 * * *", False, None)
    with pytest.raises(InvalidInput, match="no schedule of the kind incremental"):
        schedules.change_schedule(made, INCREMENTAL, ScheduleChange(is_on=True))
    with time_machine.travel(FRIDAY):
        assert schedules.change_schedule(made, FULL, ScheduleChange(is_on=True)).next_at == SATURDAY


def test_the_daily_sync_runs_once_when_due_and_mirrors_the_changes(mirror: Mirrored) -> None:
    mirror.connection.schedules.exclude(kind=INCREMENTAL).delete()  # so that this one is next at any hour
    mirror.sync_all()
    mirror.sim.control.change(n=3)
    due = schedule_of(mirror.connection).next_at
    assert due is not None
    with time_machine.travel(due - SECOND) as clock:
        worker = Scheduler()
        assert worker.process_due() == 0
        clock.shift(SECOND)
        assert [worker.process_due(), worker.process_due(), Scheduler().process_due()] == [1, 0, 0]
        queue.execute_due_runs()
    assert mirror.is_true()
    schedule = schedule_of(mirror.connection)
    assert schedule.run is not None
    assert (schedule.run.kind, schedule.run.state, schedule.run.updated) == ("incremental", "completed", 3)
    assert schedule.next_at == cron_times.next_after("0 3 * * *", BRUSSELS, due)
    assert schedule.fired_at is not None
    assert due <= schedule.fired_at < due + HOUR
    assert schedule.run.requested_by is None


def test_a_scheduled_sync_covers_every_resource(acme: Connection) -> None:
    assert scheduler.fire_due(SUNDAY - HOUR) == 1
    assert scheduler.fire_due(SUNDAY) == 1
    assert queued() == [("customer", RunKind.FULL), ("contact_person", RunKind.FULL)], "never synced: both in full"
    assert schedule_of(acme, FULL).run == schedule_of(acme, INCREMENTAL).run == Run.objects.order_by("id").first()


def test_a_week_of_missed_moments_is_caught_up_with_one_sync(acme: Connection) -> None:
    assert scheduler.fire_due(NEXT_SATURDAY) == 2
    assert scheduler.fire_due(NEXT_SATURDAY + SECOND) == 0
    assert len(queued()) == 2
    assert schedule_of(acme).next_at == SATURDAY + 8 * DAY
    assert schedule_of(acme, FULL).next_at == SUNDAY + 7 * DAY


def test_missed_moments_are_skipped_by_choice_and_the_next_one_fires(acme: Connection) -> None:
    for kind in (INCREMENTAL, FULL):
        schedules.change_schedule(acme, kind, ScheduleChange(missed=Missed.SKIP))
    assert scheduler.fire_due(NEXT_SATURDAY) == 0
    assert queued() == []
    assert schedule_of(acme).fired_at is None
    assert scheduler.fire_due(SATURDAY + 8 * DAY + SECOND) == 1
    assert schedule_of(acme).fired_at == SATURDAY + 8 * DAY + SECOND


def test_a_disabled_schedule_does_not_fire_and_counts_from_when_it_is_enabled(acme: Connection) -> None:
    assert schedules.change_schedule(acme, INCREMENTAL, ScheduleChange(is_on=False)).next_at is None
    assert scheduler.fire_due(SATURDAY + HOUR) == 0
    with time_machine.travel(NEXT_SATURDAY):
        assert (
            schedules.change_schedule(acme, INCREMENTAL, ScheduleChange(is_on=True)).next_at == SATURDAY + 8 * DAY
        )
    assert queued() == []


@pytest.mark.parametrize(
    ("values", "queued_again"),
    [
        ({"state": RunState.RUNNING}, False),
        ({"state": RunState.QUEUED}, False),
        ({"state": RunState.PARKED, "resumable": True, "parked_until": SUNDAY + HOUR}, False),
        ({"state": RunState.QUEUED, "options": {"limit": 5}}, True),
        ({"state": RunState.COMPLETED}, True),
        ({"state": RunState.NEEDS_APPROVAL}, True),
        ({"state": RunState.QUEUED, "kind": RunKind.INCREMENTAL}, True),
    ],
    ids=["running", "queued", "parked", "a limited one", "completed", "waits for approval", "a smaller pass"],
)
def test_an_active_run_is_not_queued_a_second_time(
    acme: Connection, values: dict[str, Any], queued_again: bool
) -> None:
    active = Run.objects.create(connection=acme, **{"kind": RunKind.FULL, **values})
    schedules.change_schedule(acme, INCREMENTAL, ScheduleChange(is_on=False))
    assert scheduler.fire_due(SUNDAY) == 1
    assert Run.objects.filter(resource="customer").count() == 1 + queued_again
    assert Run.objects.filter(resource="contact_person").count() == 1
    assert (schedule_of(acme, FULL).run == active) == (not queued_again)


def test_an_interrupted_run_is_resumed_by_the_next_schedule(acme: Connection) -> None:
    interrupted = Run.objects.create(
        connection=acme, kind=RunKind.FULL, state=RunState.PARKED, resumable=True, started_at=SUNDAY - HOUR
    )
    schedules.change_schedule(acme, INCREMENTAL, ScheduleChange(is_on=False))
    with time_machine.travel(SUNDAY):
        assert scheduler.fire_due(SUNDAY) == 1
    interrupted.refresh_from_db()
    assert interrupted.state == RunState.QUEUED
    assert schedule_of(acme, FULL).run == interrupted


def test_of_many_workers_that_see_a_due_schedule_one_fires_it(
    acme: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = threading.Barrier(5)
    real: Callable[[Schedule, datetime], bool] = scheduler._fire
    fired: list[bool] = []

    def fire(schedule: Schedule, now: datetime) -> bool:
        together.wait(timeout=30)
        fired.append(real(schedule, now))
        return fired[-1]

    monkeypatch.setattr(scheduler, "_fire", fire)
    threads = [in_background(lambda: scheduler.fire_due(SATURDAY)) for _ in range(5)]
    for thread in threads:
        thread.join()
    assert sorted(fired) == [False] * 4 + [True]
    assert len(queued()) == 2


def test_a_claim_and_its_runs_exist_together_or_not_at_all_and_others_fire(
    acme: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Connection.objects.create(name="other", connector="robaws", settings=acme.settings)
    with time_machine.travel(FRIDAY):
        schedules.create_schedules(other)
    other.schedules.filter(kind="push").delete()
    real = plan.request_scheduled_sync

    def broken(connection: Connection, *, full: bool) -> list[Run]:
        runs = real(connection, full=full)
        if connection == acme:
            raise RuntimeError
        return runs

    monkeypatch.setattr(plan, "request_scheduled_sync", broken)
    assert scheduler.fire_due(SATURDAY) == 1
    assert set(Run.objects.values_list("connection", flat=True)) == {other.pk}
    assert (schedule_of(acme).next_at, schedule_of(acme).fired_at) == (SATURDAY, None)
    monkeypatch.undo()
    assert scheduler.fire_due(SATURDAY + SECOND) == 1
    assert Run.objects.filter(connection=acme).count() == 2


def test_an_unknown_connector_or_an_invalid_expression_stops_no_worker(acme: Connection) -> None:
    Connection.objects.filter(pk=acme.pk).update(connector="gone")
    Schedule.objects.filter(kind=FULL).update(cron="whenever", next_at=SATURDAY)
    assert scheduler.fire_due(SATURDAY) == 1
    assert (schedule_of(acme).run, schedule_of(acme).next_at) == (None, SATURDAY + DAY)
    assert schedule_of(acme, FULL).next_at is None
    schedules.reschedule_all(SATURDAY)
    assert schedule_of(acme, FULL).next_at is None
    assert queued() == []


def test_a_connection_lives_in_its_own_time_zone(acme: Connection) -> None:
    with time_machine.travel(FRIDAY):
        schedules.change_time_zone(acme, "America/New_York")
        assert schedule_of(acme).next_at == datetime(2026, 11, 21, 8, tzinfo=UTC)
        schedules.change_time_zone(acme, None)
        assert schedule_of(acme).next_at == SATURDAY
    with pytest.raises(InvalidInput, match="not a known time zone"):
        schedules.change_time_zone(acme, "Mars/Olympus")
    Connection.objects.filter(pk=acme.pk).update(settings={"time_zone": "Mars/Olympus"})
    acme.refresh_from_db()
    assert schedules.zone_of(acme) == BRUSSELS, "an unknown time zone counts as none"


def test_a_new_default_time_zone_applies_at_the_next_start_except_to_due_moments(
    acme: Connection,
) -> None:
    with override_settings(TIME_ZONE="UTC"):
        schedules.reschedule_all(SATURDAY - HOUR)
        assert schedule_of(acme).next_at == datetime(2026, 11, 21, 3, tzinfo=UTC)
        schedules.reschedule_all(SATURDAY + 3 * DAY)
        assert schedule_of(acme).next_at == datetime(2026, 11, 21, 3, tzinfo=UTC)


def test_a_changed_time_counts_from_now_on(acme: Connection) -> None:
    with time_machine.travel(SATURDAY + HOUR):
        changed = schedules.change_schedule(acme, INCREMENTAL, ScheduleChange(cron=" 0  2 * * * "))
    assert (changed.cron, changed.next_at) == ("0 2 * * *", SATURDAY + DAY - HOUR)
    assert scheduler.fire_due(SATURDAY + 2 * HOUR) == 0


def test_a_change_made_while_it_fires_is_kept_and_does_not_fire_again(acme: Connection) -> None:
    stale = schedule_of(acme)
    assert scheduler.fire_due(SATURDAY) == 1
    schedules.change_schedule(acme, INCREMENTAL, ScheduleChange(missed=Missed.SKIP))
    assert not scheduler._fire(stale, SATURDAY)
    assert (schedule_of(acme).next_at, schedule_of(acme).missed) == (SATURDAY + DAY, Missed.SKIP)
