"""Several senders at once: concurrent, complete, on open connections."""

import http.client
import socket
import threading
from collections import Counter
from collections.abc import Iterator

import httpx2
import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.simulators.receiver import Receiver

EVENTS = ["client.created", "client.updated"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Start a receiver."""
    with Receiver() as listening:
        yield listening


@pytest.fixture(autouse=True)
def _registered(sim: RobawsSimulator, api: httpx2.Client, receiver: Receiver) -> None:
    sim.control.switch(webhook_activation_seconds=0)
    receiver.secret = api.post("/webhook-endpoints", json={"url": receiver.url, "events": EVENTS}).json()["secret"]


def _told(receiver: Receiver) -> list[str]:
    return [one.event["data"]["id"] for one in receiver.received]


def test_one_sender_keeps_the_order(sim: RobawsSimulator, receiver: Receiver) -> None:
    added = sim.control.add(30)
    assert sim.control.wait_webhooks()
    assert _told(receiver) == added


def test_four_senders_have_four_deliveries_under_way(sim: RobawsSimulator, receiver: Receiver) -> None:
    sim.control.switch(webhook_senders=4)
    together = threading.Barrier(4, timeout=5)
    receiver.before_answer = together.wait
    sim.control.change(n=4)
    assert sim.control.wait_webhooks()
    assert not together.broken
    assert len(receiver.calls) == 4


def test_number_of_senders_changes_while_deliveries_wait(sim: RobawsSimulator, receiver: Receiver) -> None:
    sim.control.switch(webhook_senders=8)
    sim.control.add(40)
    sim.control.switch(webhook_senders=1)
    assert sim.control.wait_webhooks()
    together = threading.Barrier(3, timeout=5)
    receiver.before_answer = together.wait
    sim.control.switch(webhook_senders=3)
    sim.control.change(n=3)
    assert sim.control.wait_webhooks()
    assert len(receiver.calls) == 43
    assert not together.broken


@pytest.mark.parametrize("senders", [0, 33, "many"])
def test_no_senders_or_too_many_are_refused(sim: RobawsSimulator, senders: object) -> None:
    with pytest.raises(ValueError, match="webhook_senders"):
        sim.control.switch(webhook_senders=senders)


def test_each_sender_keeps_its_connection(sim: RobawsSimulator, receiver: Receiver) -> None:
    sim.control.switch(webhook_senders=2)
    for _ in range(3):
        sim.control.change(n=20)
        assert sim.control.wait_webhooks()
    assert len(receiver.calls) == 60
    assert receiver.connections <= 2


def test_connection_that_the_receiver_closed_is_opened_again(sim: RobawsSimulator, receiver: Receiver) -> None:
    sim.control.change(n=1)
    assert sim.control.wait_webhooks()
    receiver.close_connections()
    sim.control.change(n=1)
    assert sim.control.wait_webhooks()
    assert receiver.connections == 2
    assert [attempt["status"] for attempt in sim.control.webhook_attempts()] == [200, 200]


def test_disorder_among_four_senders_loses_nothing_and_repeats_as_ordered(
    sim: RobawsSimulator, receiver: Receiver
) -> None:
    sim.control.clock_freeze()
    sim.control.switch(webhook_senders=4, webhook_duplicates=0.1, webhook_reorder=0.1)
    added = sim.control.add(300)
    assert sim.control.wait_webhooks()
    held_back = sim.control.webhooks_queued()
    assert not sim.control.wait_webhooks(0, empty=True)
    sim.control.clock_move(2)
    assert sim.control.wait_webhooks(empty=True)
    counts = sim.control.webhook_counts()
    told = _told(receiver)
    times = Counter(told)
    assert set(times) == set(added)
    assert sum(one == 2 for one in times.values()) == counts["duplicated"]
    assert (counts["events"], counts["delivered"]) == (300, 300 + counts["duplicated"])
    assert 15 < counts["duplicated"] < 45
    assert 15 < counts["reordered"] <= held_back < 60
    assert set(told[-held_back:]).isdisjoint(told[:-held_back])


def test_waiting_tells_of_what_is_still_under_way(sim: RobawsSimulator, receiver: Receiver) -> None:
    let_go = threading.Event()
    receiver.before_answer = lambda: let_go.wait(1.5)
    sim.control.change(n=2)
    assert not sim.control.wait_webhooks(0.05)
    let_go.set()
    assert sim.control.wait_webhooks()
    assert sim.control.webhook_counts()["delivered"] == 2


def test_waiting_includes_deliveries_that_are_due_but_paused(sim: RobawsSimulator, receiver: Receiver) -> None:
    sim.control.webhooks_pause()
    sim.control.change(n=1)
    assert not sim.control.wait_webhooks(0.05)
    sim.control.webhooks_resume()
    assert sim.control.wait_webhooks()
    assert len(receiver.calls) == 1


def test_what_was_not_delivered_before_a_stop_is_delivered_after_the_next_start(receiver: Receiver) -> None:
    sim = RobawsSimulator(customers=3, rate=None, webhook_activation_seconds=0, webhook_senders=2)
    with sim, httpx2.Client(base_url=sim.base_url, auth=(sim.api_key, sim.api_secret)) as api:
        api.post("/webhook-endpoints", json={"url": receiver.url, "events": EVENTS}).raise_for_status()
        sim.control.webhooks_pause()
        sim.control.change(n=3)
    sim.control.webhooks_resume()
    assert sim.control.webhooks_queued() == 3
    assert receiver.calls == []
    with sim:
        assert sim.control.wait_webhooks()
    assert len(receiver.calls) == 3


def test_answer_that_is_not_http_is_a_failure(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.switch(webhook_retry_seconds=[])
    with socket.create_server(("127.0.0.1", 0)) as odd:
        url = f"http://127.0.0.1:{odd.getsockname()[1]}/"
        api.post("/webhook-endpoints", json={"url": url, "events": EVENTS}).raise_for_status()

        def answer() -> None:
            connection, _ = odd.accept()
            connection.recv(65_536)
            connection.sendall(b"220 mail.example ESMTP\r\n")
            connection.close()

        talking = threading.Thread(target=answer)
        talking.start()
        sim.control.change(n=1)
        assert sim.control.wait_webhooks()
        talking.join(5)
    [failed] = [attempt for attempt in sim.control.webhook_attempts() if attempt["url"] == url]
    assert (failed["status"], failed["error"]) == (None, http.client.BadStatusLine.__name__)
