"""Values of any JSON type."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.normalize.outcome import EMPTY, Normalized
from counterfoil.normalize.value import boolean, day, instant, text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (" CAR DEALER ", "CAR DEALER"),
        ("line one\nline two\x00", "line one\nline two"),
        ("half \ud83d", "half"),
        ("", ""),
        (5, "5"),
        (5.0, "5"),
        (5.25, "5.25"),
        (Decimal("1.50"), "1.50"),
        (True, "true"),
        (None, None),
        ([], None),
        ({"a": 1}, None),
        (float("nan"), None),
    ],
)
def test_text_reads_any_scalar(value: object, read: str | None) -> None:
    assert text(value) == read


@pytest.mark.parametrize("value", [True, 1, 1.0, Decimal(1), "1", "true", "Yes", "JA", " oui ", "x", "Vrai", "✓"])
def test_yes_is_known_in_four_languages_and_as_a_number(value: object) -> None:
    assert boolean(value) is True


@pytest.mark.parametrize("value", [False, 0, 0.0, Decimal(0), "0", "false", "No", "NEE", "non", "nein", "off"])
def test_no_is_known_in_four_languages_and_as_a_number(value: object) -> None:
    assert boolean(value) is False


@pytest.mark.parametrize("value", [None, "", "perhaps", 2, -1, [], {}, float("nan"), Decimal("sNaN")])
def test_other_words_are_neither_yes_nor_no(value: object) -> None:
    assert boolean(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-31",
        " 2026-1-31 ",
        "2026/01/31",
        "31/01/2026",
        "31-01-2026",
        "31.1.2026",
        "31/01/2026 10:00",
        "2026-01-31T00:00:00Z",
        "2026-01-31T23:59:59.000+01:00",
        1769817600000,
        1769817600000.0,
        date(2026, 1, 31),
        datetime(2026, 1, 31, 23, 0, tzinfo=UTC),
    ],
)
def test_a_day_is_read_from_the_forms_in_use(value: object) -> None:
    assert day(value) == Normalized("2026-01-31", None)


BRUSSELS, LOS_ANGELES = ZoneInfo("Europe/Brussels"), ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    ("value", "brussels", "los_angeles"),
    [
        ("2025-03-30T23:30:00-0800", "2025-03-31", "2025-03-31"),  # in summer time there it is 00:30
        ("2025-03-09T23:30:00-08:00", "2025-03-10", "2025-03-10"),  # the day on which the clocks go forward there
        ("2025-03-30T00:30:00+0200", "2025-03-29", "2025-03-29"),  # and here: before 01:00 UTC it is still +0100
        ("2025-03-30T23:30:00+0200", "2025-03-30", "2025-03-30"),
        ("2025-03-30T22:30:00Z", "2025-03-31", "2025-03-30"),
        ("2025-10-26 22:30:00+00", "2025-10-26", "2025-10-26"),
        ("2025-10-26 23:30:00.123456 UTC", "2025-10-27", "2025-10-26"),
        ("30/03/2025 22:30 Z", "2025-03-31", "2025-03-30"),
        ("20250330", None, None),
        ("2025-03-30T24:00:00Z", "2025-03-31", "2025-03-30"),
        ("2025-03-30T23:30:00", "2025-03-30", "2025-03-30"),
        ("2025-03-30", "2025-03-30", "2025-03-30"),
        ("2025-03-30T23:30:00+9900", None, None),
        (1743373800000, "2025-03-31", "2025-03-30"),
        (datetime(2025, 3, 30, 22, 30, tzinfo=UTC), "2025-03-31", "2025-03-30"),
        (datetime(2025, 3, 30, 22, 30, tzinfo=UTC).replace(tzinfo=None), "2025-03-30", "2025-03-30"),
    ],
)
def test_law_12_a_time_with_an_offset_falls_on_the_day_of_the_zone(
    value: object, brussels: str | None, los_angeles: str | None
) -> None:
    assert (day(value, BRUSSELS).value, day(value, LOS_ANGELES).value) == (brussels, los_angeles)


def test_the_day_comes_before_the_month() -> None:
    assert day("03/04/2026") == Normalized("2026-04-03", None)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("01/31/2026", "no such day (the day comes before the month)"),
        ("2026-02-30", "no such day"),
        ("0000-00-00", "no such day"),
        ("1/2/26", "the year needs four digits"),
        ("next week", "not a date"),
        ("2026-01-31 or so", "not a date"),
        (True, "not a date"),
        ([], "not a date"),
        (0, "a number, not a date"),
        (20260131, "a number, not a date"),
        (float("inf"), "a number, not a date"),
    ],
)
def test_the_reason_explains_an_invalid_day(value: object, reason: str) -> None:
    assert day(value) == Normalized(None, reason)


@pytest.mark.parametrize("value", [None, "", "  ", "\x00"])
def test_an_empty_value_is_no_day_and_no_error(value: object) -> None:
    assert day(value) == EMPTY


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-31T09:00:00.000Z",
        "2026-01-31T09:00:00Z",
        "2026-01-31T09:00:00.0000000Z",
        "2026-01-31T09:00:00.000+00:00",
        "2026-01-31T09:00:00+0000",
        "2026-01-31T05:00:00-0400",
        "2026-01-31T10:00:00.000+01:00",
        "2026-01-31T09:00:00",
        "2026-01-31 09:00",
        " 2026-01-31t09:00:00z\n",
        datetime(2026, 1, 31, 9, 0, tzinfo=UTC),
    ],
)
def test_an_instant_is_read_in_utc(value: object) -> None:
    assert instant(value) == datetime(2026, 1, 31, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [None, "", "yesterday", 5, True, [], "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+02:00", "0001-01-01",
     "9999-12-31T23:59:59Z", "9999-12-31", "9" * 10_000],
)  # fmt: skip
def test_unreadable_text_is_no_instant(value: object) -> None:
    assert instant(value) is None


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=OFFSETS).filter(lambda moment: 1 < moment.year < 9999))
def test_any_instant_survives_being_written_in_iso(moment: datetime) -> None:
    assert instant(moment.isoformat()) == moment
    assert instant(moment.isoformat().replace("+00:00", "Z")) == moment


@given(st.dates())
def test_any_day_survives_in_every_order_and_is_found_again(written: date) -> None:
    iso = Normalized(written.isoformat(), None)
    assert day(written.isoformat()) == iso
    assert day(f"{written.day}/{written.month}/{written.year:04}") == iso


@given(JSON)
def test_no_value_of_any_type_raises(value: object) -> None:
    assert boolean(value) in (True, False, None)
    outcome = day(value)
    assert outcome.value is None or day(outcome.value) == outcome
    moment = instant(value)
    assert moment is None or moment.tzinfo is UTC
    read = text(value)
    assert read is None or text(read) == read
    assert read is None or "\x00" not in read


@given(
    st.datetimes(timezones=OFFSETS).filter(lambda moment: 1 < moment.year < 9999),
    st.sampled_from([BRUSSELS, LOS_ANGELES, ZoneInfo("Asia/Kolkata"), ZoneInfo("Pacific/Kiritimati")]),
)
def test_law_12_any_time_with_an_offset_is_read_as_its_instant(moment: datetime, zone: ZoneInfo) -> None:
    assert day(moment.isoformat(), zone).value == moment.astimezone(zone).date().isoformat()
