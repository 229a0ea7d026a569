"""Law 6: connections are bounded, and an address that holds too many loses its own oldest ones."""

import socket
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from counterfoil.server.connections import Connections
from tests.server.little import SHORT, serving_little
from tests.server.raw_http import connection, fetch, hold, is_open, read, request
from tests.support.patience import until

SLOW = replace(SHORT, head_seconds=30.0, body_seconds=30.0, idle_seconds=30)


def test_law_6_more_idle_connections_than_fit_shut_nobody_out() -> None:
    limits = replace(SLOW, connections=50, connections_per_address=500)
    with serving_little(limits) as little, hold(little.port, 130, b"") as idle:
        reply = fetch(little.port, request("GET", "/"))
        assert (reply.status, reply.seconds < 1) == (200, True)
        until(lambda: sum(map(is_open, idle)) <= 50)
        assert is_open(idle[-1]), "the newest stay"


def test_an_address_with_too_many_loses_its_oldest_waiting_one() -> None:
    limits = replace(SLOW, connections_per_address=3)
    with serving_little(limits) as little, connection(little.port) as oldest:
        oldest.sendall(request("POST", "/", b"x", Content_Length="5"))
        with connection(little.port) as working:
            working.sendall(request("GET", "/wait"))
            until(lambda: len(little.seen) == 1)
            with hold(little.port, 2, b"") as others:
                until(lambda: not is_open(oldest))
                assert all(map(is_open, others))
            little.gate.set()
            assert read(working).status == 200, "what is being worked for goes on"


def test_one_more_than_all_that_are_worked_for_is_refused() -> None:
    limits = replace(SLOW, connections_per_address=2, people_wait=30.0)
    with serving_little(limits) as little, hold(little.port, 2, request("GET", "/wait")) as working:
        until(lambda: len(little.seen) == 2)
        assert fetch(little.port, request("GET", "/")).status == 0
        little.gate.set()
        assert [read(made).status for made in working] == [200, 200]


def test_other_addresses_keep_theirs() -> None:
    limits = replace(SLOW, connections=20, connections_per_address=500)
    with serving_little(limits) as little, socket.socket() as other:
        other.bind(("127.0.0.2", 0))
        other.settimeout(10)
        other.connect(("127.0.0.1", little.port))
        with hold(little.port, 60, b""):
            assert fetch(little.port, request("GET", "/")).status == 200
            other.sendall(request("GET", "/"))
            assert read(other).status == 200


class Fake:
    """A connection that only remembers."""

    def __init__(self, is_waiting: bool) -> None:
        self.is_waiting, self.reason = is_waiting, ""

    def end(self, reason: str) -> None:
        self.reason = reason


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=40))
def test_the_bounds_hold_whatever_comes_and_none_is_worked_for_in_vain(arrivals: list[tuple[str, bool]]) -> None:
    connections = Connections(6, 4)
    clients: list[tuple[str, Fake]] = []
    for address, is_waiting in arrivals:
        newest = Fake(is_waiting)
        before = {client for _, client in clients if not client.reason}
        clients.append((address, newest))
        connections.add(newest, address)
        assert all(client.is_waiting for client in before if client.reason)
        alive = [(address, client) for address, client in clients if not client.reason]
        assert len(alive) == len(connections) <= 6
        assert all(sum(1 for at, _ in alive if at == name) <= 4 for name in "abc")
    for _, client in clients:
        connections.remove(client)
    assert len(connections) == 0
