"""When a schedule fires: cron expressions in a time zone, and the decision whether to fire. Pure.

Changes to and from summer time work as in Debian's cron. A time of day that does not exist fires when the clock
has jumped; one that comes twice fires the first time. With a star in minutes or hours an expression follows
elapsed time: `*/15 * * * *` is every quarter of an hour whatever the clocks show.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from counterfoil.errors import InvalidInput

GRACE = timedelta(minutes=10)
"""A firing this late is late; after that it was missed."""
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
    """Decide whether a schedule fires now. `due` is the first time at which it has not fired yet.

    It fires once, however many times have passed since: with `catch_up` also for missed ones, else only for one at
    most GRACE ago. Raises InvalidInput like `next_after`.
    """
    if now < due:
        return ScheduleDecision(False, due)
    fire = catch_up or next_after(cron, zone, now - GRACE) <= now
    return ScheduleDecision(fire, next_after(cron, zone, now))


def next_after(cron: str, zone: ZoneInfo, moment: datetime) -> datetime:
    """Return the first time after `moment` that a cron expression names, in UTC. Raises InvalidInput."""
    moment = moment.astimezone(UTC)
    for found in _parse(cron, moment.astimezone(zone)):
        then = found.astimezone(UTC)
        if then > moment:  # where a time comes twice, the first may be over
            return then
    raise InvalidInput(f"“{cron}” never fires.", ADVICE)


def describe(cron: str) -> str:
    """Describe an expression, as in "At 03:00 every day". An invalid one is returned as it is."""
    try:
        return _parse(cron, datetime.now(UTC)).explain()
    except InvalidInput:
        return cron


def tidy(cron: str) -> str:
    """Normalise an expression for storage. Raises InvalidInput where it is not valid or never fires."""
    cron = " ".join(cron.split())
    next_after(cron, ZoneInfo("UTC"), datetime.now(UTC))
    return cron


def daily_at(text: str, days: Iterable[str] = ()) -> str:
    """Build the expression for a time of day such as "03:00", on days such as "mon" or, without any, on every day.

    Raises InvalidInput.
    """
    try:
        chosen = time.fromisoformat(text.strip())
    except ValueError:
        chosen = None
    if chosen is None or chosen.tzinfo or chosen != time(chosen.hour, chosen.minute):
        raise InvalidInput(f"“{text[:40]}” is not a time of day.", "Give one such as 03:00.")
    names = [day.strip().lower()[:3] for day in days]
    wrong = next((day for day in names if day not in DAYS), None)
    if wrong is not None:
        raise InvalidInput(
            f"“{wrong}” is not a day of the week.", f"The days are: {', '.join(DAYS)}. Separate them by commas."
        )
    weekdays = ",".join(str(DAYS.index(day) + 1) for day in sorted(set(names), key=DAYS.index))
    return f"{chosen.minute} {chosen.hour} * * {weekdays.replace('7', '0') or '*'}"


def _parse(cron: str, start: datetime) -> CronSim:
    if len(cron) > LONGEST or len(cron.split()) != FIELDS:
        raise InvalidInput(f"“{cron[:LONGEST]}” is not a cron expression.", ADVICE)
    try:
        return CronSim(cron, start)
    except CronSimError as error:
        reason = str(error)
    raise InvalidInput(f"“{cron}” is not a cron expression: {reason[:1].lower()}{reason[1:]}.", ADVICE)


SETTING = "time_zone"
"""The setting with a connection's own time zone; without it the installation's counts."""
WEEK = timedelta(days=7)


def find_zone(name: str) -> ZoneInfo | None:
    """Return the zone of this name in the IANA database; None where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def require_zone(name: str) -> ZoneInfo:
    """Return the zone of this name. Raises InvalidInput where there is none."""
    found = find_zone(name)
    if found is None:
        raise InvalidInput(f"“{name[:40]}” is not a known time zone.", "Give one such as Europe/Brussels.")
    return found


def upcoming(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Word a time in `zone`, as in "today 22:00", "tomorrow 03:00", "Sunday 04:00" or "2026-12-01 04:00"."""
    then, today = moment.astimezone(zone), now.astimezone(zone).date()
    ahead = then.date() - today
    if ahead == timedelta():
        day = "today"
    elif ahead == timedelta(days=1):
        day = "tomorrow"
    else:
        day = f"{then:%A}" if timedelta() < ahead < WEEK else f"{then:%Y-%m-%d}"
    return f"{day} {then:%H:%M}"
