"""The end of a day of the daily limit: the real time is unknown, so there are three (contract section 4)."""

from datetime import UTC, date, datetime, timedelta
from typing import Literal

type Reset = Literal["utc", "brussels", "rolling"]
DAY = 86_400.0


def seconds_to_reset(began: float, now: float, reset: Reset) -> float:
    """Return the seconds until the day that began (was first used) at `began` is over; 0 or less when it is.

    A clock that was moved back to before the day's beginning starts a new day.
    """
    if reset == "rolling":
        end, start = began + DAY, began
    else:
        shift = 0.0 if reset == "utc" else _brussels_offset(began)
        start = (began + shift) // DAY * DAY - shift
        end = start + DAY
        if reset == "brussels":
            end += shift - _brussels_offset(end)
    return end - now if now >= start else 0.0


def _brussels_offset(moment: float) -> float:
    """Return the seconds that Brussels is ahead of UTC.

    Summer time changes on the last Sundays of March and October at 01:00 UTC.
    """
    year = datetime.fromtimestamp(moment, UTC).year
    summer = _last_sunday(year, 3) <= moment < _last_sunday(year, 10)
    return 7200.0 if summer else 3600.0


def _last_sunday(year: int, month: int) -> float:
    last_day = date(year, month, 31)
    sunday = last_day - timedelta(days=last_day.isoweekday() % 7)
    return datetime(sunday.year, sunday.month, sunday.day, 1, tzinfo=UTC).timestamp()
