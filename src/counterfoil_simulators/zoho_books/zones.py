"""Times in an organisation's zone, with an offset without colon (contract section 2.1)."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from counterfoil_simulators.zoho_books.errors import invalid_value

_ACCEPTED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}", re.ASCII)


def format_instant(seconds: float, zone: ZoneInfo) -> str:
    """Format a time with the zone's offset at that time: `2026-06-09T13:15:33-0400`."""
    return datetime.fromtimestamp(seconds, zone).strftime("%Y-%m-%dT%H:%M:%S%z")


def display(seconds: float, zone: ZoneInfo) -> str:
    """Format a date as people read it: `09 Jun 2026`."""
    return datetime.fromtimestamp(seconds, zone).strftime("%d %b %Y")


def today(seconds: float, zone: ZoneInfo) -> date:
    """Return the date in the zone."""
    return datetime.fromtimestamp(seconds, zone).date()


def midnight_after(seconds: float, zone: ZoneInfo) -> float:
    """Return the end of the zone's day, in Unix seconds."""
    tomorrow = today(seconds, zone) + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone).timestamp()


def parse_modified_time(text: str) -> int:
    """Parse a `last_modified_time` into Unix seconds. Raises 400, code 2.

    `Z`, a colon, milliseconds or a space for `+` are refused.
    """
    if not _ACCEPTED.fullmatch(text):
        raise invalid_value("last_modified_time")
    try:
        return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").timestamp())
    except (ValueError, OverflowError) as error:
        raise invalid_value("last_modified_time") from error


def parse_day(text: str, parameter: str) -> str:
    """Parse a `yyyy-mm-dd`. Raises 400 with the parameter's name."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date().isoformat()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise invalid_value(parameter) from error
