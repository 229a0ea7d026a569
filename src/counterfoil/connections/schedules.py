"""The schedules of connections: made, changed, reckoned again."""

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
    """How somebody wants a schedule. None: as it is."""

    cron: str | None = None
    is_on: bool | None = None
    missed: Missed | None = None


def zone_of(connection: Connection) -> ZoneInfo:
    """The connection's own time zone, else the install's."""
    own = cron_times.find_zone(str(connection.settings.get(cron_times.SETTING) or settings.TIME_ZONE))
    return own or ZoneInfo(settings.TIME_ZONE)


def kinds(connection: Connection) -> list[ScheduleKind]:
    """The schedules that make sense: where an upstream cannot tell what changed, everything is listed anyway, and
    where it cannot be written to, nothing is pushed. A read-only connection keeps that schedule for later."""
    known = CONNECTORS.get(connection.connector)
    if known is None:
        return list(ScheduleKind)
    customers = known.collections[Resource.CUSTOMER]
    left_out = set() if customers.capabilities.incremental else {ScheduleKind.INCREMENTAL}
    if writer_of(customers) is None:
        left_out.add(ScheduleKind.PUSH)
    return [kind for kind in ScheduleKind if kind not in left_out]


def create_schedules(connection: Connection) -> None:
    """The usual ones of a new connection. A connection to a file has one, for every day, and it is off: most files
    are brought by hand, and lie where not every worker sees them."""
    now, zone = timezone.now(), zone_of(connection)
    offered = kinds(connection)
    live = ScheduleKind.INCREMENTAL in offered
    for kind in offered:
        cron = USUAL[kind] if live else DAILY
        next_at = cron_times.next_after(cron, zone, now) if live else None
        Schedule.objects.create(connection=connection, kind=kind, cron=cron, is_on=live, next_at=next_at)


@transaction.atomic
def change_schedule(connection: Connection, kind: ScheduleKind, wish: ScheduleChange) -> Schedule:
    """Change what is wished and keep the rest. One that is turned on, or gets another time, counts from now on:
    what went by before was not missed. Raises InvalidInput."""
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
    if wish.cron is not None:
        schedule.cron = cron_times.tidy(wish.cron)
    schedule.is_on = schedule.is_on if wish.is_on is None else wish.is_on
    schedule.missed = wish.missed or schedule.missed
    if (schedule.cron, schedule.is_on) != before:
        schedule.next_at = _next(schedule, zone_of(fresh), timezone.now()) if schedule.is_on else None
    schedule.save(update_fields=["cron", "is_on", "missed", "next_at"])
    return schedule


@transaction.atomic
def change_time_zone(connection: Connection, zone: str | None) -> None:
    """Give a connection another time zone; None or empty: the install's. Raises InvalidInput."""
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
    """Reckon the moments to come again, since the install's time zone may be another one now. What was missed
    stays so."""
    for schedule in Schedule.objects.filter(is_on=True).exclude(next_at__lte=now).select_related("connection"):
        next_at = _next(schedule, zone_of(schedule.connection), now)
        if next_at != schedule.next_at:
            same = Schedule.objects.filter(pk=schedule.pk, is_on=True, cron=schedule.cron)
            same.filter(next_at=schedule.next_at).update(next_at=next_at)


def _next(schedule: Schedule, zone: ZoneInfo, now: datetime) -> datetime | None:
    """None for an expression that somebody put into the table and that cannot be used."""
    try:
        return cron_times.next_after(schedule.cron, zone, now)
    except InvalidInput:
        return None
