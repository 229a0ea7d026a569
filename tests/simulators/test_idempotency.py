"""Contract section 5: Idempotency-Key."""

from concurrent.futures import ThreadPoolExecutor

import httpx2

from counterfoil_simulators.robaws import RobawsSimulator
from tests.simulators.asking import client_of


def _create(api: httpx2.Client, key: str, name: str = "X") -> httpx2.Response:
    return api.post("/clients", json={"name": name}, headers={"Idempotency-Key": key})


def test_same_key_gets_the_first_answer_again(sim: RobawsSimulator, api: httpx2.Client) -> None:
    first, again = _create(api, "k1"), _create(api, "k1")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert sim.control.count() == 26
    assert _create(api, "k2").json()["id"] != first.json()["id"]


def test_errors_are_not_kept(api: httpx2.Client) -> None:
    assert _create(api, "k", name="").status_code == 400
    assert _create(api, "k").status_code == 201


def test_old_answer_is_replayed_even_after_the_client_was_deleted(api: httpx2.Client) -> None:
    created = _create(api, "k").json()
    api.delete(f"/clients/{created['id']}")
    assert _create(api, "k").json()["id"] == created["id"]
    assert api.get(f"/clients/{created['id']}").status_code == 404


def test_key_is_ignored_on_get_and_delete(api: httpx2.Client) -> None:
    headers = {"Idempotency-Key": "k"}
    created = api.post("/clients", json={"name": "X"}).json()
    assert api.get("/clients", headers=headers).status_code == 200
    assert api.delete(f"/clients/{created['id']}", headers=headers).status_code == 204
    assert api.delete(f"/clients/{created['id']}", headers=headers).status_code == 404


def test_concurrent_request_with_the_same_key_gets_409(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.hold(method="POST", times=1)
    with ThreadPoolExecutor() as pool, client_of(sim) as other:
        first = pool.submit(_create, other, "k")
        assert sim.control.wait_held(1)
        assert _create(api, "k").status_code == 409
        sim.control.release()
        assert first.result().status_code == 201
    assert _create(api, "k").json() == first.result().json()


def test_key_over_128_characters_is_400_or_accepted(sim: RobawsSimulator, api: httpx2.Client) -> None:
    assert _create(api, "k" * 128).status_code == 201
    assert _create(api, "k" * 129).status_code == 400
    sim.control.switch(idempotency_long_key="accept")
    assert _create(api, "k" * 129).status_code == 201


def test_same_key_with_another_body_is_replayed_or_refused(sim: RobawsSimulator, api: httpx2.Client) -> None:
    _create(api, "k", "X")
    assert _create(api, "k", "Y").json()["name"] == "X"
    sim.control.switch(idempotency_other_body="422")
    assert _create(api, "k", "Y").status_code == 422


def test_keys_are_forgotten_after_a_while(sim: RobawsSimulator, api: httpx2.Client) -> None:
    first = _create(api, "k").json()
    sim.control.clock_move(86_400)
    assert _create(api, "k").json()["id"] != first["id"]
