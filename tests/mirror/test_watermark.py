"""The watermark never passes the upstream's own clock, and never moves back."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from counterfoil.mirror import coverage

moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.none() | moments, moments, moments)
def test_the_watermark_never_passes_the_date_of_the_first_response(
    mark: datetime | None, newest: datetime, date: datetime
) -> None:
    moved = coverage.advance(mark, newest, date)
    assert moved is not None
    assert moved <= max(date, mark or date)


@given(st.none() | moments, st.none() | moments, st.none() | moments)
def test_the_watermark_never_moves_back(
    mark: datetime | None, newest: datetime | None, date: datetime | None
) -> None:
    moved = coverage.advance(mark, newest, date)
    assert mark is None or (moved is not None and moved >= mark)


def test_without_a_modified_time_or_a_date_the_watermark_stays() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert coverage.advance(None, now, None) is None
    assert coverage.advance(now, None, now + timedelta(days=1)) == now


@given(moments)
def test_the_next_pass_overlaps_the_last_one(mark: datetime) -> None:
    assert mark - coverage.incremental_start(mark) == coverage.OVERLAP


def test_a_row_older_than_requested_shows_an_ignored_filter() -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    assert coverage.ignored_filter(since, since - timedelta(seconds=1))
    assert not coverage.ignored_filter(since, since)
    assert not coverage.ignored_filter(since, None)
