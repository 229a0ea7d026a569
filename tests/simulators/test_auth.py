"""Contract section 1: authentication and roles."""

import base64

import httpx2
import pytest

from counterfoil_simulators.robaws import RobawsSimulator


def test_key_and_secret_open_the_api_and_so_do_email_and_password(sim: RobawsSimulator) -> None:
    for pair in ((sim.api_key, sim.api_secret), (sim.email, sim.password)):
        assert httpx2.get(f"{sim.base_url}/clients", auth=pair).status_code == 200


def test_anything_else_is_401_without_a_reason(sim: RobawsSimulator) -> None:
    mixed = base64.b64encode(f"{sim.api_key}:{sim.password}".encode()).decode()
    for header in (None, f"Bearer {sim.api_key}", f"Basic {sim.api_key}", f"Basic {mixed}", "Basic %%%"):
        headers = {} if header is None else {"authorization": header}
        answer = httpx2.get(f"{sim.base_url}/clients", headers=headers)
        assert answer.status_code == 401
        assert answer.json()["error"] == "Unauthorized"
        assert "x-robaws-unauthorized-reason" not in answer.headers
        assert "x-ratelimit-remaining" not in answer.headers


def test_credentials_follow_from_the_seed_and_look_like_robaws() -> None:
    one, same, other = RobawsSimulator(1, 5), RobawsSimulator(1, 5), RobawsSimulator(1, 6)
    assert (one.api_key, one.api_secret) == (same.api_key, same.api_secret) != (other.api_key, other.api_secret)
    assert (len(one.api_key), len(one.api_secret)) == (20, 40)
    assert one.api_key == one.api_key.upper()


def test_temporary_block_is_401_with_its_reason(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.switch(temp_blocked=True)
    answer = api.get("/clients")
    assert answer.status_code == 401
    assert answer.headers["X-Robaws-Unauthorized-Reason"] == "temp-blocked"
    sim.control.unblock()
    assert api.get("/clients").status_code == 200


def test_role_without_a_module_gets_403(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.switch(forbidden_modules=["contacts"])
    assert api.get("/clients").status_code == 200
    answer = api.get("/contacts")
    assert (answer.status_code, answer.json()["error"]) == (403, "Forbidden")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_role_that_may_only_read_gets_403_on_writes(sim: RobawsSimulator, api: httpx2.Client, method: str) -> None:
    sim.control.switch(read_only_role=True)
    path = "/clients" if method == "POST" else "/clients/1"
    assert api.request(method, path, json={"name": "X"}).status_code == 403
    assert api.get("/clients/1").status_code == 200


def test_only_admins_register_webhooks(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.switch(admin=False)
    body = {"url": "http://127.0.0.1:1/x", "events": ["client.updated"]}
    assert api.post("/webhook-endpoints", json=body).status_code == 403


def test_tenant_header_is_accepted_and_ignored(api: httpx2.Client) -> None:
    assert api.get("/clients", headers={"X-Tenant": "whatever"}).status_code == 200
