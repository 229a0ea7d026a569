"""Contract section 4: rate limits."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import httpx2
import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from counterfoil_simulators.robaws.days import seconds_to_reset
from tests.simulators.asking import client_of

REPLICA = {"Database-Mode": "replica"}


@pytest.fixture
def limited() -> Iterator[RobawsSimulator]:
    """Start a simulator with the real limits and a frozen clock."""
    with RobawsSimulator(customers=2) as simulator:
        simulator.control.clock_freeze("2026-03-01T12:00:00Z")
        yield simulator


@pytest.fixture
def api(limited: RobawsSimulator) -> Iterator[httpx2.Client]:
    """Make a client for it."""
    with client_of(limited) as client:
        yield client


def _statuses(api: httpx2.Client, count: int, headers: dict[str, str] | None = None) -> list[int]:
    return [api.get("/clients", headers=headers).status_code for _ in range(count)]


def test_bucket_holds_twenty_and_fills_by_fifteen_a_second(limited: RobawsSimulator, api: httpx2.Client) -> None:
    assert _statuses(api, 21) == [200] * 20 + [429]
    limited.control.clock_move(1)
    assert _statuses(api, 16) == [200] * 15 + [429]
    limited.control.clock_move(3600)
    assert _statuses(api, 21) == [200] * 20 + [429]


def test_live_and_replica_share_the_bucket(limited: RobawsSimulator, api: httpx2.Client) -> None:
    assert _statuses(api, 10) + _statuses(api, 11, REPLICA) == [200] * 20 + [429]


def test_headers_say_how_things_stand(api: httpx2.Client) -> None:
    headers = api.get("/clients").headers
    assert headers["X-RateLimit-Remaining"] == "19"
    assert headers["X-RateLimit-Daily-Limit"] == "10000"
    assert headers["X-RateLimit-Daily-Remaining"] == "9999"
    assert headers["X-RateLimit-Daily-Reset"] == str(12 * 3600)


def test_days_are_counted_apart_for_live_and_replica(limited: RobawsSimulator, api: httpx2.Client) -> None:
    limited.control.set_daily_remaining(1)
    assert _statuses(api, 2) == [200, 429]
    assert _statuses(api, 2, REPLICA) == [200, 200]
    refused = api.get("/clients")
    assert refused.headers["x-ratelimit-daily-remaining"] == "0"
    assert refused.headers["x-ratelimit-remaining"] != "0"


def test_new_day_brings_a_new_allowance(limited: RobawsSimulator, api: httpx2.Client) -> None:
    limited.control.set_daily_remaining(0)
    assert _statuses(api, 1) == [429]
    limited.control.clock_move(12 * 3600 - 1)
    assert _statuses(api, 1) == [429]
    limited.control.clock_move(1)
    assert _statuses(api, 1) == [200]


def test_refusal_is_empty_without_retry_after_unless_switched(
    limited: RobawsSimulator, api: httpx2.Client
) -> None:
    limited.control.set_daily_remaining(0)
    refused = api.get("/clients")
    assert (refused.content, refused.headers.get("retry-after")) == (b"", None)
    limited.control.switch(retry_after=True, body_429="error")
    refused = api.get("/clients")
    assert refused.headers["retry-after"] == str(12 * 3600)
    assert refused.json()["error"] == "Too Many Requests"


def test_whether_a_refusal_counts_is_switchable(limited: RobawsSimulator, api: httpx2.Client) -> None:
    _statuses(api, 25)
    assert limited.control.stats()["daily_used"]["live"] == 20
    limited.control.switch(count_429=True)
    _statuses(api, 5)
    assert limited.control.stats()["daily_used"]["live"] == 25


def test_too_many_refusals_block_the_integration_for_a_while(limited: RobawsSimulator, api: httpx2.Client) -> None:
    limited.control.switch(block_after_429s=3, block_seconds=600)
    assert _statuses(api, 24) == [200] * 20 + [429] * 3 + [401]
    limited.control.clock_move(600)
    assert _statuses(api, 1) == [200]


def test_replica_is_for_reading(limited: RobawsSimulator, api: httpx2.Client) -> None:
    assert api.post("/clients", json={"name": "X"}, headers=REPLICA).status_code == 400
    limited.control.switch(replica_write="live")
    assert api.post("/clients", json={"name": "X"}, headers=REPLICA).status_code == 201


def test_date_header_is_the_simulators_clock(limited: RobawsSimulator, api: httpx2.Client) -> None:
    stood = parsedate_to_datetime(api.get("/clients").headers["date"])
    assert stood.isoformat() == "2026-03-01T12:00:00+00:00"
    limited.control.clock_move(-3600)
    assert parsedate_to_datetime(api.get("/clients").headers["date"]).hour == 11


def test_statistics_count_refusals_and_the_busiest_second(limited: RobawsSimulator, api: httpx2.Client) -> None:
    _statuses(api, 23)
    stats = limited.control.stats()
    assert (stats["requests"], stats["refused"]) == (23, 3)
    assert stats["by_route"] == {"GET /clients": {"200": 20, "429": 3}}
    assert 1 <= stats["max_per_second"] <= 23
    limited.control.reset_stats()
    assert limited.control.stats()["requests"] == 0


@pytest.mark.parametrize(
    ("reset", "began", "left"),
    [
        ("utc", 1_772_323_200.0, 86_400.0),  # 2026-03-01T00:00Z
        ("brussels", 1_772_323_200.0, 82_800.0),  # the day of Brussels ends at 23:00Z in winter
        ("brussels", 1_774_738_800.0, 82_800.0),  # 2026-03-29, 23 hours long: clocks go forward
        ("rolling", 1_772_326_800.0, 86_400.0),
    ],
)
def test_day_ends_at_a_switchable_moment(reset: str, began: float, left: float) -> None:
    assert seconds_to_reset(began, began, reset) == left  # type: ignore[arg-type]
    assert seconds_to_reset(began, began + left, reset) == 0.0  # type: ignore[arg-type]
