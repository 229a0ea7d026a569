"""A webhook is answered within a second whatever is wrong with the database: Robaws waits for two."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, close_old_connections
from django.db import connection as database
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from pytest_django.live_server_helper import LiveServer

from counterfoil.mirror.store.backends.postgresql import base
from counterfoil.mirror.store.time_limit import remaining_seconds, time_limit
from counterfoil.webhooks import receive, register
from counterfoil.webhooks.endpoints import EndpointCache
from counterfoil.webhooks.models import Delivery
from counterfoil.webhooks.patience import Patience
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.mirrored import Mirrored
from tests.webhooks.test_receiving import SECRET, Receiver

pytestmark = pytest.mark.django_db(transaction=True)

LOCK = """
import sqlite3, sys
locked = sqlite3.connect(sys.argv[1], isolation_level=None)
locked.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def receiver(sim: RobawsSimulator, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    monkeypatch.setattr(receive, "_PATIENCE", Patience())
    connection = Mirrored.connect(sim).connection
    register.accept(connection, f"{live_server.url}/api/webhooks/robaws/customers", SECRET)
    made = Receiver(connection, live_server.url)
    assert made.post() == (200, "received")  # what is loaded with the first one is loaded
    return made


def address() -> dict[str, Any]:
    """Return where PostgreSQL is, for a connection of our own."""
    settings = database.settings_dict
    names = {"host": "HOST", "port": "PORT", "user": "USER", "dbname": "NAME"}
    return {name: settings[key] for name, key in names.items()}


@contextmanager
def locked() -> Iterator[None]:
    """Keep all others from writing, by another process: SQLite's writer, or the table on PostgreSQL."""
    if database.vendor == "postgresql":
        with psycopg.connect(**address()) as other:
            other.execute("LOCK TABLE counterfoil_delivery IN ACCESS EXCLUSIVE MODE")
            yield
        return
    with subprocess.Popen(
        [sys.executable, "-c", LOCK, str(database.settings_dict["NAME"])],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "locked\n"
        yield
        holder.kill()


def timed_post(receiver: Receiver) -> tuple[int, float]:
    started = time.monotonic()
    status, _ = receiver.post()
    return status, time.monotonic() - started


def test_a_webhook_is_answered_503_within_a_second_while_the_database_is_locked(receiver: Receiver) -> None:
    with locked(), ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(timed_post, [receiver] * 12))
    assert {status for status, _ in answers} == {503}
    assert max(seconds for _, seconds in answers) < 1.5  # a busy machine; alone it is 0.8
    until_received(receiver)
    assert Delivery.objects.count() >= 2


def test_a_webhook_is_answered_503_at_once_where_the_disk_is_full(receiver: Receiver) -> None:
    if database.vendor != "sqlite":
        pytest.skip("the server's disk")

    def fill(connection: BaseDatabaseWrapper, **_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA page_count")
            cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")

    with database.cursor() as cursor:
        cursor.execute("VACUUM")  # room that earlier rows have left would be used first
    connection_created.connect(fill)
    try:
        for number in range(3):
            started = time.monotonic()
            body = b'{"id":"e-%d","event":"client.updated","data":{"id":"7","name":"%s"}}'
            assert receiver.post(body % (number, b"x" * 200_000)) == (503, "try again")
            assert time.monotonic() - started < 1.5
    finally:
        connection_created.disconnect(fill)
    until_received(receiver)


def until_received(receiver: Receiver) -> None:
    """Post until one is stored: after a wait in vain others wait shorter for a second."""
    deadline = time.monotonic() + 20
    while receiver.post()[0] != 200:
        assert time.monotonic() < deadline


def test_other_requests_of_the_same_thread_wait_as_long_as_before(receiver: Receiver) -> None:
    with database.cursor() as cursor:
        with time_limit(0.3):
            assert remaining_seconds() == pytest.approx(0.3, abs=0.1)
            cursor.execute("SELECT 1")
        assert remaining_seconds() is None
    if database.vendor == "sqlite":
        with time_limit(0.3), database.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout")
            assert cursor.fetchone()[0] <= 300
        with database.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout")
            assert cursor.fetchone()[0] == 30_000


@pytest.mark.parametrize("answers_connections", [True, False])
def test_a_webhook_is_answered_503_where_the_server_never_answers(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, answers_connections: bool
) -> None:
    if database.vendor != "postgresql":
        pytest.skip("a server of its own")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        if not answers_connections:
            silent.close()
        monkeypatch.setitem(database.settings_dict, "PORT", str(port))
        monkeypatch.setattr(receive, "_ENDPOINTS", EndpointCache())
        answers = [timed_post(receiver) for _ in range(3)]
    assert {status for status, _ in answers} == {503}
    assert max(seconds for _, seconds in answers) < 1.5
    monkeypatch.undo()
    until_received(receiver)


def test_a_statement_that_gets_no_answer_ends_and_the_server_drops_it(receiver: Receiver) -> None:
    if database.vendor != "postgresql":
        pytest.skip("a server of its own")
    started = time.monotonic()
    with time_limit(0.2), pytest.raises(OperationalError, match="no answer in time"), database.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(20)")
    assert time.monotonic() - started < 1.5
    database.close_if_unusable_or_obsolete()
    deadline = time.monotonic() + 10
    while True:
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'"
            )
            if cursor.fetchone()[0] == 0:
                break
        assert time.monotonic() < deadline
        threading.Event().wait(0.05)


def test_requests_of_a_second_check_their_connection_once(monkeypatch: pytest.MonkeyPatch) -> None:
    if database.vendor != "postgresql":
        pytest.skip("SQLite's connections are not checked")
    checks: list[bool] = []
    is_usable = base.DatabaseWrapper.is_usable

    def check(wrapper: base.DatabaseWrapper) -> bool:
        checks.append(is_usable(wrapper))
        return checks[-1]

    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", check)
    for _ in range(20):
        assert is_answered()
    assert len(checks) <= 2, "the machine may stop for a second in between"


@pytest.mark.parametrize(("seconds", "answers"), [(0.0, [False, True]), (60.0, [True, True])])
def test_a_connection_that_the_server_ended_costs_one_answer(
    monkeypatch: pytest.MonkeyPatch, seconds: float, answers: list[bool]
) -> None:
    if database.vendor != "postgresql":
        pytest.skip("SQLite's connections are not checked")
    now = time.monotonic()
    monkeypatch.setattr(base, "time", SimpleNamespace(monotonic=lambda: now))
    assert is_answered()
    with psycopg.connect(**address()) as other:
        mine = database.connection.info.backend_pid
        assert other.execute("SELECT pg_terminate_backend(%s, 5000)", [mine]).fetchone() == (True,)
    now += seconds
    assert [is_answered(), is_answered()] == answers


def is_answered() -> bool:
    """Use the database as a request does that another came before."""
    close_old_connections()
    try:
        with database.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return False
    return True
