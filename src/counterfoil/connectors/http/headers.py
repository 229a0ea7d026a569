"""The values of response headers. Whatever a header says, the result is one that can be used and stored."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

DAY = timedelta(days=1).total_seconds()
LARGEST_NUMBER = 2**31 - 1


def parse_http_date(text: str | None) -> datetime | None:
    """Parse a date as in the Date header. Returns None if it is missing, unreadable or has no time zone."""
    if not text:
        return None
    try:
        parsed = parsedate_to_datetime(text)
        return parsed.astimezone(UTC) if parsed.tzinfo else None
    except (ValueError, OverflowError):
        return None


def parse_retry_after(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After in seconds, at most a day. A date counts from the response's own Date header."""
    text = (headers.get("retry-after") or "").strip()
    seconds = _number(text)
    if seconds is None:
        until, now = parse_http_date(text), parse_http_date(headers.get("date"))
        seconds = (until - now).total_seconds() if until and now else None
    return None if seconds is None else min(max(0.0, seconds), DAY)


def whole_number(text: str | None) -> int | None:
    """Read a header that holds a number, at most LARGEST_NUMBER. Returns None if it is missing or unreadable."""
    number = _number(text or "")
    return None if number is None else int(min(max(number, -LARGEST_NUMBER), LARGEST_NUMBER))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return None if math.isnan(number) else number
