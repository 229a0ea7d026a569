"""Contract section 2.1: pages."""

import httpx2
import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.simulators.asking import client_of, ids, page


def test_page_is_zero_based_and_ten_long_by_default(api: httpx2.Client) -> None:
    body = page(api)
    assert len(body["items"]) == 10
    assert ids(page(api, page=0)) == ids(body)
    assert ids(page(api, page=1)) != ids(body)


def test_envelope_has_the_five_confirmed_keys(api: httpx2.Client) -> None:
    body = page(api, page=2, size=10)
    assert list(body) == ["items", "totalItems", "totalPages", "currentPage", "size"]
    assert (body["totalItems"], body["totalPages"], body["currentPage"]) == (25, 3, 2)


def test_envelope_size_counts_the_items_of_this_page(api: httpx2.Client) -> None:
    assert page(api, page=2, size=10)["size"] == 5


def test_page_past_the_end_is_empty_and_200(api: httpx2.Client) -> None:
    body = page(api, page=99)
    assert (body["items"], body["size"], body["totalItems"]) == ([], 0, 25)


def test_size_is_capped_at_a_hundred_or_refused_by_switch() -> None:
    with RobawsSimulator(customers=120, rate=None) as sim, client_of(sim) as api:
        assert page(api, size=200)["size"] == 100
        sim.control.switch(size_over_max="400")
        assert api.get("/clients", params={"size": 200}).status_code == 400


def test_limit_wins_over_page_which_is_silently_ignored(api: httpx2.Client) -> None:
    first = ids(page(api, limit=10))
    assert ids(page(api, limit=10, page=1)) == first
    assert ids(page(api, limit=10, offset=10)) == ids(page(api, page=1, size=10))


def test_all_pages_hold_every_client_once_by_rising_numeric_id(api: httpx2.Client) -> None:
    seen = [number for at in range(3) for number in ids(page(api, page=at))]
    assert len(seen) == len(set(seen)) == 25
    assert seen == sorted(seen, key=int)


@pytest.mark.parametrize("query", [{"page": "-1"}, {"size": "0"}, {"size": "ten"}, {"offset": "x"}])
def test_nonsense_in_paging_is_400(api: httpx2.Client, query: dict[str, str]) -> None:
    assert api.get("/clients", params=query).status_code == 400


def test_listing_serves_the_full_size_of_a_live_tenant() -> None:
    with RobawsSimulator(customers=4017, rate=None) as sim, client_of(sim) as api:
        body = page(api, page=40, size=100)
        assert (body["totalItems"], body["totalPages"], body["size"]) == (4017, 41, 17)
