"""Schedules whose time has come are fired: by one of all workers, once.

Whoever moves a schedule's next moment on, from the one that they have read, has claimed it. The run is asked for
in the same transaction, so neither is there without the other.
"""

import threading
import time
from datetime import datetime

import structlog
from django.db import DatabaseError, transaction
from django.utils import timezone

from counterfoil.connections import cron_times, factory, schedules
from counterfoil.errors import CounterfoilError
from counterfoil.mirror import edit_status
from counterfoil.mirror.models import (
    Connection,
    Missed,
    Run,
    RunKind,
    RunState,
    Schedule,
    ScheduleKind,
)
from counterfoil.runs import lifecycle
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import plan
from counterfoil.worker import wake

log = structlog.get_logger()

LOOK_SECONDS = 5.0
_ON_ITS_WAY = (RunState.QUEUED, RunState.RUNNING, RunState.PARKED)


class Scheduler:
    """One worker's look at the clock."""

    def __init__(self) -> None:
        self._looked_at = float("-inf")
        self._reckoned = False

    def is_due(self) -> bool:
        """Every few seconds."""
        return time.monotonic() - self._looked_at >= LOOK_SECONDS

    def work_off(self, stop: threading.Event | None = None) -> int:
        """See `fire_due`; the first time reckon again what is to come."""
        self._looked_at = time.monotonic()
        now = timezone.now()
        if not self._reckoned:
            schedules.reschedule_all(now)
            self._reckoned = True
        return fire_due(now)


def fire_due(now: datetime) -> int:
    """Fire what is due. Returns how many were fired here. One that cannot be fired does not stop the others."""
    fired = 0
    due = Schedule.objects.filter(is_on=True, next_at__lte=now).select_related("connection")
    for schedule in due.order_by("kind", "id"):  # a full sync does what an incremental one would
        try:
            fired += _fire(schedule, now)
        except DatabaseError:
            raise
        except Exception:
            log.exception("schedule not fired", schedule=schedule.pk, connection=schedule.connection_id)
    return fired


@transaction.atomic
def _fire(schedule: Schedule, now: datetime) -> bool:
    connection = Connection.objects.select_for_update().get(pk=schedule.connection_id)
    decision = _decided(schedule, connection, now)
    claimed = Schedule.objects.filter(
        pk=schedule.pk, is_on=True, cron=schedule.cron, missed=schedule.missed, next_at=schedule.next_at
    ).update(next_at=decision.next_at if decision else None)
    if not claimed or decision is None:
        return False
    if not decision.fire:
        log.info("schedule missed and skipped", schedule=schedule.pk, connection=connection.pk, kind=schedule.kind)
        return False
    _ask(schedule, connection, now)
    return True


def _decided(schedule: Schedule, connection: Connection, now: datetime) -> cron_times.ScheduleDecision | None:
    assert schedule.next_at is not None  # noqa: S101  it is due
    zone, catch_up = schedules.zone_of(connection), schedule.missed == Missed.CATCH_UP
    try:
        return cron_times.decide(schedule.cron, zone, schedule.next_at, now, catch_up=catch_up)
    except CounterfoilError as error:
        log.warning("schedule cannot be used", schedule=schedule.pk, error=error.message)
        return None


def _ask(schedule: Schedule, connection: Connection, now: datetime) -> None:
    """A connection that cannot be synced keeps no run of it; it is tried again at the next moment."""
    run = None
    try:
        if schedule.kind == ScheduleKind.PUSH:
            run = _ask_push(connection)
        else:
            run, *_ = plan.request_scheduled_sync(connection, full=schedule.kind == ScheduleKind.FULL)
    except CounterfoilError as error:
        log.warning("nothing could be asked for", schedule=schedule.pk, error=error.message)
    Schedule.objects.filter(pk=schedule.pk).update(fired_at=now, run=run)
    log.info("schedule fired", schedule=schedule.pk, connection=connection.pk, kind=schedule.kind)
    wake.nudge()


def _ask_push(connection: Connection) -> Run | None:
    """A push of everything; none where nothing waits, or where one is on its way."""
    waiting = edit_status.waiting_edits().filter(connection=connection)
    if factory.writer(connection) is None or not waiting.exists():
        return None
    going = Run.objects.filter(connection=connection, kind=RunKind.PUSH, options={}, state__in=_ON_ITS_WAY)
    return going.first() or lifecycle.request_run(connection, RunKind.PUSH, RunOptions())
