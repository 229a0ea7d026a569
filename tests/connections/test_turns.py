"""Law 7, one budget per allowance: the order of turns, for any interleaving and any clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connections import rate_limit
from counterfoil.connectors.allowance import Quota
from counterfoil.connectors.priority import Priority

START = datetime(2026, 5, 1, 12, tzinfo=UTC)
ROBAWS = rate_limit.RatePolicy(rate=12.0, burst=10, reserve=500)
FIRST = (Priority.PERSON, Priority.DELIVERY, Priority.PUSH)
ASKERS = [(priority, f"{priority}-{number}") for priority in Priority for number in range(3)]


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def drained() -> rate_limit.BucketState:
    """Start with an empty bucket at START."""
    return rate_limit.BucketState(tokens=0.0, refilled_at=START)


def test_a_click_gets_the_next_token_while_a_run_drains_the_bucket() -> None:
    state, click = rate_limit.acquire(drained(), ROBAWS, START, Priority.PERSON, "click")
    assert click.wait == pytest.approx(1 / ROBAWS.rate)
    for moment in (0.05, click.wait, 0.5):
        state, run = rate_limit.acquire(state, ROBAWS, later(moment), Priority.RUN, "run")
        assert not run.granted
    state, click = rate_limit.acquire(state, ROBAWS, later(0.5), Priority.PERSON, "click")
    assert click.granted
    assert rate_limit.acquire(state, ROBAWS, later(0.5), Priority.RUN, "run")[1].granted, (
        "nobody is waited for any more"
    )


def test_a_claim_whose_call_never_returns_expires_soon() -> None:
    state, click = rate_limit.acquire(drained(), ROBAWS, START, Priority.PERSON, "click")
    gone = click.wait + rate_limit.GRACE
    assert not rate_limit.acquire(state, ROBAWS, later(gone - 0.01), Priority.RUN)[1].granted
    state, run = rate_limit.acquire(state, ROBAWS, later(gone + 0.01), Priority.RUN)
    assert run.granted
    assert state.claims == {}, "nothing is kept of it"


def test_two_waiting_clicks_both_go_before_the_run() -> None:
    state, _ = rate_limit.acquire(drained(), ROBAWS, START, Priority.PERSON, "one")
    state, _ = rate_limit.acquire(state, ROBAWS, START, Priority.PERSON, "two")
    state, one = rate_limit.acquire(state, ROBAWS, later(0.1), Priority.PERSON, "one")
    _, run = rate_limit.acquire(state, ROBAWS, later(0.2), Priority.RUN)
    state, two = rate_limit.acquire(state, ROBAWS, later(0.2), Priority.PERSON, "two")
    assert (one.granted, run.granted, two.granted) == (True, False, True)


def test_after_a_pause_people_go_first() -> None:
    state = rate_limit.record_throttle(rate_limit.BucketState(), Quota(), 2, START)
    state, click = rate_limit.acquire(state, ROBAWS, later(1), Priority.PERSON, "click")
    assert click.wait == 1
    assert not rate_limit.acquire(state, ROBAWS, later(2.5), Priority.RUN)[1].granted
    assert rate_limit.acquire(state, ROBAWS, later(2.5), Priority.PERSON, "click")[1].granted


def test_a_claim_of_a_machine_with_a_slow_clock_counts_on_others() -> None:
    """The latest clock counts: two seconds are twice what a claim outlives."""
    state, slow = rate_limit.acquire(drained(), ROBAWS, later(-2), Priority.PERSON, "click")
    assert not slow.granted
    assert not rate_limit.acquire(state, ROBAWS, later(0.2), Priority.RUN)[1].granted


@given(st.lists(st.tuples(st.sampled_from(ASKERS), st.floats(0, 0.6)), min_size=1, max_size=200))
def test_no_lower_priority_goes_first_while_a_claim_holds(tries: list[tuple[tuple[Priority, str], float]]) -> None:
    """Any askers in any order: a live claim is one whose owner asked no longer ago than it was told to wait, and
    the grace.
    """
    state, now = drained(), 0.0
    waiting: dict[tuple[Priority, str], float] = {}
    for asker, gap in tries:
        now += gap
        priority, name = asker
        live = [first for (first, _), until in waiting.items() if until > now + 0.001]
        state, grant = rate_limit.acquire(state, ROBAWS, later(now), priority, name)
        if grant.granted:
            assert all(rate_limit.ORDER.index(first) >= rate_limit.ORDER.index(priority) for first in live)
            waiting.pop(asker, None)
        elif priority in FIRST:
            waiting[asker] = now + grant.wait + rate_limit.GRACE


@given(
    st.lists(st.tuples(st.sampled_from(ASKERS), st.integers(0, 3), st.floats(0, 0.2)), max_size=200),
    st.lists(st.floats(-3, 3), min_size=4, max_size=4),
)
def test_priorities_never_exceed_burst_and_rate(
    tries: list[tuple[tuple[Priority, str], int, float]], skews: list[float]
) -> None:
    """Four machines with clocks up to three seconds apart; all kinds of work at once."""
    state, now, sent = rate_limit.BucketState(), 0.0, []
    for (priority, name), machine, gap in tries:
        now += gap
        state, grant = rate_limit.acquire(state, ROBAWS, later(now + skews[machine]), priority, name)
        if grant.granted:
            sent.append(now)
    spread = max(skews) - min(skews)
    for at, first in enumerate(sent):
        for count, last in enumerate(sent[at:], start=1):
            assert count <= ROBAWS.burst + ROBAWS.rate * (last - first + spread) + 1e-6


@given(st.lists(st.tuples(st.sampled_from(ASKERS), st.floats(0, 0.2)), max_size=200))
def test_with_equal_clocks_burst_and_rate_are_exact(
    tries: list[tuple[tuple[Priority, str], float]],
) -> None:
    state, now, sent = rate_limit.BucketState(), 0.0, []
    for (priority, name), gap in tries:
        now += gap
        state, grant = rate_limit.acquire(state, ROBAWS, later(now), priority, name)
        if grant.granted:
            sent.append(now)
    for at, first in enumerate(sent):
        for count, last in enumerate(sent[at:], start=1):
            assert count <= ROBAWS.burst + ROBAWS.rate * (last - first) + 1e-3


@given(st.lists(st.floats(0.2, 2), min_size=5, max_size=60))
def test_a_run_continues_beside_a_person_who_clicks_now_and_then(pauses: list[float]) -> None:
    """What is kept for clicks is given to the run as soon as they are served."""
    state, now, runs = drained(), 0.0, 0
    for number, pause in enumerate(pauses):
        ends = now + pause
        click = rate_limit.BucketDecision(wait=1)
        while not click.granted:
            state, click = rate_limit.acquire(state, ROBAWS, later(now), Priority.PERSON, f"click-{number}")
            now += click.wait
        while now < ends:
            state, run = rate_limit.acquire(state, ROBAWS, later(now), Priority.RUN, "run")
            runs += run.granted
            now += run.wait
    assert len(pauses) + runs >= ROBAWS.rate * sum(pauses) * 0.8, "the rate is used"


@pytest.mark.parametrize(
    ("ends_in", "now", "zone", "counts_to"),
    [
        (None, datetime(2026, 5, 1, 22, 30, tzinfo=UTC), "Europe/Brussels", date(2026, 5, 2)),
        (11 * 3600, datetime(2026, 5, 1, 11, tzinfo=UTC), "Europe/Brussels", date(2026, 5, 1)),
        (11 * 3600 - 1, datetime(2026, 5, 1, 11, tzinfo=UTC), "Europe/Brussels", date(2026, 5, 1)),
        (3600, datetime(2026, 5, 2, 3, tzinfo=UTC), "Europe/Brussels", date(2026, 5, 1)),
        (3600, datetime(2026, 10, 25, 22, tzinfo=UTC), "Europe/Brussels", date(2026, 10, 25)),
        (3600, datetime(2026, 3, 29, 21, tzinfo=UTC), "Europe/Brussels", date(2026, 3, 29)),
    ],
    ids=[
        "nothing said",
        "midnight here",
        "midnight, a second early",
        "midnight in New York",
        "25 hours",
        "23 hours",
    ],
)
def test_a_call_counts_to_the_upstream_s_day_or_else_to_ours(
    ends_in: float | None, now: datetime, zone: str, counts_to: date
) -> None:
    state = rate_limit.record_quota(rate_limit.BucketState(), Quota(100, 1000, ends_in), now)
    assert rate_limit.day(state, now, ZoneInfo(zone)) == counts_to


def test_calls_after_the_upstream_s_day_count_to_the_next() -> None:
    state = rate_limit.record_quota(
        rate_limit.BucketState(), Quota(100, 1000, 3600), datetime(2026, 5, 2, 3, tzinfo=UTC)
    )
    assert rate_limit.day(state, datetime(2026, 5, 2, 4, 0, 2, tzinfo=UTC), ZoneInfo("Europe/Brussels")) == date(
        2026, 5, 2
    )
