"""Read values of any JSON type by their meaning: one fact may come as text, as a number or as a bool."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from math import isfinite

from counterfoil.normalize.column_form import IN_DOUBT, WrittenForm, form_of_date
from counterfoil.normalize.outcome import EMPTY, Normalized
from counterfoil.normalize.text import clean, fold

_YES_WORDS = "true t yes y ja j oui o si sim tak 1 1.0 x v on waar vrai wahr checked ✓ ✔ ☑"
_NO_WORDS = "false f no n nee nein non nie 0 0.0 off onwaar faux falsch unchecked ☐"
_YES, _NO = frozenset(_YES_WORDS.split()), frozenset(_NO_WORDS.split())

_LONGEST_DAY = 64
_LONGEST_INSTANT = 64
_FIRST_YEAR, _LAST_YEAR = 2, 9998
"""An instant of year 1 or 9999 stands for none, and has no time of day in half of the world."""
_REST = r"([Tt ,][\d:.,+Zz -]*(?:UTC|GMT|[AaPp]\.?[Mm]\.?)?)?"
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})" + _REST, re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})" + _REST, re.ASCII)
_CLOCK_WITH_OFFSET = re.compile(
    r"[T ,]\s*(\d{1,2}):?(\d{2})(?::?\d{2}(?:[.,]\d+)?)?\s*(?:Z|UTC|GMT|([+-])(\d{2})(?::?(\d{2}))?)",
    re.ASCII | re.IGNORECASE,
)
_SHORT_YEAR = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}", re.ASCII)
_DAY_AND_CLOCK = re.compile(r"[\d./-]+(?:[T ,]+(\d{1,2}):(\d\d)(?::(\d\d))?)?", re.ASCII)
DAY_OR_MONTH = "not clear whether the day or the month comes first"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHORTEST_EPOCH_MILLIS = 10_000_000_000
"""Smaller numbers (before 26 April 1970) are more likely seconds, years or row numbers than dates."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def text(value: object) -> str | None:
    """Return a scalar as text: 5 and 5.0 become "5", True becomes "true". Null, lists and objects become None.

    The content stays unchanged, inner line breaks too; only outer spaces, NUL and lone surrogates are removed.
    """
    if isinstance(value, str):
        stripped = value.strip()
        return stripped if stripped.isprintable() else _UNSTORABLE.sub("", stripped).strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, int | Decimal):
        return _number_text(value)
    return None


def _float_text(value: float) -> str | None:
    if not isfinite(value):
        return None
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _number_text(value: int | Decimal) -> str | None:
    try:
        return str(value)
    except ValueError:  # an int of more than 4,300 digits
        return None


def _finite(value: float | Decimal, *, otherwise: float) -> float:
    try:
        number = float(value)
    except (OverflowError, ValueError):  # a huge int, a signalling Decimal
        return otherwise
    return number if isfinite(number) else otherwise


