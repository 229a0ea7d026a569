"""Contract section 5: ordered faults."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.simulators.zoho_books.asking import client_of, failure, refreshed


def test_internal_error_strikes_as_often_as_ordered(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.fault("server_error", times=2, skip=1)
    answers = [api.get("/contacts") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 500, 500, 200]
    assert failure(answers[1]) == (500, 1000)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_server_in_front_answers_html(sim: ZohoBooksSimulator, api: httpx2.Client, status: int) -> None:
    sim.control.fault("html_error", status=status, times=1)
    answer = api.get("/contacts")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html;charset=UTF-8")
    assert api.get("/contacts").status_code == 200


def test_login_page_comes_with_200(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.fault("interstitial", times=1)
    answer = api.get("/contacts")
    assert (answer.status_code, answer.text[:9]) == (200, "<!DOCTYPE")


def test_faults_are_for_a_path_a_page_and_an_organization() -> None:
    with ZohoBooksSimulator(organizations=2, contacts=2, rate=None) as sim:
        second = sim.organization_ids[1]
        sim.control.fault("server_error", path="/contacts/*")
        sim.control.fault("server_error", path="/contacts", page=2)
        sim.control.fault("server_error", path="/invoices", organization=second)
        with client_of(sim) as one, client_of(sim, second) as other:
            assert one.get("/contacts/contactpersons").status_code == 500
            assert [one.get("/contacts", params={"page": at}).status_code for at in (1, 2)] == [200, 500]
            assert [one.get("/invoices").status_code, other.get("/invoices").status_code] == [200, 500]


def test_error_inside_a_200(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.fault("error", status=200, code=9, message="Odd")
    assert api.get("/contacts").json() == {"code": 9, "message": "Odd"}


def test_one_57_among_good_answers(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.fault("unauthorized", times=1)
    assert [failure(api.get("/contacts")) for _ in range(2)] == [(401, 57), (200, 0)]


@pytest.mark.parametrize("code", [44, 45, 1070, 43])
def test_any_429_can_be_ordered(sim: ZohoBooksSimulator, api: httpx2.Client, code: int) -> None:
    sim.control.fault("too_many_requests", code=code, retry_after=7, times=1)
    refused = api.get("/contacts")
    assert (failure(refused), refused.headers["retry-after"]) == ((429, code), "7")
    assert api.get("/contacts").status_code == 200


def test_token_endpoint_fails_on_order(sim: ZohoBooksSimulator) -> None:
    sim.control.fault("oauth_error", error="invalid_client", times=1)
    sim.control.fault("throttled", times=1)
    sim.control.fault("html_error", path="/oauth/v2/token", times=1)
    assert refreshed(sim).status_code == 502
    assert refreshed(sim).json() == {"error": "invalid_client"}
    assert refreshed(sim).json()["error"] == "Access Denied"
    assert "access_token" in refreshed(sim).json()


def test_answer_that_ends_in_the_middle_of_the_json(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.fault("truncated", times=1)
    answer = api.get("/contacts")
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r".+"):
        answer.json()


@pytest.mark.parametrize("at", ["body", "start"])
def test_connection_that_drops(sim: ZohoBooksSimulator, api: httpx2.Client, at: str) -> None:
    sim.control.fault("dropped", at=at, times=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        api.get("/contacts")
    assert api.get("/contacts").status_code == 200


def test_answer_that_never_comes(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.fault("timeout", times=1)
    with pytest.raises(httpx2.ReadTimeout):
        api.get("/contacts", timeout=0.1)


def test_latency_by_switch_and_on_order(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.switch(latency_ms=30)
    sim.control.fault("latency", ms=40, times=1)
    began = time.monotonic()
    assert api.get("/contacts").status_code == 200
    assert time.monotonic() - began >= 0.07


def test_a_held_answer_was_made_before_later_changes(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.hold(path="/contacts", page=1, times=1)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(api.get, "/contacts")
        assert sim.control.wait_held()
        [added] = sim.control.add_contact()
        sim.control.release()
        assert added not in waiting.result().text
    assert added in api.get("/contacts").text


def test_nonsense_orders_are_refused(sim: ZohoBooksSimulator) -> None:
    for wrong in (
        {"kind": "nonsense"},
        {"kind": "latency", "mss": 1},
        {"kind": "garbage", "shape": "odd"},
        {"kind": "error", "status": 999},
    ):
        with pytest.raises(ValueError, match=r".+"):
            sim.control.fault(**wrong)
    sim.control.fault("server_error")
    assert [one["kind"] for one in sim.control.faults()] == ["server_error"]
    sim.control.clear_faults()
    assert sim.control.faults() == []
