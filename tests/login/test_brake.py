"""How often passwords may be tried, decided without a database or a clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.login.brake import BRAKES, Brake, CountedBy

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BRAKE = Brake(free=5, pause=3 * MINUTE)


def test_the_first_wrong_passwords_cost_no_time() -> None:
    assert [BRAKE.wait(float(count)) for count in range(5)] == [timedelta()] * 5


def test_after_them_one_more_may_be_tried_per_pause() -> None:
    assert BRAKE.wait(5) == 3 * MINUTE
    assert BRAKE.wait(BRAKE.level(5, NOW, NOW + MINUTE)) == 2 * MINUTE
    assert BRAKE.wait(BRAKE.level(5, NOW, NOW + 3 * MINUTE)) == timedelta()


def test_a_clock_that_goes_back_takes_nothing_off() -> None:
    assert BRAKE.level(5, NOW, NOW - timedelta(days=400)) == 5


@given(st.floats(0, 1000), st.timedeltas(timedelta(), timedelta(days=3650)))
def test_nobody_is_locked_out_for_good(count: float, passed: timedelta) -> None:
    level = BRAKE.level(count, NOW, NOW + passed)
    assert 0 <= level <= count
    assert BRAKE.wait(level) <= max(timedelta(), (count - 4) * BRAKE.pause - passed) + timedelta(milliseconds=1)


@pytest.mark.parametrize("by", [CountedBy.PAIR, CountedBy.NAME, CountedBy.BROWSER])
def test_a_day_of_guessing_at_one_name_is_a_few_hundred_tries(by: CountedBy) -> None:
    brake = BRAKES[by]
    assert brake.free + timedelta(days=1) / brake.pause <= 500


def test_an_office_behind_one_address_has_more_tries_than_one_of_its_people() -> None:
    assert BRAKES[CountedBy.PAIR].free < BRAKES[CountedBy.NAME].free < BRAKES[CountedBy.ADDRESS].free