def boolean(value: object) -> bool | None:
    """Read yes or no in Dutch, French, German or English, a bool, 1 or 0. Returns None for anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        return {1.0: True, 0.0: False}.get(_finite(value, otherwise=-1))
    if not isinstance(value, str):
        return None
    word = fold(clean(value[:32]))
    if word in _YES:
        return True
    return False if word in _NO else None


def day(value: object, zone: tzinfo = UTC, form: str = "") -> Normalized:
    """Read a calendar day, as "2026-01-31", from ISO dates and times, day-first dates, or epoch milliseconds.

    "03/04/2026" is 3 April: unless the year comes first, the day does. `form` is that of the column the value
    stands in, where it is known: with "month-first" it is 4 March, with "open" no day. A time with an
    offset, and milliseconds, count as the day that they fall on in `zone`; a time without one as the day written.
    """
    if value is None or value == "":
        return EMPTY
    if isinstance(value, datetime) and value.tzinfo is not None:
        return _day_in(value, zone)
    if isinstance(value, date):  # a datetime too
        return Normalized(date(value.year, value.month, value.day).isoformat(), None)
    if isinstance(value, bool):
        return Normalized(None, "not a date")
    if isinstance(value, int | float | Decimal):
        return _day_of_millis(value, zone)
    return _day_of_text(value, zone, form) if isinstance(value, str) else Normalized(None, "not a date")


def _day_in(moment: datetime, zone: tzinfo) -> Normalized:
    try:
        return Normalized(moment.astimezone(zone).date().isoformat(), None)
    except OverflowError:  # the first or the last day there is
        return Normalized(moment.date().isoformat(), None)


def _day_of_millis(value: float | Decimal, zone: tzinfo) -> Normalized:
    millis = _finite(value, otherwise=0)
    if abs(millis) < _SHORTEST_EPOCH_MILLIS:
        return Normalized(None, "a number, not a date")
    try:
        return _day_in(_EPOCH + timedelta(milliseconds=millis), zone)
    except OverflowError:
        return Normalized(None, "a number, not a date")


def _day_of_text(value: str, zone: tzinfo, form: str) -> Normalized:
    written = clean(value[:_LONGEST_DAY])
    if not written:
        return EMPTY
    if form in IN_DOUBT and form_of_date(written) == WrittenForm.OPEN:
        return Normalized(None, DAY_OR_MONTH)
    found = _YEAR_FIRST.fullmatch(written)
    if found:
        read = _day(found[1], found[3], found[4], "no such day")
        return _moved(read, found[5], zone)
    found = _DAY_FIRST.fullmatch(written)
    if found:
        if form == WrittenForm.MONTH_FIRST or (
            form in IN_DOUBT and form_of_date(written) == WrittenForm.MONTH_FIRST
        ):
            read = _day(found[4], found[1], found[3], "no such day (the month comes before the day)")
        else:
            read = _day(found[4], found[3], found[1], "no such day (the day comes before the month)")
        return _moved(read, found[5], zone)
    return Normalized(None, "the year needs four digits" if _SHORT_YEAR.fullmatch(written) else "not a date")


def _day(year: str, month: str, number: str, objection: str) -> Normalized:
    try:
        return Normalized(date(int(year), int(month), int(number)).isoformat(), None)
    except ValueError:
        return Normalized(None, objection)


def _moved(read: Normalized, rest: str | None, zone: tzinfo) -> Normalized:
    """Move a day that was read with a time and its offset to the one it is in `zone`."""
    clock = _CLOCK_WITH_OFFSET.fullmatch(rest) if rest and read.value else None
    if clock is None:
        return read
    hour, minute, sign, hours, minutes = clock.groups(default="0")
    ahead = timedelta(hours=int(hours), minutes=int(minutes))
    try:
        offset = timezone(-ahead if sign == "-" else ahead)
        start = datetime.fromisoformat(read.value or "").replace(tzinfo=offset)
        return _day_in(start + timedelta(hours=int(hour), minutes=int(minute)), zone)
    except (ValueError, OverflowError):
        return Normalized(None, "not a date")


def instant(value: object, form: str = "") -> datetime | None:
    """Read a time from ISO 8601, with or without fraction and offset. Without offset it is UTC.

    With the `form` of its column, as for `day`, "25/03/2026 10:00" is one, too.
    """
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            return _instant_of_untidy(_year_first(value, form) if form else value)
    elif isinstance(value, datetime):
        found = value
    else:
        return None
    return _in_utc(found)


def _year_first(value: str, form: str) -> str:
    written = clean(value[:_LONGEST_INSTANT])
    found = _DAY_AND_CLOCK.fullmatch(written)
    date_of_it = day(written, form=form).value
    if found is None or date_of_it is None:
        return written
    hour, minute, second = found.groups(default="0")
    return f"{date_of_it}T{hour.zfill(2)}:{minute.zfill(2)}:{second.zfill(2)}"


def _instant_of_untidy(value: str) -> datetime | None:
    try:
        return _in_utc(datetime.fromisoformat(clean(value[:_LONGEST_INSTANT]).upper()))
    except ValueError:
        return None


def _in_utc(found: datetime) -> datetime | None:
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
