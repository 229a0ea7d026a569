"""The embedded database at rest is one file: a copy of it holds every row, whatever ended before."""

import os
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.cli.test_background import PATIENCE, answers, end, free_port, queue_full_run, state, until
from tests.support.install import Install

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="a PostgreSQL is copied by its own tools"),
]


def rows_of_a_copy(install: Install, tmp_path: Path) -> int:
    """Count the customers in a copy of the single database file."""
    copy = tmp_path / "copied" / "counterfoil.sqlite3"
    copy.parent.mkdir(exist_ok=True)
    shutil.copy(install.folder / "counterfoil.sqlite3", copy)
    with closing(sqlite3.connect(copy)) as opened:
        return int(opened.execute("SELECT count(*) FROM counterfoil_customer").fetchone()[0])


def test_a_copy_made_after_a_sync_holds_all_rows(install: Install, sim: RobawsSimulator, tmp_path: Path) -> None:
    install.connect(sim)
    install.sync("acme")
    assert rows_of_a_copy(install, tmp_path) == 250
    log = install.folder / "counterfoil.sqlite3-wal"
    assert not log.exists() or log.stat().st_size == 0


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_copy_made_after_the_console_has_stopped_holds_all_rows(
    install: Install, sim: RobawsSimulator, tmp_path: Path, ending: signal.Signals
) -> None:
    install.connect(sim)
    port = free_port()
    server = install.start("serve", "--port", str(port))
    until(lambda: answers(port))
    run = queue_full_run(install)
    until(lambda: state(install, run) == "completed")
    server.send_signal(ending)
    server.communicate(timeout=30)
    assert rows_of_a_copy(install, tmp_path) == 250


def test_after_kill_9_nothing_is_lost_and_the_next_command_leaves_one_file(
    install: Install, sim: RobawsSimulator, tmp_path: Path
) -> None:
    install.connect(sim)
    sim.control.hold(method="GET", path="/clients", page=6, times=1)
    run = queue_full_run(install)
    worker = install.start("worker")
    assert sim.control.wait_held(1, timeout=PATIENCE)
    until(lambda: install.sql("SELECT count(*) FROM counterfoil_customer") != [(0,)])
    worker.kill()
    worker.communicate()
    sim.control.release()
    [(written,)] = install.sql("SELECT count(*) FROM counterfoil_customer")
    [(counted,)] = install.sql(f"SELECT created FROM counterfoil_run WHERE id = {run}")
    assert written == counted > 0
    assert install.run("status").returncode == 0
    assert rows_of_a_copy(install, tmp_path) == written


def test_a_copy_made_while_a_worker_rests_holds_what_a_command_wrote(
    install: Install, sim: RobawsSimulator, tmp_path: Path
) -> None:
    worker = install.start("worker")
    install.connect(sim)
    install.sync("acme")
    end(worker)
    assert rows_of_a_copy(install, tmp_path) == 250
