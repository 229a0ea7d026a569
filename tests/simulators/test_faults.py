"""Contract sections 4 and 7: each fault has the effect that its name states."""

import json
from contextlib import suppress
from typing import Any

import httpx2
import orjson
import pytest

from counterfoil_simulators.odd_payloads import SPOIL
from counterfoil_simulators.robaws import RobawsSimulator
from tests.simulators.asking import ids, page


@pytest.mark.parametrize(
    ("kind", "parameters", "status", "content_type"),
    [
        ("server_error", {}, 500, "application/json"),
        ("forbidden", {}, 403, "application/json"),
        ("wrong_credentials", {}, 401, "application/json"),
        ("html_error", {"status": 500}, 500, "text/html; charset=UTF-8"),
        ("html_error", {}, 502, "text/html; charset=UTF-8"),
        ("html_error", {"status": 504}, 504, "text/html; charset=UTF-8"),
        ("interstitial", {}, 200, "text/html; charset=UTF-8"),
    ],
)
def test_status_faults_strike_as_often_as_ordered(
    sim: RobawsSimulator,
    api: httpx2.Client,
    *,
    kind: str,
    parameters: dict[str, Any],
    status: int,
    content_type: str,
) -> None:
    sim.control.fault(kind, times=1, **parameters)
    answer = api.get("/clients")
    assert (answer.status_code, answer.headers["content-type"]) == (status, content_type)
    assert api.get("/clients").json()["totalItems"] == 25
    assert sim.control.faults()[0]["hits"] == 1


