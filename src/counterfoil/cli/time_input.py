"""Reads times as users type them: "2026-11-20", "2026-11-20 14:00", or how long ago: "90m", "12h", "7d"."""

import re
from datetime import UTC, datetime, timedelta

from counterfoil.errors import InvalidInput

_AGO = re.compile(r"(\d{1,6})\s*([mhd])", re.ASCII)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def parse(text: str, now: datetime) -> datetime:
    """Return the time; one without a zone is read in that of `now`. Raises InvalidInput."""
    try:
        moment = _read(text.strip(), now)
        moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(
            f"“{text.strip()[:40]}” is not a date or time.",
            "Give a date such as 2026-11-20, or how long ago: 90m, 12h, 7d.",
        ) from None
    return moment


def _read(text: str, now: datetime) -> datetime:
    ago = _AGO.fullmatch(text.lower())
    if ago:
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
