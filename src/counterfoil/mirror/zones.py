"""Time zones: which one a connection lives in, and what a moment is called there."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from counterfoil.errors import WrongSetting

SETTING = "time_zone"
"""A connection's own zone; without it the install's."""
WEEK = timedelta(days=7)


def known(name: str) -> ZoneInfo | None:
    """The zone of the IANA database that is called so; None where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def named(name: str) -> ZoneInfo:
    """The same. Raises WrongSetting."""
    found = known(name)
    if found is None:
        raise WrongSetting(f"“{name[:40]}” is no time zone that is known.", "Give one such as Europe/Brussels.")
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
