"""Fire the schedules that are due: each moment once, however many workers look.

Whoever moves a schedule's next moment on from the value that was read has claimed that moment. The runs are queued
in the same transaction, so claim and runs exist together or not at all.
"""

import threading
import time
from datetime import datetime

import structlog
from django.db import DatabaseError, transaction
from django.utils import timezone

from counterfoil.connections import cron_times, factory, schedules
from counterfoil.errors import CounterfoilError
from counterfoil.mirror import edit_status, hold
from counterfoil.mirror.models import (
    Connection,
    Missed,
    Run,
    RunKind,
    RunState,
    Schedule,
    ScheduleKind,
    of_active_connection,
)
from counterfoil.runs import lifecycle
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import plan
from counterfoil.worker import wake

log = structlog.get_logger()

POLL_SECONDS = 5.0


class Scheduler:
    """The background task of one worker that fires schedules."""

    def __init__(self) -> None:
        self._polled_at = float("-inf")
        self._rescheduled = False

    def is_due(self) -> bool:
        """Tell whether POLL_SECONDS have passed since the last look."""
        return time.monotonic() - self._polled_at >= POLL_SECONDS

    def process_due(self, stop: threading.Event | None = None) -> int:
        """Fire what is due: see `fire_due`. The first call recalculates every next moment before that."""
        self._polled_at = time.monotonic()
        if hold.is_held():
            return 0
        now = timezone.now()
        if not self._rescheduled:
            schedules.reschedule_all(now)
            self._rescheduled = True
        return fire_due(now)


def fire_due(now: datetime) -> int:
    """Fire the schedules that are due. Returns how many were fired; one that fails does not stop the others."""
    fired = 0
    due = Schedule.objects.filter(of_active_connection(), is_on=True, next_at__lte=now).select_related(
        "connection"
    )
    for schedule in due.order_by("kind", "id"):  # full before incremental: a full sync covers both
        try:
            fired += _fire(schedule, now)
        except DatabaseError:
            raise
        except Exception:
            log.exception("schedule failed", schedule=schedule.pk, connection=schedule.connection_id)
    return fired


@transaction.atomic
def _fire(schedule: Schedule, now: datetime) -> bool:
    connection = Connection.objects.locked(schedule.connection_id)
    decision = _decide(schedule, connection, now)
    claimed = Schedule.objects.filter(
        pk=schedule.pk, is_on=True, cron=schedule.cron, missed=schedule.missed, next_at=schedule.next_at
    ).update(next_at=decision.next_at if decision else None)
    if not claimed or decision is None:
        return False
    if not decision.fire:
        log.info("missed schedule skipped", schedule=schedule.pk, connection=connection.pk, kind=schedule.kind)
        return False
    _queue_runs(schedule, connection, now)
    return True


def _decide(schedule: Schedule, connection: Connection, now: datetime) -> cron_times.ScheduleDecision | None:
    assert schedule.next_at is not None  # noqa: S101  it is due
    zone, catch_up = schedules.zone_of(connection), schedule.missed == Missed.CATCH_UP
    try:
        return cron_times.decide(schedule.cron, zone, schedule.next_at, now, catch_up=catch_up)
    except CounterfoilError as error:
        log.warning("schedule invalid", schedule=schedule.pk, error=error.message)
        return None


def _queue_runs(schedule: Schedule, connection: Connection, now: datetime) -> None:
    """Queue what the schedule is for. Where that is refused it has fired without a run, until its next moment."""
    run = None
    try:
        if schedule.kind == ScheduleKind.PUSH:
            run = _queue_push(connection)
        else:
            run, *_ = plan.request_scheduled_sync(connection, full=schedule.kind == ScheduleKind.FULL)
    except CounterfoilError as error:
        log.warning("scheduled run refused", schedule=schedule.pk, error=error.message)
    Schedule.objects.filter(pk=schedule.pk).update(fired_at=now, run=run)
    log.info("schedule fired", schedule=schedule.pk, connection=connection.pk, kind=schedule.kind)
    wake.nudge()


def _queue_push(connection: Connection) -> Run | None:
    """Queue a push of all that waits: none where nothing does, the active one where there is one."""
    if factory.writer(connection) is None or not edit_status.is_push_needed(connection):
        return None
    active = Run.objects.filter(connection=connection, kind=RunKind.PUSH, options={}, state__in=RunState.UNDERWAY)
    return active.first() or lifecycle.request_run(connection, RunKind.PUSH, RunOptions())
