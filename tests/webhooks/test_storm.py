"""Law 6 under all disturbances at once: parallel senders, repeats, disorder, killed workers, database restarts.

At the end the mirror equals the upstream, record by record, and every delivery is finished.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.console import serving
from tests.support.install import Install
from tests.support.patience import until
from tests.support.postgres import Server, restartable

CLIENTS = 300
KILLS = 3


@contextmanager
def database() -> Iterator[Server]:
    """Start a PostgreSQL with a database for the install."""
    with restartable() as server:
        with psycopg.connect(f"{server.address}postgres", autocommit=True) as admin:
            admin.execute("CREATE DATABASE storm")
        yield server


class Worker:
    """A worker that can be killed at any time and restarts at once."""

    def __init__(self, install: Install) -> None:
        self._install = install
        self._process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "counterfoil", "worker"],
            env=self._install.environ(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """Send SIGKILL."""
        self._process.kill()
        self._process.wait()
        self._process = self._start()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=60)


def storm(install: Install, sim: RobawsSimulator, changes: int, restart: Callable[[], None]) -> None:
    """Change records, deliver webhooks, kill workers; then wait until everything is processed."""
    control = sim.control
    control.switch(
        webhook_activation_seconds=0, webhook_senders=4, webhook_duplicates=0.1, webhook_reorder=0.1,
        webhook_reorder_seconds=0.5, webhook_retry_seconds=[0.2, 0.5, 1.0, 2.0, 4.0, 8.0], webhook_suspend_after=0,
    )  # fmt: skip
    install.connect(sim)
    assert install.run("sync", "acme").returncode == 0
    with serving(install) as url:
        done = install.run("webhooks", "register", "acme", "--url", f"{url}/api/webhooks/robaws/customers")
        assert done.returncode == 0, done.stderr
        worker = Worker(install)
        kills = {changes * number // (KILLS + 1) for number in range(1, KILLS + 1)}
        for number in range(changes):
            control.add() if number % 50 == 0 else control.change(n=1)
            if number in kills:
                until(lambda: count(install, "state <> 'received'") > 0)
                worker.kill()
            if number == changes * 3 // 5:
                restart()
        assert control.wait_webhooks(240, empty=True)
        until(lambda: count(install, "state IN ('received', 'failed')") == 0, seconds=240)
        worker.stop()


def count(install: Install, where: str) -> int:
    """Count deliveries."""
    return int(install.sql(f"SELECT count(*) FROM counterfoil_delivery WHERE {where}")[0][0])


def assert_true_copy(install: Install, sim: RobawsSimulator) -> None:
    """Compare name, phones, e-mail and city of every client, and check how the deliveries ended."""
    rows = install.sql("SELECT external_id, name, phone, mobile, email, city, state FROM counterfoil_customer")
    ours = {str(row[0]): tuple(row[1:]) for row in rows}
    theirs = {client["id"]: client for client in sim.control.clients()}
    assert ours.keys() == theirs.keys()
    for external_id, client in theirs.items():
        said = [client["name"], client["tel"], client["gsm"], client["email"], client["address"]["city"]]
        plain = tuple((value or "").strip() or None for value in said)
        assert ours[external_id] == (*plain, "present"), external_id
    states = dict(install.sql("SELECT state, count(*) FROM counterfoil_delivery GROUP BY state"))
    assert set(states) <= {"applied", "duplicate", "stale"}
    assert states["duplicate"] > 0


@pytest.mark.parametrize("changes", [800, pytest.param(10_000, marks=pytest.mark.long)])
def test_in_a_storm_no_delivery_is_lost_and_the_mirror_is_the_upstream(
    install: Install, tmp_path: Path, changes: int
) -> None:
    with RobawsSimulator(customers=CLIENTS, seed=11, rate=None) as sim:
        if not install.dsn:
            storm(install, sim, changes, lambda: None)
            assert_true_copy(install, sim)
            return
        with database() as server:
            own = Install(tmp_path, f"{server.address}storm")
            assert own.run("migrate").returncode == 0

            def restart() -> None:
                server.stop()
                server.start()

            storm(own, sim, changes, restart)
            assert_true_copy(own, sim)
