"""Create and change the schedules of connections, and compute when they fire next."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from counterfoil.connections import cron_times
from counterfoil.connectors.page import Resource
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.connectors.write_port import writer_of
from counterfoil.errors import InvalidInput
from counterfoil.mirror.models import Connection, Missed, Schedule, ScheduleKind

DAILY, WEEKLY, NIGHTLY = "0 3 * * *", "0 4 * * 0", "0 22 * * *"
USUAL = {ScheduleKind.INCREMENTAL: DAILY, ScheduleKind.FULL: WEEKLY, ScheduleKind.PUSH: NIGHTLY}


@dataclass(frozen=True, slots=True)
class ScheduleChange:
    """What to change in a schedule; None leaves it as it is."""

    cron: str | None = None
    is_on: bool | None = None
    missed: Missed | None = None


def zone_of(connection: Connection) -> ZoneInfo:
    """Return the connection's own time zone, else the installation's."""
    own = cron_times.find_zone(str(connection.settings.get(cron_times.SETTING) or settings.TIME_ZONE))
    return own or ZoneInfo(settings.TIME_ZONE)


def kinds(connection: Connection) -> list[ScheduleKind]:
    """Return the kinds of schedule that make sense for a connection.

    An upstream that cannot tell what changed has no incremental one, one that cannot be written to no push. A
    read-only connection keeps its push schedule for later.
    """
    known = CONNECTORS.get(connection.connector)
    if known is None:
        return list(ScheduleKind)
    customers = known.collections[Resource.CUSTOMER]
    left_out = set() if customers.capabilities.incremental else {ScheduleKind.INCREMENTAL}
    if writer_of(customers) is None:
        left_out.add(ScheduleKind.PUSH)
    return [kind for kind in ScheduleKind if kind not in left_out]


def create_schedules(connection: Connection) -> None:
    """Create the default schedules of a new connection.

    A connection to a file gets one daily schedule, which is off: most files are supplied by hand, in a place that
    not every worker can read.
    """
    now, zone = timezone.now(), zone_of(connection)
    offered = kinds(connection)
    live = ScheduleKind.INCREMENTAL in offered
    for kind in offered:
        cron = USUAL[kind] if live else DAILY
        next_at = cron_times.next_after(cron, zone, now) if live else None
        Schedule.objects.create(connection=connection, kind=kind, cron=cron, is_on=live, next_at=next_at)


@transaction.atomic
def change_schedule(connection: Connection, kind: ScheduleKind, change: ScheduleChange) -> Schedule:
    """Change a schedule. One that is turned on or gets another time counts from now: it has missed nothing.

    Raises InvalidInput for a kind that the connection does not have, or an expression that is not valid.
    """
    if kind not in kinds(connection):
        raise InvalidInput(
            f"{connection.name} has no schedule of the kind {kind}.",
            f"Its kinds are: {', '.join(kinds(connection))}.",
        )
    fresh = Connection.objects.locked(connection.pk)
    if not fresh.schedules.exists():
        create_schedules(fresh)
    schedule = fresh.schedules.get(kind=kind)
    before = (schedule.cron, schedule.is_on)
    if change.cron is not None:
        schedule.cron = cron_times.tidy(change.cron)
    schedule.is_on = schedule.is_on if change.is_on is None else change.is_on
    schedule.missed = change.missed or schedule.missed
    if (schedule.cron, schedule.is_on) != before:
        schedule.next_at = _next(schedule, zone_of(fresh), timezone.now()) if schedule.is_on else None
    schedule.save(update_fields=["cron", "is_on", "missed", "next_at"])
    return schedule


@transaction.atomic
def change_time_zone(connection: Connection, zone: str | None) -> None:
    """Set the time zone of a connection; None or empty means the installation's. Raises InvalidInput."""
    fresh = Connection.objects.locked(connection.pk)
    before = zone_of(fresh)
    fresh.settings.pop(cron_times.SETTING, None)
    if zone:
        fresh.settings[cron_times.SETTING] = cron_times.require_zone(zone).key
    fresh.save(update_fields=["settings"])
    if zone_of(fresh) != before:
        for schedule in fresh.schedules.filter(is_on=True):
            schedule.next_at = _next(schedule, zone_of(fresh), timezone.now())
            schedule.save(update_fields=["next_at"])


def reschedule_all(now: datetime) -> None:
    """Compute the next times again, because the installation's time zone may have changed.

    Schedules that are due stay due.
    """
    for schedule in Schedule.objects.filter(is_on=True).exclude(next_at__lte=now).select_related("connection"):
        next_at = _next(schedule, zone_of(schedule.connection), now)
        if next_at != schedule.next_at:
            same = Schedule.objects.filter(pk=schedule.pk, is_on=True, cron=schedule.cron)
            same.filter(next_at=schedule.next_at).update(next_at=next_at)


def _next(schedule: Schedule, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return when a schedule fires next; None for an expression in the table that is not valid."""
    try:
        return cron_times.next_after(schedule.cron, zone, now)
    except InvalidInput:
        return None
