"""Law 6: an answer that nobody reads holds neither a thread nor memory for long."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from counterfoil.server.limits import MEBIBYTE
from tests.server.little import SHORT, Little, serving_little
from tests.server.raw_http import connection, fetch, hold, is_open, read, request
from tests.support.patience import until


@pytest.fixture
def little() -> Iterator[Little]:
    with serving_little() as made:
        yield made


def test_law_6_unread_answers_of_ordinary_size_hold_no_thread(little: Little) -> None:
    with hold(little.port, 20, request("GET", f"/large/{MEBIBYTE}"), unread=True):
        until(lambda: len(little.seen) == 20)
        reply = fetch(little.port, request("GET", "/"))
    assert reply.status == 200
    assert reply.seconds < 0.3


def test_an_answer_that_nobody_reads_is_broken_off(little: Little) -> None:
    with connection(little.port, unread=True) as made:
        made.sendall(request("GET", "/stream"))
        assert little.closed.wait(5), "the application is told, and its thread is free"
        assert little.made < 200
        assert not is_open(made)
    assert fetch(little.port, request("GET", "/")).status == 200


def test_a_long_answer_is_made_as_the_client_takes_it(little: Little) -> None:
    with connection(little.port, unread=True) as made:
        made.sendall(request("GET", "/stream"))
        until(lambda: little.made > 0)
        made.recv(1000)
        assert little.made * 100_000 < SHORT.whole_bytes + 4 * MEBIBYTE, "the rest waits for the client"


def test_an_answer_taken_in_sips_has_a_total_time(little: Little) -> None:
    began = time.monotonic()
    with connection(little.port) as made:
        made.sendall(request("GET", "/stream"))
        with suppress(ConnectionResetError):
            while made.recv(50_000) and time.monotonic() - began < 10:
                little.closed.wait(0.01)
        assert little.closed.wait(5)
    assert SHORT.answer_seconds <= time.monotonic() - began
    assert little.made < 200


def test_an_answer_that_breaks_off_does_not_pass_for_a_whole_one(little: Little) -> None:
    reply = fetch(little.port, request("GET", "/stream/break"))
    assert reply.status == 200
    assert len(reply.body) > SHORT.whole_bytes
    assert not reply.body.endswith(b"0\r\n\r\n")


def test_a_client_that_leaves_during_a_long_answer_ends_it(little: Little) -> None:
    with connection(little.port) as made:
        made.sendall(request("GET", "/stream"))
        assert made.recv(100_000)
    assert little.closed.wait(5)
    assert little.made < 200


def test_a_long_answer_reaches_a_client_that_reads_it_whole() -> None:
    with (
        serving_little(replace(SHORT, stall_seconds=20, answer_seconds=60)) as little,
        connection(little.port) as made,
    ):
        made.sendall(request("GET", "/stream"))
        assert read(made).body.count(b"y") == 20_000_000
        made.sendall(request("GET", "/"))
        assert read(made).status == 200


def test_stopping_the_server_waits_for_answers_but_not_for_ever() -> None:
    began = time.monotonic()
    with serving_little(replace(SHORT, stop_seconds=1)) as little, connection(little.port) as made:
        made.sendall(request("GET", "/wait"))
        until(lambda: len(little.seen) == 1)
        began = time.monotonic()
    assert time.monotonic() - began < 4
