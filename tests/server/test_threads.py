"""Law 6: webhooks and people have threads of their own; who finds none is told so."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.server.little import SHORT, WEBHOOKS, Little, serving_little
from tests.server.raw_http import fetch, hold, request
from tests.support.patience import until

HOOK = f"{WEBHOOKS}robaws/customers"


@pytest.fixture
def little() -> Iterator[Little]:
    with serving_little() as made:
        yield made


def test_law_6_webhooks_are_answered_while_people_hold_all_their_threads(little: Little) -> None:
    with hold(little.port, 10, request("GET", "/wait")):
        until(lambda: len(little.seen) == SHORT.people_threads)
        assert fetch(little.port, request("POST", HOOK, b"x")).body == b"got x"
        little.gate.set()


def test_people_are_answered_while_webhooks_hold_all_their_threads(little: Little) -> None:
    with hold(little.port, 14, request("POST", f"{HOOK}/wait", b"x")):
        until(lambda: len(little.seen) == SHORT.webhook_threads)
        assert fetch(little.port, request("GET", "/login/")).status == 200
        little.gate.set()


@pytest.mark.parametrize(
    ("path", "kind", "word"),
    [
        ("/wait", "text/html; charset=utf-8", "Counterfoil is busy"),
        (f"{HOOK}/wait", "application/json", "try again"),
    ],
)
def test_who_finds_no_thread_in_time_is_told_when_to_come_back(
    little: Little, path: str, kind: str, word: str
) -> None:
    with hold(little.port, 3, request("POST", path, b"x")):
        until(lambda: len(little.seen) >= 1)
        reply = fetch(little.port, request("POST", path, b"late"))
        assert (reply.status, reply.header("content-type")) == (503, kind)
        assert word in reply.body.decode()
        assert int(reply.header("retry-after")) > 0
        assert reply.seconds < SHORT.people_wait + 1
        little.gate.set()
    assert all(seen.get("body") != b"late" for seen in little.seen), "what was refused is not carried out later"


def test_more_requests_than_may_wait_are_told_at_once() -> None:
    patient = replace(SHORT, waiting=3, people_wait=30.0)
    with serving_little(patient) as little, hold(little.port, 3, request("GET", "/wait")):
        until(lambda: len(little.seen) == patient.people_threads)
        reply = fetch(little.port, request("GET", "/"))
        assert (reply.status, reply.seconds < 1) == (503, True)
        little.gate.set()


def test_waiting_requests_are_answered_once_a_thread_is_free() -> None:
    patient = replace(SHORT, people_wait=10.0)
    with serving_little(patient) as little, hold(little.port, 2, request("GET", "/wait")):
        until(lambda: len(little.seen) == 2)
        timer = threading.Timer(0.2, little.gate.set)
        timer.start()
        began = time.monotonic()
        assert fetch(little.port, request("GET", "/")).status == 200
        assert time.monotonic() - began > 0.1
        timer.join()
