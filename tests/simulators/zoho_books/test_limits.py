"""Contract section 5.1: rate limits."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from counterfoil_simulators.zoho_books.limits import plan_limits
from tests.simulators.zoho_books.asking import client_of, failure

NOON_IN_NEW_YORK = "2026-03-01T17:00:00Z"


@pytest.fixture
def limited() -> Iterator[ZohoBooksSimulator]:
    """Start two organisations with the real limits and a frozen clock."""
    with ZohoBooksSimulator(organizations=2, contacts=2) as simulator:
        simulator.control.clock_freeze(NOON_IN_NEW_YORK)
        yield simulator


@pytest.fixture
def api(limited: ZohoBooksSimulator) -> Iterator[httpx2.Client]:
    """Make a client for the first, on the Professional plan."""
    with client_of(limited) as client:
        yield client


def _statuses(api: httpx2.Client, count: int) -> list[int]:
    return [api.get("/contacts/1").status_code for _ in range(count)]


def test_the_101st_request_of_a_minute_blocks_the_organization_for_half_an_hour(
    limited: ZohoBooksSimulator, api: httpx2.Client
) -> None:
    assert _statuses(api, 101) == [404] * 100 + [429]
    refused = api.get("/contacts")
    assert (failure(refused), refused.headers["retry-after"]) == ((429, 44), "1800")
    assert refused.json()["message"].startswith("For security reasons your organization has been blocked")
    limited.control.clock_move(1799)
    assert api.get("/contacts").headers["retry-after"] == "1"
    limited.control.clock_move(1)
    assert api.get("/contacts").status_code == 200


def test_minute_slides(limited: ZohoBooksSimulator, api: httpx2.Client) -> None:
    assert _statuses(api, 60) == [404] * 60
    limited.control.clock_move(30)
    assert _statuses(api, 40) == [404] * 40
    limited.control.clock_move(30)
    assert _statuses(api, 61) == [404] * 60 + [429]


def test_block_is_of_the_whole_organization_and_of_no_other(limited: ZohoBooksSimulator) -> None:
    limited.control.block()
    for organization, expected in zip(limited.organization_ids, (429, 200), strict=True):
        with client_of(limited, organization) as one, client_of(limited, organization) as other:
            assert [one.get("/contacts").status_code, other.get("/invoices").status_code] == [expected] * 2
    limited.control.unblock()
    with client_of(limited) as client:
        assert client.get("/contacts").status_code == 200


def test_block_need_not_name_its_end(limited: ZohoBooksSimulator, api: httpx2.Client) -> None:
    limited.control.switch(retry_after=False)
    limited.control.block()
    assert "retry-after" not in api.get("/contacts").headers


def test_headers_tell_of_the_day_which_ends_at_the_organizations_midnight(
    limited: ZohoBooksSimulator, api: httpx2.Client
) -> None:
    headers = api.get("/contacts").headers
    assert (headers["x-rate-limit-limit"], headers["x-rate-limit-remaining"]) == ("5000", "4999")
    assert headers["x-rate-limit-reset"] == str(12 * 3600)
    with client_of(limited, limited.organization_ids[1]) as india:
        headers = india.get("/contacts/1").headers
    assert headers["x-rate-limit-limit"] == "2000"
    assert headers["x-rate-limit-reset"] == str(90 * 60)


def test_day_on_which_the_clocks_change_is_shorter(limited: ZohoBooksSimulator, api: httpx2.Client) -> None:
    limited.control.expire_tokens()
    limited.control.clock_freeze("2026-03-08T05:00:00Z")
    with client_of(limited) as client:
        assert client.get("/contacts").headers["x-rate-limit-reset"] == str(23 * 3600)


def test_used_up_day_is_code_45_until_midnight(limited: ZohoBooksSimulator, api: httpx2.Client) -> None:
    limited.control.switch(daily_limit=1000)
    limited.control.set_daily_remaining(1)
    assert _statuses(api, 2) == [404, 429]
    refused = api.get("/contacts")
    assert (failure(refused), refused.headers["x-rate-limit-remaining"]) == ((429, 45), "0")
    assert refused.json()["message"].endswith("exceeded the maximum call rate limit of 1000.")
    assert "retry-after" not in refused.headers
    limited.control.clock_move(12 * 3600)
    with client_of(limited) as client:
        assert client.get("/contacts").headers["x-rate-limit-remaining"] == "999"


def test_whether_a_refusal_counts_is_switchable(limited: ZohoBooksSimulator, api: httpx2.Client) -> None:
    first = limited.organization_ids[0]
    limited.control.block()
    _statuses(api, 3)
    assert limited.control.stats()["daily_used"][first] == 0
    limited.control.switch(count_429=True)
    _statuses(api, 3)
    assert limited.control.stats()["daily_used"][first] == 3


def test_eleventh_request_under_way_is_code_1070_at_once(limited: ZohoBooksSimulator, api: httpx2.Client) -> None:
    limited.control.hold(path="/contacts")
    with ThreadPoolExecutor(10) as pool:
        waiting = [pool.submit(api.get, "/contacts") for _ in range(10)]
        assert limited.control.wait_held(10)
        refused = api.get("/invoices")
        assert (failure(refused), "retry-after" in refused.headers) == ((429, 1070), False)
        limited.control.release()
        assert [one.result().status_code for one in waiting] == [200] * 10
    assert api.get("/invoices").status_code == 200


def test_free_plan_grants_a_thousand_a_day_and_five_at_once() -> None:
    assert [plan_limits(plan) for plan in ("Free", "Standard", "Professional", "Elite")] == [
        (1000, 5),
        (2000, 10),
        (5000, 10),
        (10_000, 10),
    ]


def test_everything_can_be_switched_off(limited: ZohoBooksSimulator, api: httpx2.Client) -> None:
    limited.control.switch(rate=None, daily_limit=None, concurrency=None)
    limited.control.set_daily_remaining(0)
    assert _statuses(api, 150) == [404] * 150


def test_statistics_count_by_organization_and_by_code(limited: ZohoBooksSimulator, api: httpx2.Client) -> None:
    _statuses(api, 102)
    stats = limited.control.stats()
    assert stats["by_organization"] == {limited.organization_ids[0]: {"GET /contacts/{id}": 102}}
    assert (stats["by_code"], stats["refused"]) == ({"1002": 100, "44": 2}, 2)
    assert stats["by_route"]["POST /oauth/v2/token"] == {"200": 1}
    limited.control.reset_stats()
    assert limited.control.stats()["requests"] == 0
    api.get("/contacts")
    [entry] = limited.control.requests()
    assert (entry["path"], entry["status"], entry["code"]) == ("/books/v3/contacts", 429, 44)
