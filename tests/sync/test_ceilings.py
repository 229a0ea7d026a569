"""A sync within ceilings: responses without end, pauses of three thousand years, totals that grow for ever."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from counterfoil.connectors.http import bounded_client
from counterfoil.connectors.http.headers import LARGEST_NUMBER
from counterfoil.mirror.models import Allowance, RunState
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.mirrored import Mirrored

DAY = timedelta(days=1)


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """Start three customers."""
    with RobawsSimulator(3, seed=7, rate=None) as simulator:
        yield simulator


def test_a_page_without_end_fails_the_run_with_advice_and_the_next_sync_resumes_it(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_client, "LARGEST_BODY", 2**20)
    mirror.sim.control.fault("huge_body", path="/clients", megabytes=200)
    run = mirror.sync()
    assert (run.state, run.api_calls, run.resumable) == (RunState.FAILED, 1, True)
    assert "too large: more than 32 MB" in run.error
    assert "--batch-size" in run.error
    mirror.sim.control.clear_faults()
    assert mirror.sync().pk == run.pk
    assert mirror.is_true()


@pytest.mark.parametrize("value", ["99999999999", "1e400", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_law_7_a_pause_of_three_thousand_years_lasts_a_day(mirror: Mirrored, value: str) -> None:
    mirror.sim.control.fault("rate_limited", path="/clients", times=1)
    mirror.sim.control.fault("header", path="/clients", name="Retry-After", value=value, times=1)
    run = mirror.sync()
    assert run.state == RunState.PARKED
    assert "it asked for a pause" in run.note
    assert run.parked_until is not None
    assert DAY - timedelta(minutes=1) < run.parked_until - timezone.now() <= DAY


@pytest.mark.parametrize("value", ["nan", "-7", "inf", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 -2359"])
def test_law_9_no_value_of_a_header_fails_a_sync(mirror: Mirrored, value: str) -> None:
    names = (
        "x-ratelimit-daily-limit",
        "x-ratelimit-daily-remaining",
        "x-ratelimit-daily-reset",
        "retry-after",
        "date",
    )
    for name in names:
        mirror.sim.control.fault("header", path="/clients", name=name, value=value)
    assert mirror.sync(full=True).state == RunState.COMPLETED
    allowance = Allowance.objects.get(connection=mirror.connection)
    assert allowance.daily_remaining is None or 0 <= allowance.daily_remaining <= LARGEST_NUMBER
    assert allowance.daily_reset_at is None or allowance.daily_reset_at <= timezone.now() + DAY


def test_law_7_a_block_that_an_older_version_stored_ends_within_a_day(mirror: Mirrored) -> None:
    until = timezone.now() + 1_000_000 * DAY
    Allowance.objects.filter(connection=mirror.connection).update(
        blocked_until=until, blocked_reason="it has blocked this integration"
    )
    run = mirror.sync()
    assert (run.state, "it has blocked this integration" in run.note) == (RunState.PARKED, True)
    assert run.parked_until is not None
    assert run.parked_until <= timezone.now() + DAY


def test_a_total_that_grows_with_every_page_ends(mirror: Mirrored) -> None:
    mirror.sim.control.fault("growing_total", path="/clients")
    run = mirror.sync(full=True)
    assert run.state in {RunState.COMPLETED, RunState.FAILED}
    assert run.api_calls < 100
    assert mirror.is_true()


def test_law_9_a_total_larger_than_any_number_stops_nothing(mirror: Mirrored) -> None:
    mirror.sim.control.fault("wrong_total", path="/clients", total=10**30)
    run = mirror.sync(full=True)
    assert run.api_calls < 100
    assert mirror.is_true()
    mirror.sim.control.clear_faults()
    mirror.sync(full=True)
    mirror.sim.control.fault("wrong_total", path="/clients", total=10**12)
    assert mirror.sync().api_calls < 100
