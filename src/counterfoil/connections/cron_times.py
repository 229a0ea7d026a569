"""When a schedule fires: cron expressions read in a time zone, and the decision whether it is time. Pure.

Across a change to or from summer time it is as with Debian's cron. A time of day that does not exist is made up
for at the moment when the clock has jumped; one that comes twice counts the first time. With a star in minutes or
hours an expression goes by the time that passes: `*/15 * * * *` is every quarter of an hour whatever clocks show.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from counterfoil.errors import InvalidInput

GRACE = timedelta(minutes=10)
"""A firing that comes so late is late; later it was missed."""
LONGEST = 100
"""Characters of an expression."""
FIELDS = 5
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ADVICE = "Give minute, hour, day of the month, month and day of the week: “0 3 * * *” is daily at 03:00."


@dataclass(frozen=True, slots=True)
class ScheduleDecision:
    """Whether to fire now, and the next moment after that."""

    fire: bool
    next_at: datetime


def decide(cron: str, zone: ZoneInfo, due: datetime, now: datetime, *, catch_up: bool) -> ScheduleDecision:
    """`due` is the first moment at which the schedule has not fired yet.

    However many moments have passed since, it fires once. With `catch_up` also for those that were missed, without
    it only for one that is no more than GRACE ago. Raises InvalidInput as `next_after`.
    """
    if now < due:
        return ScheduleDecision(False, due)
    fire = catch_up or next_after(cron, zone, now - GRACE) <= now
    return ScheduleDecision(fire, next_after(cron, zone, now))


def next_after(cron: str, zone: ZoneInfo, moment: datetime) -> datetime:
    """The first moment later than `moment` that a cron expression names, in UTC. Raises InvalidInput."""
    moment = moment.astimezone(UTC)
    for found in _parsed(cron, moment.astimezone(zone)):
        then = found.astimezone(UTC)
        if then > moment:  # where a time comes twice, the first may be over
            return then
    raise InvalidInput(f"“{cron}” never comes.", ADVICE)


def describe(cron: str) -> str:
    """As in "At 03:00 every day"; the expression itself where it is none."""
    try:
        return _parsed(cron, datetime.now(UTC)).explain()
    except InvalidInput:
        return cron


def tidy(cron: str) -> str:
    """An expression as it is kept. Raises InvalidInput for one that cannot be used."""
    cron = " ".join(cron.split())
    next_after(cron, ZoneInfo("UTC"), datetime.now(UTC))
    return cron


def daily_at(text: str, days: Iterable[str] = ()) -> str:
    """The expression for a time of day as in "03:00", on some days of the week as in "mon"; none: on every day.
    Raises InvalidInput."""
    try:
        said = time.fromisoformat(text.strip())
    except ValueError:
        said = None
    if said is None or said.tzinfo or said != time(said.hour, said.minute):
        raise InvalidInput(f"“{text[:40]}” is no time of day.", "Give one such as 03:00.")
    chosen = [day.strip().lower()[:3] for day in days]
    wrong = next((day for day in chosen if day not in DAYS), None)
    if wrong is not None:
        raise InvalidInput(f"“{wrong}” is no day of the week.", f"Give some of {', '.join(DAYS)}, by comma.")
    weekdays = ",".join(str(DAYS.index(day) + 1) for day in sorted(set(chosen), key=DAYS.index))
    return f"{said.minute} {said.hour} * * {weekdays.replace('7', '0') or '*'}"


def _parsed(cron: str, start: datetime) -> CronSim:
    if len(cron) > LONGEST or len(cron.split()) != FIELDS:
        raise InvalidInput(f"“{cron[:LONGEST]}” is no cron expression.", ADVICE)
    try:
        return CronSim(cron, start)
    except CronSimError as error:
        reason = str(error)
    raise InvalidInput(f"“{cron}” is no cron expression: {reason[:1].lower()}{reason[1:]}.", ADVICE)


SETTING = "time_zone"
"""A connection's own zone; without it the install's."""
WEEK = timedelta(days=7)


def find_zone(name: str) -> ZoneInfo | None:
    """The zone of the IANA database that is called so; None where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def require_zone(name: str) -> ZoneInfo:
    """The same. Raises InvalidInput."""
    found = find_zone(name)
    if found is None:
        raise InvalidInput(f"“{name[:40]}” is no time zone that is known.", "Give one such as Europe/Brussels.")
    return found


def upcoming(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """As in "today 22:00", "tomorrow 03:00", "Sunday 04:00", "2026-12-01 04:00", read in `zone`."""
    then, today = moment.astimezone(zone), now.astimezone(zone).date()
    ahead = then.date() - today
    if ahead == timedelta():
        day = "today"
    elif ahead == timedelta(days=1):
        day = "tomorrow"
    else:
        day = f"{then:%A}" if timedelta() < ahead < WEEK else f"{then:%Y-%m-%d}"
    return f"{day} {then:%H:%M}"
