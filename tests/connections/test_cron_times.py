"""The times when schedules fire: each time once, also where the clock jumps and after downtime."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connections import cron_times
from counterfoil.connections.cron_times import GRACE, decide, next_after
from counterfoil.errors import InvalidInput

BRUSSELS = ZoneInfo("Europe/Brussels")
SPRING, AUTUMN = datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)
"""When summer time begins and ends in Brussels: 02:00 becomes 03:00, and 03:00 becomes 02:00."""
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)

zone_names = st.sampled_from(
    ["Europe/Brussels", "Europe/Athens", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "UTC"]
)
turns = st.sampled_from(
    [SPRING, AUTUMN, datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 4, 4, 15, tzinfo=UTC)]
)
moments = st.datetimes(datetime(2025, 12, 1), datetime(2027, 2, 1), timezones=st.just(UTC)) | st.builds(  # noqa: DTZ001
    lambda turn, minutes: turn + timedelta(minutes=minutes), turns, st.integers(-400, 400)
)
numbers = st.builds("{} {}".format, st.integers(0, 59), st.integers(0, 23))
crons = st.builds(
    "{} * * {}".format,
    numbers | st.sampled_from(["*/15 *", "0 */2", "30 1-3", "0,30 2", "59 2,3"]),
    st.sampled_from(["*", "0", "1-5", "sun", "mon,wed"]),
)


def brussels(text: str, fold: int = 0) -> datetime:
    """Make a time in Brussels; of two equal ones the second where `fold` is 1."""
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS, fold=fold).astimezone(UTC)


def firings(cron: str, start: str, end: str) -> list[str]:
    """List the firings in an interval, as clocks in Brussels show them, with the offset from UTC."""
    found, last = [], brussels(end)
    at = next_after(cron, BRUSSELS, brussels(start))
    while at <= last:
        found.append(f"{at.astimezone(BRUSSELS):%d %H:%M%z}")
        at = next_after(cron, BRUSSELS, at)
    return found


def test_a_time_that_does_not_exist_fires_when_the_clock_has_jumped() -> None:
    assert firings("30 2 * * *", "2026-03-28", "2026-03-31") == ["28 02:30+0100", "29 03:00+0200", "30 02:30+0200"]


def test_a_time_that_comes_twice_fires_once() -> None:
    assert firings("30 2 * * *", "2026-10-24", "2026-10-27") == ["24 02:30+0200", "25 02:30+0200", "26 02:30+0100"]


@pytest.mark.parametrize("clock", ["2026-10-25T02:10", "2026-10-25T02:30", "2026-10-25T02:45"])
def test_a_look_in_the_repeated_hour_does_not_fire_again(clock: str) -> None:
    assert next_after("30 2 * * *", BRUSSELS, brussels(clock, fold=1)) == brussels("2026-10-26T02:30")


def test_the_default_times_keep_their_hour_across_both_changes() -> None:
    assert firings("0 3 * * *", "2026-03-28", "2026-03-30T12:00") == [
        "28 03:00+0100", "29 03:00+0200", "30 03:00+0200",
    ]  # fmt: skip
    assert firings("0 4 * * 0", "2026-10-17", "2026-11-02") == ["18 04:00+0200", "25 04:00+0100", "01 04:00+0100"]


def test_every_half_hour_follows_elapsed_time() -> None:
    for turn in (SPRING, AUTUMN):
        at, found = turn - 2 * HOUR, []
        while at < turn + 2 * HOUR:
            at = next_after("*/30 * * * *", BRUSSELS, at)
            found.append(at)
        assert found == [turn - 2 * HOUR + HOUR / 2 * count for count in range(1, 9)]


@given(crons, zone_names, moments)
def test_the_next_time_is_later_with_none_in_between(cron: str, name: str, moment: datetime) -> None:
    zone = ZoneInfo(name)
    first = next_after(cron, zone, moment)
    assert first > moment
    for share in (0.01, 0.5, 0.99):
        assert next_after(cron, zone, moment + (first - moment) * share) == first
    assert next_after(cron, zone, first) > first


@given(numbers, zone_names, moments)
def test_a_time_of_day_fires_once_on_every_day(time: str, name: str, moment: datetime) -> None:
    zone = ZoneInfo(name)
    days = []
    at = moment
    for _ in range(5):
        at = next_after(f"{time} * * *", zone, at)
        days.append(at.astimezone(zone).date())
    assert [day - days[0] for day in days] == [count * DAY for count in range(5)]


@given(crons, zone_names, moments, st.lists(st.timedeltas(SECOND, 40 * DAY), max_size=12), st.booleans())
def test_each_time_fires_once_or_together_with_missed_ones(
    cron: str, name: str, start: datetime, looks: list[timedelta], catch_up: bool
) -> None:
    zone, now = ZoneInfo(name), start
    due = next_after(cron, zone, start)
    for pause in looks:
        now += pause
        decision = decide(cron, zone, due, now, catch_up=catch_up)
        latest_is_fresh = next_after(cron, zone, now - GRACE) <= now
        assert decision.fire == (due <= now and (catch_up or latest_is_fresh))
        assert decision.next_at == (due if now < due else next_after(cron, zone, now))
        assert decision.next_at > now
        assert not decide(cron, zone, decision.next_at, now, catch_up=catch_up).fire
        due = decision.next_at


def test_what_was_missed_for_a_week_is_caught_up_once_or_skipped() -> None:
    due, now = brussels("2026-11-13T03:00"), brussels("2026-11-20T12:00")
    tomorrow = brussels("2026-11-21T03:00")
    assert decide("0 3 * * *", BRUSSELS, due, now, catch_up=True) == cron_times.ScheduleDecision(True, tomorrow)
    assert decide("0 3 * * *", BRUSSELS, due, now, catch_up=False) == cron_times.ScheduleDecision(False, tomorrow)


@pytest.mark.parametrize(("late", "fires"), [(timedelta(), True), (GRACE - SECOND, True), (GRACE + SECOND, False)])
def test_a_firing_that_is_a_little_late_was_not_missed(late: timedelta, fires: bool) -> None:
    due = brussels("2026-11-20T03:00")
    assert decide("0 3 * * *", BRUSSELS, due, due + late, catch_up=False).fire == fires
    assert decide("0 3 * * *", BRUSSELS, due, due + late, catch_up=True).fire


@pytest.mark.parametrize(
    "cron",
    ["", "soon", "@daily", "0 3 * *", "* * * * * *", "60 3 * * *", "0 24 * * *", "0 3 * * 9", "0 0 30 2 *",
     "0 3 * * mo", "0 3 * * */0", "0 " * 60],
)  # fmt: skip
def test_an_invalid_expression_is_rejected_with_a_valid_example(cron: str) -> None:
    with pytest.raises(InvalidInput, match="cron expression") as said:
        cron_times.tidy(cron)
    assert "“0 3 * * *” is daily at 03:00" in said.value.advice


@given(st.text("0123456789*/,-#LW mon", max_size=24) | st.text(max_size=12))
def test_any_typed_text_is_an_expression_or_rejected_in_words(typed: str) -> None:
    try:
        kept = cron_times.tidy(typed)
    except InvalidInput:
        return
    assert next_after(kept, BRUSSELS, SPRING) > SPRING
    assert cron_times.describe(kept)


@pytest.mark.parametrize(
    ("time", "days", "cron", "words"),
    [
        ("03:00", [], "0 3 * * *", "At 03:00 every day"),
        ("22:15", ["sun"], "15 22 * * 0", "At 22:15 on Sunday"),
        ("06:30", ["Wed", " monday", "wed"], "30 6 * * 1,3", "At 06:30 on Monday and Wednesday"),
    ],
)
def test_a_time_of_day_is_an_expression_too(time: str, days: list[str], cron: str, words: str) -> None:
    assert cron_times.daily_at(time, days) == cron
    assert cron_times.describe(cron) == words


@pytest.mark.parametrize(
    ("time", "days", "words"),
    [
        ("25:00", [], "not a time of day"),
        ("3", [], "not a time of day"),
        ("03:00:10", [], "not a time of day"),
        ("03:00+02:00", [], "not a time of day"),
        ("03:00", ["maandag", "x"], "not a day of the week"),
    ],
)
def test_a_wrong_time_or_day_is_rejected(time: str, days: list[str], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        cron_times.daily_at(time, days)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-11-20T22:00", "today 22:00"),
        ("2026-11-21T03:00", "tomorrow 03:00"),
        ("2026-11-22T04:00", "Sunday 04:00"),
        ("2026-11-27T04:00", "2026-11-27 04:00"),
        ("2026-11-19T03:00", "2026-11-19 03:00"),
    ],
)
def test_coming_times_are_worded_as_people_say_them(moment: str, words: str) -> None:
    assert cron_times.upcoming(brussels(moment), BRUSSELS, brussels("2026-11-20T12:00")) == words


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "", "europe brussels"])
def test_an_unknown_time_zone_is_rejected(name: str) -> None:
    with pytest.raises(InvalidInput, match="not a known time zone"):
        cron_times.require_zone(name)
