"""Moments as people type them: "2026-11-20", "2026-11-20 14:00", or how long ago: "90m", "12h", "7d"."""

import re
from datetime import UTC, datetime, timedelta

from counterfoil.errors import InvalidInput

_AGO = re.compile(r"(\d{1,6})\s*([mhd])", re.ASCII)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def typed(text: str, now: datetime) -> datetime:
    """The moment; without a zone it is meant in that of `now`. Raises InvalidInput."""
    try:
        found = _read(text.strip(), now)
        found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(
            f"“{text.strip()[:40]}” is no moment.", "Type a day such as 2026-11-20, or how long ago: 90m, 12h, 7d."
        ) from None
    return found


def _read(text: str, now: datetime) -> datetime:
    ago = _AGO.fullmatch(text.lower())
    if ago:
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=now.tzinfo)