def test_temporary_block_as_a_fault_carries_the_reason(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.fault("temp_blocked", times=1)
    assert api.get("/clients").headers["x-robaws-unauthorized-reason"] == "temp-blocked"


@pytest.mark.parametrize(
    ("kind", "empty", "other"),
    [
        ("rate_limited", "x-ratelimit-remaining", "x-ratelimit-daily-remaining"),
        ("daily_exhausted", "x-ratelimit-daily-remaining", "x-ratelimit-remaining"),
    ],
)
def test_refusals_say_which_allowance_is_empty(
    sim: RobawsSimulator, api: httpx2.Client, kind: str, empty: str, other: str
) -> None:
    sim.control.fault(kind, times=1)
    answer = api.get("/clients")
    assert answer.status_code == 429
    assert (answer.headers[empty], answer.headers[other] == "0") == ("0", False)


def test_faults_wait_for_their_request(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.fault("server_error", path="/clients", page=1, method="get")
    sim.control.fault("forbidden", path="/clients/*", mode="replica")
    assert [api.get("/clients", params={"page": at}).status_code for at in range(3)] == [200, 500, 200]
    assert api.get("/clients", params={"limit": 10, "offset": 10}).status_code == 500
    assert api.get("/clients/1").status_code == 200
    assert api.get("/clients/1?database-mode=replica").status_code == 403
    sim.control.clear_faults()
    assert api.get("/clients", params={"page": 1}).status_code == 200


def test_faults_can_let_requests_pass_and_take_turns(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.fault("html_error", times=1, skip=1)
    sim.control.fault("html_error", times=1, skip=1, status=504)
    assert [api.get("/clients").status_code for _ in range(4)] == [200, 502, 504, 200]


def test_probability_is_seeded(sim: RobawsSimulator, api: httpx2.Client) -> None:
    number = sim.control.fault("server_error", probability=0.5)
    struck = [api.get("/clients").status_code for _ in range(40)]
    assert 8 < struck.count(500) < 32
    sim.control.clear_faults(number)
    with (
        RobawsSimulator(customers=25, seed=1, rate=None) as twin,
        httpx2.Client(base_url=twin.base_url) as again,
    ):
        twin.control.fault("server_error", probability=0.5)
        auth = (twin.api_key, twin.api_secret)
        assert [again.get("/clients", auth=auth).status_code for _ in range(40)] == struck


def test_truncated_json_has_a_valid_length(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.fault("truncated", times=1)
    answer = api.get("/clients")
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(answer.content)
    with pytest.raises(json.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize("at", ["body", "start"])
def test_dropped_connection_is_a_protocol_error(sim: RobawsSimulator, api: httpx2.Client, at: str) -> None:
    sim.control.fault("dropped", times=1, at=at)
    with pytest.raises(httpx2.RemoteProtocolError):
        api.get("/clients")
    assert api.get("/clients").status_code == 200


def test_timeout_never_answers(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.fault("timeout", times=1)
    with pytest.raises(httpx2.ReadTimeout):
        api.get("/clients", timeout=0.05)
    assert api.get("/clients").status_code == 200


@pytest.mark.parametrize("kind", ["timeout", "dropped", "html_error", "server_error"])
def test_answer_of_a_write_is_lost_before_or_after_it_happened(
    sim: RobawsSimulator, api: httpx2.Client, kind: str
) -> None:
    """Law 5: an unknown result. Only with `after` was the write carried out."""
    parameters: dict[str, Any] = {"at": "start"} if kind == "dropped" else {}
    for after, count in ((False, 25), (True, 26)):
        sim.control.fault(kind, times=1, after=after, **parameters)
        with suppress(httpx2.ReadTimeout, httpx2.RemoteProtocolError):
            patience = 0.5 if kind == "timeout" else 10
            assert api.post("/clients", json={"name": "X"}, timeout=patience).status_code >= 500
        assert sim.control.count() == count


def test_latency_delays_an_answer(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.fault("latency", times=1, ms=30)
    assert api.get("/clients").elapsed.total_seconds() >= 0.03


def test_empty_list_is_200_with_total_zero(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.fault("empty_list", times=1)
    body = page(api)
    assert (body["items"], body["totalItems"], body["totalPages"]) == ([], 0, 0)


def test_empty_page_keeps_the_right_total(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.fault("empty_page", page=1)
    assert (page(api, page=1)["items"], page(api, page=1)["totalItems"]) == ([], 25)
    assert len(page(api, page=0)["items"]) == 10


def test_short_page_lacks_one_item_but_the_total_is_right(sim: RobawsSimulator, api: httpx2.Client) -> None:
    whole = ids(page(api))
    sim.control.fault("short_page", times=1)
    body = page(api)
    assert (len(body["items"]), body["totalItems"]) == (9, 25)
    assert set(ids(body)) < set(whole)


def test_duplicate_rows_across_pages(sim: RobawsSimulator, api: httpx2.Client) -> None:
    first, second = ids(page(api, page=0)), ids(page(api, page=1))
    sim.control.fault("duplicate_rows", page=1)
    shifted = ids(page(api, page=1))
    assert shifted == [first[-1], *second[:-1]]


def test_drift_while_paging(sim: RobawsSimulator, api: httpx2.Client) -> None:
    known = ids(page(api, size=100))
    sim.control.fault("drift_delete", page=0, times=1)
    first, second = page(api, page=0), page(api, page=1)
    assert (first["totalItems"], second["totalItems"]) == (25, 24)
    assert known[10] not in ids(first) + ids(second)
    sim.control.fault("drift_insert", page=0, times=1)
    assert (page(api, page=0)["totalItems"], page(api, page=1)["totalItems"]) == (24, 25)


def test_ignored_updated_from_lists_everything(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.fault("ignore_updated_from", times=1)
    assert page(api, updatedFrom="2099-01-01T00:00:00Z")["totalItems"] == 25
    assert page(api, updatedFrom="2099-01-01T00:00:00Z")["totalItems"] == 0


def test_wrong_total(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.fault("wrong_total", times=1)
    assert page(api)["totalItems"] == 24
    sim.control.fault("wrong_total", times=1, total=4000)
    assert page(api)["totalItems"] == 4000


def test_garbage_items_of_every_shape(sim: RobawsSimulator, api: httpx2.Client) -> None:
    def second_item(shape: str) -> Any:
        sim.control.fault("garbage", times=1, shape=shape, position=1)
        return page(api)["items"][1]

    assert isinstance(second_item("string"), str)
    assert second_item("null") is None
    assert "id" not in second_item("no_id")
    assert isinstance(second_item("name_object")["name"], dict)
    assert isinstance(second_item("integer_id")["id"], int)


def test_one_client_can_be_garbage_wherever_it_is_read(sim: RobawsSimulator, api: httpx2.Client) -> None:
    """Law 9: one bad record never stops the rest."""
    bad = ids(page(api, page=1))[3]
    sim.control.fault("garbage", shape="name_object", client=bad)
    items = page(api, size=100)["items"]
    assert [item["id"] for item in items if isinstance(item["name"], dict)] == [bad]
    assert isinstance(api.get(f"/clients/{bad}").json()["name"], dict)
    assert isinstance(api.get(f"/clients/{items[0]['id']}").json()["name"], str)


def test_invalid_utf8_in_one_item(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.fault("invalid_utf8", times=1, position=3)
    content = api.get("/clients").content
    with pytest.raises(UnicodeDecodeError):
        content.decode()
    assert json.loads(content.decode(errors="replace"))["totalItems"] == 25


@pytest.mark.parametrize(
    "wrong", [{"kind": "nonsense"}, {"kind": "latency", "mss": 1}, {"kind": "html_error", "status": 200}]
)
def test_nonsense_orders_are_refused(sim: RobawsSimulator, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        sim.control.fault(**wrong)


@pytest.mark.parametrize(
    ("form", "content_type", "body"),
    [
        ("own", "application/json", '"path":"/api/v2/clients/1"'),
        ("other_id", "application/json", '"path":"/api/v2/clients/999999"'),
        ("empty", None, ""),
        ("json", "application/json; charset=utf-8", "no Route matched"),
        ("html", "text/html; charset=UTF-8", "<title>"),
    ],
)
def test_a_404_comes_in_every_form_by_fault_and_by_switch(
    sim: RobawsSimulator, api: httpx2.Client, *, form: str, content_type: str | None, body: str
) -> None:
    sim.control.fault("not_found", form=form, path="/clients/1", times=1)
    denied = api.get("/clients/1")
    assert (denied.status_code, denied.headers.get("content-type")) == (404, content_type)
    assert body in denied.text
    assert api.get("/clients/1").status_code == 200
    sim.control.switch(not_found_form=form)
    sim.control.delete(["1"])
    gone = api.get("/clients/1")
    assert (gone.status_code, gone.headers.get("content-type")) == (404, content_type)


@pytest.mark.parametrize("shape", SPOIL)
def test_an_odd_item_is_no_json_or_what_not_every_database_stores(
    sim: RobawsSimulator, api: httpx2.Client, shape: str
) -> None:
    first, bad = ids(page(api))[:2]
    sim.control.fault("garbage", client=bad, shape=shape)
    content = api.get(f"/clients/{bad}").content
    assert content in api.get("/clients", params={"size": 100}).content, "wherever it is read"
    is_json = shape.startswith(("nul_", "long_")) or shape == "nested_objects"
    try:
        orjson.loads(content)
    except orjson.JSONDecodeError:
        assert not is_json
    else:
        assert is_json
    assert api.get(f"/clients/{first}").json()["id"] == first


def test_a_client_can_come_without_the_key_contacts(sim: RobawsSimulator, api: httpx2.Client) -> None:
    odd, other = sim.control.ids()[:2]
    sim.control.fault("garbage", client=odd, shape="no_contacts")
    listed = api.get("/clients", params={"size": 100, "include": "contacts"}).json()
    items = {item["id"]: item for item in listed["items"]}
    assert ("contacts" in items[str(odd)], "contacts" in items[str(other)]) == (False, True)
