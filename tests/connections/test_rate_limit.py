"""Law 7, one budget per allowance: the decisions, for any sequence of events and any clocks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connections import rate_limit
from counterfoil.connectors.allowance import Quota
from counterfoil.connectors.priority import Priority

START = datetime(2026, 5, 1, 12, tzinfo=UTC)
ROBAWS = rate_limit.RatePolicy(rate=12.0, burst=10, reserve=500)


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@given(st.lists(st.floats(0, 5), min_size=1, max_size=300), st.lists(st.floats(-3, 3), min_size=4, max_size=4))
def test_no_period_has_more_calls_than_burst_and_rate_allow(gaps: list[float], skews: list[float]) -> None:
    """Four machines with clocks that disagree by up to three seconds draw in turn."""
    state, now, sent = rate_limit.BucketState(), 0.0, []
    for at, gap in enumerate(gaps):
        now += gap / 20
        state, grant = rate_limit.acquire(state, ROBAWS, later(now + skews[at % 4]))
        if grant.granted:
            sent.append(now)
    spread = max(skews) - min(skews)
    for at, first in enumerate(sent):
        for count, last in enumerate(sent[at:], start=1):
            assert count <= ROBAWS.burst + ROBAWS.rate * (last - first + spread) + 1


@given(st.integers(0, 3000), st.booleans())
def test_a_run_leaves_the_reserve_to_people(remaining: int, person: bool) -> None:
    state = rate_limit.record_quota(rate_limit.BucketState(), Quota(remaining, 10_000, 3600), START)
    granted = 0
    for second in range(remaining + 10):
        state, grant = rate_limit.acquire(
            state, ROBAWS, later(second / 1000 + second), Priority.PERSON if person else Priority.RUN
        )
        if not grant.granted:
            assert grant.until == later(3600)
            break
        granted += 1
        if granted > 600:
            return
    assert granted == max(0, remaining - (0 if person else ROBAWS.reserve))


@given(
    st.integers(0, 40),
    st.integers(0, 40),
    st.lists(st.tuples(st.sampled_from(Priority), st.floats(0, 3)), max_size=120),
)
def test_only_people_use_the_reserve_and_the_day_is_never_exceeded(
    remaining: int, reserve: int, tries: list[tuple[Priority, float]]
) -> None:
    policy = rate_limit.RatePolicy(rate=12.0, burst=10, reserve=reserve)
    state = rate_limit.record_quota(rate_limit.BucketState(), Quota(remaining, 10_000, 3600), START)
    now, left = 0.0, remaining
    for priority, gap in tries:
        now += gap
        state, grant = rate_limit.acquire(state, policy, later(now), priority, f"{now}")
        if grant.granted:
            assert left > (0 if priority == Priority.PERSON else reserve)
            left -= 1
    assert left >= 0


def test_the_upstream_s_new_day_starts_a_second_late_here() -> None:
    """It says in whole seconds when its day ends, and may have rounded down."""
    state = rate_limit.record_quota(rate_limit.BucketState(), Quota(0, 10_000, 60), START)
    assert rate_limit.acquire(state, ROBAWS, later(60.4), Priority.PERSON)[1].wait == pytest.approx(0.6)
    assert rate_limit.acquire(state, ROBAWS, later(61), Priority.PERSON)[1].granted


def test_responses_in_the_wrong_order_give_no_calls_back() -> None:
    state = rate_limit.record_quota(rate_limit.BucketState(), Quota(100, 10_000, 3600), START)
    state = rate_limit.record_quota(state, Quota(103, 10_000, 3600), later(1))
    assert state.daily_remaining == 100


def test_a_new_day_starts_with_the_full_allowance() -> None:
    state = rate_limit.record_quota(rate_limit.BucketState(), Quota(0, 10_000, 60), START)
    assert not rate_limit.acquire(state, ROBAWS, later(30), Priority.PERSON)[1].granted
    state, grant = rate_limit.acquire(state, ROBAWS, later(61))
    assert grant.granted
    assert state.daily_remaining == 9_999
    state = rate_limit.record_quota(state, Quota(9_990, 10_000, 86_300), later(62))
    assert state.daily_remaining == 9_990


def test_a_429_pauses_all_calls_for_the_requested_time_or_a_second() -> None:
    paused = rate_limit.record_throttle(rate_limit.BucketState(), Quota(), None, START)
    assert rate_limit.acquire(paused, ROBAWS, later(0.5), Priority.PERSON)[1].wait == 0.5
    long = rate_limit.record_throttle(rate_limit.BucketState(), Quota(), 1800, START)
    assert rate_limit.acquire(long, ROBAWS, later(1), Priority.PERSON)[1].until == later(1800)


def test_repeated_blocks_get_longer_and_start_short_again() -> None:
    state = rate_limit.record_block(rate_limit.BucketState(), "temp-blocked", START)
    assert state.blocked_until == START + timedelta(minutes=15)
    again = rate_limit.record_block(state, "temp-blocked", later(16 * 60))
    assert again.blocked_until == later(16 * 60) + timedelta(minutes=30)
    well = rate_limit.record_success(again, later(47 * 60))
    assert rate_limit.record_block(well, "temp-blocked", later(7200)).blocked_until == later(7200) + timedelta(
        minutes=15
    )


def test_a_block_lasts_as_long_as_the_upstream_says() -> None:
    state = rate_limit.record_block(rate_limit.BucketState(), "minute limit", START, 1800)
    assert state.blocked_until == later(1800)
    assert rate_limit.record_block(state, "minute limit", later(10), 60).blocked_until == later(1800), (
        "never shorter"
    )
    assert rate_limit.record_block(state, "minute limit", later(10), 1800).blocked_until == later(1810)
    assert rate_limit.acquire(state, ROBAWS, later(1799), Priority.PERSON)[1].until == later(1800)
    assert rate_limit.acquire(state, ROBAWS, later(1801), Priority.PERSON)[1].granted


def test_a_response_during_a_block_does_not_end_it() -> None:
    state = rate_limit.record_block(rate_limit.BucketState(), "minute limit", START, 1800)
    assert rate_limit.record_success(state, later(1)) == state
    assert rate_limit.record_success(state, later(1801)).blocks == 0


def test_without_a_rate_only_a_block_stops_requests() -> None:
    free = rate_limit.RatePolicy(rate=0, burst=1, reserve=0)
    state = rate_limit.BucketState()
    for _ in range(100):
        state, grant = rate_limit.acquire(state, free, START)
        assert grant.granted
    assert (
        rate_limit.acquire(rate_limit.record_block(state, "x", START), free, START, Priority.PERSON)[1].until
        is not None
    )


@given(st.lists(st.floats(0, 2), min_size=1, max_size=100))
def test_background_work_takes_only_tokens_that_nothing_else_needs(gaps: list[float]) -> None:
    """A run that draws whenever it may is not held up by a single turn; the background gets none meanwhile."""
    state, now = rate_limit.BucketState(), 0.0
    for gap in gaps:
        now += gap
        state, theirs = rate_limit.acquire(state, ROBAWS, later(now), Priority.RUN)
        _, ours = rate_limit.acquire(state, ROBAWS, later(now), Priority.BACKGROUND)
        assert not (theirs.granted and ours.granted)
    later_on = now + ROBAWS.burst / ROBAWS.rate
    assert rate_limit.acquire(state, ROBAWS, later(later_on), Priority.BACKGROUND)[1].granted


def test_background_work_leaves_half_of_the_day_s_calls() -> None:
    state = rate_limit.record_quota(rate_limit.BucketState(), Quota(5_000, 10_000, 3600), START)
    assert rate_limit.acquire(state, ROBAWS, START, Priority.BACKGROUND)[1].until == later(3600)
    assert rate_limit.acquire(state, ROBAWS, START, Priority.RUN)[1].granted


@given(
    st.one_of(st.none(), st.floats(), st.integers()),
    st.integers(),
    st.integers(),
    st.floats() | st.integers(),
    st.booleans(),
)
def test_nothing_that_an_upstream_says_lasts_longer_than_a_day(
    pause: float | None, remaining: int, limit: int, reset_in: float, block: bool
) -> None:
    state = rate_limit.BucketState()
    if block:
        state = rate_limit.record_block(state, "blocked", START, pause)
    state = rate_limit.record_throttle(state, Quota(remaining, limit, reset_in), pause, START)
    for until in (state.paused_until, state.blocked_until, state.daily_reset_at):
        assert until is None or START <= until <= later(86_400)
    assert 0 <= (state.daily_remaining or 0) <= rate_limit.MOST_CALLS
    assert 0 <= (state.daily_limit or 0) <= rate_limit.MOST_CALLS
    lifted = rate_limit.lift(state)
    decision = rate_limit.acquire(lifted, ROBAWS, later(1), Priority.PERSON)[1]
    assert decision.granted
