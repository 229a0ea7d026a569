"""Contract section 6: webhooks, delivered to a receiver on this machine."""

import re
import socket
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.simulators.asking import merge_patch
from tests.simulators.receiver import Receiver

EVENTS = ["client.created", "client.updated"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Start a receiver."""
    with Receiver() as listening:
        yield listening


def _register(api: httpx2.Client, url: str, events: list[str] | None = None) -> dict[str, Any]:
    answer = api.post("/webhook-endpoints", json={"url": url, "events": events or EVENTS})
    assert answer.status_code == 201
    endpoint: dict[str, Any] = answer.json()
    return endpoint


@pytest.fixture
def endpoint(sim: RobawsSimulator, api: httpx2.Client, receiver: Receiver) -> dict[str, Any]:
    """Register the receiver, and wait until it is active."""
    sim.control.switch(webhook_activation_seconds=0)
    registered = _register(api, receiver.url)
    receiver.secret = registered["secret"]
    return registered


def _events(receiver: Receiver) -> list[tuple[str, str]]:
    return [(one.event["event"], one.event["data"]["id"]) for one in receiver.received]


def test_registration_answers_uuid_and_secret_and_shows_the_secret_never_again(
    api: httpx2.Client, endpoint: dict[str, Any]
) -> None:
    uuid = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    assert re.fullmatch(uuid, endpoint["id"])
    assert re.fullmatch(uuid, endpoint["secret"])
    [listed] = api.get("/webhook-endpoints").json()["items"]
    assert listed == {"id": endpoint["id"], "url": endpoint["url"], "events": EVENTS}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": "nonsense", "events": EVENTS},
        {"url": "http://[::1", "events": EVENTS},
        {"url": "http://x/", "events": ["client.deleted"]},
    ],
)
def test_nonsense_registrations_are_400(api: httpx2.Client, body: dict[str, Any]) -> None:
    assert api.post("/webhook-endpoints", json=body).status_code == 400


def test_delivery_is_signed_and_carries_the_full_resource(
    sim: RobawsSimulator, api: httpx2.Client, receiver: Receiver, endpoint: dict[str, Any]
) -> None:
    sim.control.clock_freeze("2027-03-01T12:00:00Z")
    [changed] = sim.control.change(n=1)
    assert sim.control.wait_webhooks()
    [call] = receiver.received
    assert call.valid
    assert call.timestamp == 1_803_902_400
    assert set(call.event) == {"id", "event", "data"}
    assert call.event["data"] == api.get(f"/clients/{changed}").json()
    [attempt] = sim.control.webhook_attempts()
    assert (attempt["success"], attempt["endpoint_id"]) == (True, endpoint["id"])


def test_own_writes_fire_events_and_deletes_do_not(
    sim: RobawsSimulator, api: httpx2.Client, receiver: Receiver, endpoint: dict[str, Any]
) -> None:
    created = api.post("/clients", json={"name": "X"}).json()["id"]
    merge_patch(api, f"/clients/{created}", '{"tel": "1"}')
    api.delete(f"/clients/{created}")
    assert sim.control.wait_webhooks()
    assert _events(receiver) == [("client.created", created), ("client.updated", created)]


def test_calls_start_only_when_the_endpoint_became_active(
    sim: RobawsSimulator, api: httpx2.Client, receiver: Receiver
) -> None:
    sim.control.clock_freeze()
    receiver.secret = _register(api, receiver.url)["secret"]
    sim.control.change(n=1)
    sim.control.clock_move(3)
    [later] = sim.control.change(n=1)
    assert sim.control.wait_webhooks()
    assert _events(receiver) == [("client.updated", later)]


def test_same_url_registered_twice_gets_everything_twice(
    sim: RobawsSimulator, api: httpx2.Client, receiver: Receiver, endpoint: dict[str, Any]
) -> None:
    _register(api, receiver.url)
    sim.control.change(n=1)
    assert sim.control.wait_webhooks()
    assert len(receiver.received) == 2


def test_only_the_wanted_events_are_sent(
    sim: RobawsSimulator, api: httpx2.Client, receiver: Receiver, endpoint: dict[str, Any]
) -> None:
    assert api.delete(f"/webhook-endpoints/{endpoint['id']}").status_code == 204
    _register(api, receiver.url, ["client.created"])
    sim.control.change(n=1)
    [added] = sim.control.add()
    assert sim.control.wait_webhooks()
    assert _events(receiver) == [("client.created", added)]


def test_failure_is_tried_again_with_the_same_id_signed_anew(
    sim: RobawsSimulator, receiver: Receiver, endpoint: dict[str, Any]
) -> None:
    sim.control.clock_freeze()
    receiver.answers = [500, 302, 204]
    sim.control.change(n=1)
    for pause in (1, 5):
        assert sim.control.wait_webhooks()
        sim.control.clock_move(pause)
    assert sim.control.wait_webhooks()
    assert [attempt["status"] for attempt in sim.control.webhook_attempts()] == [500, 302, 204]
    assert len({one.event["id"] for one in receiver.received}) == 1
    assert len({one.timestamp for one in receiver.received}) == 3
    assert all(one.valid for one in receiver.received)
    assert sim.control.webhooks_queued() == 0


def test_endpoint_that_never_succeeds_is_suspended(
    sim: RobawsSimulator, receiver: Receiver, endpoint: dict[str, Any]
) -> None:
    sim.control.switch(webhook_retry_seconds=[], webhook_suspend_after=2)
    receiver.answers = [500, 500]
    sim.control.change(n=3)
    assert sim.control.wait_webhooks()
    assert len(receiver.received) == 2
    assert sim.control.webhook_endpoints()[0]["suspended"]
    sim.control.webhook_reactivate(endpoint["id"])
    sim.control.change(n=1)
    assert sim.control.wait_webhooks()
    assert len(receiver.received) == 3


def test_silence_is_a_failure_after_the_timeout(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.switch(webhook_activation_seconds=0, webhook_timeout_seconds=0.05, webhook_retry_seconds=[])
    with socket.create_server(("127.0.0.1", 0)) as silent:
        _register(api, f"http://127.0.0.1:{silent.getsockname()[1]}/")
        sim.control.change(n=1)
        assert sim.control.wait_webhooks()
    [attempt] = sim.control.webhook_attempts()
    assert (attempt["status"], attempt["error"]) == (None, "TimeoutError")


def test_duplicates_have_the_same_id(sim: RobawsSimulator, receiver: Receiver, endpoint: dict[str, Any]) -> None:
    sim.control.switch(webhook_duplicates=1.0)
    sim.control.change(n=1)
    assert sim.control.wait_webhooks()
    assert len(receiver.received) == 2
    assert len({one.event["id"] for one in receiver.received}) == 1


def test_deliveries_can_be_paused_and_sent_in_reverse_order(
    sim: RobawsSimulator, receiver: Receiver, endpoint: dict[str, Any]
) -> None:
    sim.control.webhooks_pause()
    order = [sim.control.add()[0] for _ in range(3)]
    assert sim.control.webhooks_queued() == 3
    assert sim.control.webhooks_flush(reverse=True) == 3
    assert [number for _, number in _events(receiver)] == order[::-1]
    sim.control.webhooks_resume()


def test_reordered_events_are_overtaken(
    sim: RobawsSimulator, receiver: Receiver, endpoint: dict[str, Any]
) -> None:
    sim.control.clock_freeze()
    sim.control.switch(webhook_reorder=1.0)
    [early] = sim.control.add()
    sim.control.switch(webhook_reorder=0.0)
    [late] = sim.control.add()
    assert sim.control.wait_webhooks()
    sim.control.clock_move(2)
    assert sim.control.wait_webhooks()
    assert [number for _, number in _events(receiver)] == [late, early]


def test_loss_and_delay_are_switchable(sim: RobawsSimulator, receiver: Receiver, endpoint: dict[str, Any]) -> None:
    sim.control.clock_freeze()
    sim.control.switch(webhook_loss=1.0)
    sim.control.change(n=1)
    sim.control.switch(webhook_loss=0.0, webhook_delay_seconds=30)
    sim.control.change(n=1)
    assert sim.control.wait_webhooks()
    assert receiver.received == []
    sim.control.clock_move(30)
    assert sim.control.wait_webhooks()
    assert len(receiver.received) == 1


def test_events_fired_by_hand_may_be_old_forged_or_repeated(
    sim: RobawsSimulator, receiver: Receiver, endpoint: dict[str, Any]
) -> None:
    event_id = sim.control.fire("1")
    sim.control.fire("1", event_id=event_id)
    sim.control.fire("1", signed_at=1_600_000_000)
    sim.control.fire(data={"id": "1", "name": "Forged"}, signature="t=1,v1=00")
    assert sim.control.wait_webhooks()
    first, again, old, forged = receiver.received
    assert first.event["id"] == again.event["id"] == event_id
    assert (old.timestamp, old.valid) == (1_600_000_000, True)
    assert not forged.valid


def test_silent_changes_and_extra_field_changes_can_send_no_webhook(
    sim: RobawsSimulator, receiver: Receiver, endpoint: dict[str, Any]
) -> None:
    sim.control.change(n=1, silent=True)
    sim.control.switch(webhook_for_extra_fields_only=False)
    sim.control.change("1", fields={"extraFields": {"Role": "EMBASSY"}})
    assert sim.control.wait_webhooks()
    assert receiver.received == []


def test_extra_fields_may_come_keyed_by_guid(
    sim: RobawsSimulator, receiver: Receiver, endpoint: dict[str, Any]
) -> None:
    sim.control.switch(webhook_extra_fields_by_guid=True)
    sim.control.change("1", fields={"extraFields": {"Role": "EMBASSY"}})
    assert sim.control.wait_webhooks()
    extra = receiver.received[0].event["data"]["extraFields"]
    assert "Role" not in extra
    assert {"type": "SELECT", "group": None, "stringValue": "EMBASSY"} in extra.values()


@pytest.mark.parametrize("answer", [404, 405])
def test_reading_and_deleting_endpoints_may_not_exist(
    sim: RobawsSimulator, api: httpx2.Client, endpoint: dict[str, Any], answer: int
) -> None:
    sim.control.switch(webhook_endpoints_readable=str(answer))
    assert api.get("/webhook-endpoints").status_code == answer
    assert api.delete(f"/webhook-endpoints/{endpoint['id']}").status_code == answer
