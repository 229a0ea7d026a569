"""The control, in Python and over HTTP."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from counterfoil_simulators.robaws import RobawsSimulator, run
from tests.simulators.asking import client_of, ids, page


def test_added_clients_are_listed_and_dated_now(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.clock_freeze("2026-03-01T10:00:00Z")
    added = sim.control.add(3)
    assert ids(page(api, updatedFrom="2026-03-01T10:00:00Z")) == added
    [given] = sim.control.add(fields={"id": "9000", "name": "Given", "extraFields": {"Role": "POV"}})
    assert given == "9000"
    assert api.get("/clients/9000").json()["extraFields"]["Role"]["stringValue"] == "POV"
    assert sim.control.add() == ["9001"]


def test_random_change_is_real_touches_updated_at_and_keeps_the_name(sim: RobawsSimulator) -> None:
    before = {client["id"]: client for client in sim.control.clients()}
    changed = sim.control.change(n=10)
    assert len(set(changed)) == 10
    for client in sim.control.clients():
        old = before[client["id"]]
        assert (client != old) == (client["id"] in changed)
        assert client["name"] == old["name"]
        assert (client["updatedAt"] > old["updatedAt"]) == (client["id"] in changed)


def test_change_without_touch_or_with_a_date_of_choice(sim: RobawsSimulator) -> None:
    before = sim.control.client("1")
    sim.control.change("1", fields={"tel": "0"}, touch_updated_at=False)
    assert sim.control.client("1") == before | {"tel": "0"}
    sim.control.change(["1"], fields={"tel": "1"}, updated_at="2099-01-01T00:00:00Z")
    assert sim.control.client("1")["updatedAt"] == "2099-01-01T00:00:00.000Z"
    sim.control.change(1, rename=True)
    assert sim.control.client("1")["name"] != before["name"]


def test_restored_backup_brings_content_dates_and_sequences_back(sim: RobawsSimulator, api: httpx2.Client) -> None:
    before = sim.control.clients()
    sim.control.snapshot()
    sim.control.change(n=5)
    victim = sim.control.delete(n=1)[0]
    [added] = sim.control.add()
    assert sim.control.restore() == 25
    assert sim.control.clients() == before
    assert api.get(f"/clients/{victim}").status_code == 200
    assert api.get(f"/clients/{added}").status_code == 404
    assert sim.control.add() == [added]
    sim.control.restore(keep_sequences=True)
    assert int(sim.control.add()[0]) == int(added) + 1


def test_contacts_are_changed_behind_the_scenes(sim: RobawsSimulator) -> None:
    [owner] = sim.control.add()
    contact = sim.control.add_contact(owner, {"name": "Jan"})
    sim.control.change_contact(contact, {"surname": "Maes"})
    assert [one["surname"] for one in sim.control.contacts(owner)] == ["Maes"]
    sim.control.switch(contact_touches_client=True)
    sim.control.clock_freeze("2027-01-01T00:00:00Z")
    sim.control.delete_contact(contact)
    assert sim.control.contacts(owner) == []
    assert sim.control.client(owner)["updatedAt"] == "2027-01-01T00:00:00.000Z"


def test_a_held_page_has_the_earlier_content_although_it_arrives_later(
    sim: RobawsSimulator, api: httpx2.Client
) -> None:
    """Law 1: a page that was requested before a write and arrives after it."""
    first = sim.control.ids()[0]
    before = sim.control.client(first)["tel"]
    hold = sim.control.hold(path="/clients", page=0)
    with ThreadPoolExecutor() as pool, client_of(sim) as other:
        held = pool.submit(page, other, page=0)
        assert sim.control.wait_held(1)
        sim.control.change(first, fields={"tel": "+32 3 555 77 77"})
        assert api.get(f"/clients/{first}").json()["tel"] == "+32 3 555 77 77"
        assert not held.done()
        assert sim.control.stats()["held"] == 1
        sim.control.release(hold)
        assert held.result()["items"][0]["tel"] == before
    assert page(api)["items"][0]["tel"] == "+32 3 555 77 77"
    assert not sim.control.wait_held(1, timeout=0)


def test_frozen_clock_stands_and_a_moved_one_goes_on(sim: RobawsSimulator) -> None:
    assert sim.control.clock_freeze("2026-01-01T00:00:00Z") == sim.control.now() == "2026-01-01T00:00:00.000Z"
    assert sim.control.clock_move(-86_400) == "2025-12-31T00:00:00.000Z"
    assert "2025-12-31T00:00:00.000Z" <= sim.control.clock_run() < "2025-12-31T00:01:00.000Z"
    assert "2030-01-01T00:00:00.000Z" <= sim.control.clock_set("2030-01-01T00:00:00Z") < "2030-01-01T00:01:00Z"


def test_wrong_switch_is_refused_and_changes_nothing(sim: RobawsSimulator) -> None:
    before = sim.control.switches()
    for wrong in ({"nonsense": 1}, {"burst": "many"}, {"burst": 5, "size_over_max": "maybe"}):
        with pytest.raises(ValueError, match=r".+"):
            sim.control.switch(**wrong)
    assert sim.control.switches() == before


def test_every_control_method_is_also_an_http_endpoint(sim: RobawsSimulator) -> None:
    def control(method: str, **arguments: Any) -> Any:
        answer = httpx2.post(f"{sim.control_url}/{method}", json=arguments)
        assert answer.status_code == 200, answer.text
        return answer.json()

    [added] = control("add", fields={"name": "Over HTTP"})
    assert control("client", client_id=added)["name"] == "Over HTTP"
    assert control("change", ids=[added], fields={"tel": "1"}) == [added]
    assert control("switch", burst=7)["burst"] == 7
    assert control("fault", kind="garbage", shape="no_id", page=2, times=1) == 1
    assert control("faults")[0]["match"]["page"] == 2
    assert control("clear_faults") is None
    control("snapshot")
    control("delete", ids=added)
    assert control("restore") == 26
    assert control("clock_freeze", moment="2026-01-01T00:00:00Z") == "2026-01-01T00:00:00.000Z"
    assert control("stats")["requests"] == 0
    assert control("webhook_endpoints") == control("webhook_attempts") == control("requests") == []


def test_control_over_http_says_what_is_wrong(sim: RobawsSimulator) -> None:
    url = sim.control_url
    assert httpx2.post(f"{url}/nonsense").status_code == 404
    assert httpx2.get(f"{url}/stats").status_code == 405
    assert httpx2.post(f"{url}/client", json={"client_id": "999999"}).status_code == 400
    assert httpx2.post(f"{url}/add", json={"wrong": 1}).status_code == 400
    assert httpx2.post(f"{url}/add", content=b"[").status_code == 400
    assert httpx2.post(f"{url}/add", json={}, headers={"Origin": "http://evil.example"}).status_code == 403
    assert sim.control.count() == 25


def test_log_of_requests_tells_mode_and_key(sim: RobawsSimulator, api: httpx2.Client) -> None:
    api.get("/clients", params={"page": 1}, headers={"Database-Mode": "replica"})
    api.post("/clients", json={"name": "X"}, headers={"Idempotency-Key": "k"})
    listed, created = sim.control.requests()
    assert (listed["path"], listed["query"], listed["mode"]) == ("/api/v2/clients", {"page": "1"}, "replica")
    assert (created["status"], created["idempotency_key"]) == (201, "k")


def test_stopped_simulator_starts_again_on_its_port_with_its_data(sim: RobawsSimulator) -> None:
    [added] = sim.control.add()
    port = sim.port
    sim.stop()
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(sim.url)
    sim.start()
    assert sim.port == port
    with client_of(sim) as api:
        assert api.get(f"/clients/{added}").status_code == 200


def test_stopping_releases_held_and_hanging_requests() -> None:
    sim = RobawsSimulator(customers=2).start()
    sim.control.hold(path="/clients")
    sim.control.fault("timeout", path="/contacts")
    with ThreadPoolExecutor() as pool, client_of(sim) as api:
        waiting = [pool.submit(api.get, path) for path in ("/clients", "/contacts")]
        assert sim.control.wait_held(1)
        sim.stop()
        for request in waiting:
            assert request.exception(timeout=5) is None or isinstance(request.exception(), httpx2.TransportError)


def test_bug_in_the_simulator_is_not_passed_off_as_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    sim = RobawsSimulator(customers=2).start()
    monkeypatch.setattr(sim.tenant.store, "view", None)
    assert httpx2.get(f"{sim.base_url}/clients", auth=(sim.api_key, sim.api_secret)).status_code == 500
    with pytest.raises(RuntimeError, match="the simulator has a bug"):
        sim.__exit__(None, None, None)


def test_run_serves_in_the_foreground_and_stops_cleanly() -> None:
    asked: list[int] = []

    def ready(sim: RobawsSimulator) -> None:
        asked.append(httpx2.get(f"{sim.base_url}/clients", auth=("KEY", "SECRET")).json()["totalItems"])
        signal.raise_signal(signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    run(port=0, customers=3, rate=5, daily_limit=100, api_key="KEY", api_secret="SECRET", on_ready=ready)
    assert asked == [3]
    assert signal.getsignal(signal.SIGTERM) is before


def test_run_works_in_a_thread() -> None:
    started: list[RobawsSimulator] = []
    ready = threading.Event()

    def on_ready(sim: RobawsSimulator) -> None:
        started.append(sim)
        ready.set()

    thread = threading.Thread(target=run, kwargs={"port": 0, "customers": 3, "on_ready": on_ready})
    thread.start()
    assert ready.wait(5)
    started[0].tenant.stopping.set()
    thread.join(5)
    assert not thread.is_alive()
