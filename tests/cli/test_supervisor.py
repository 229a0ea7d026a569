"""`serve` and its worker: one that dies is replaced, and neither outlives the other or the terminal."""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx2
import pytest

from counterfoil.cli.supervisor import LONGEST_DELAY_SECONDS, SOON_SECONDS, Restarts
from tests.support.install import Install
from tests.support.patience import until
from tests.support.serving import answers, free_port, is_alive, worker_of

pytestmark = pytest.mark.once  # the worker beside `serve` belongs to the embedded database


def test_a_worker_that_dies_soon_and_again_is_started_less_and_less_often() -> None:
    restarts, delays = Restarts(), []
    for _ in range(9):
        restarts = restarts.after(0.5)
        delays.append(restarts.delay_seconds)
    assert delays == [1, 2, 4, 8, 16, 32, *[LONGEST_DELAY_SECONDS] * 3]
    assert restarts.after(SOON_SECONDS + 1) == Restarts(0)
    assert Restarts(0).delay_seconds == 0


@contextmanager
def serving(install: Install) -> "Iterator[tuple[subprocess.Popen[str], int]]":
    """Serve until the block ends, once its first worker is at work."""
    port = free_port()
    server = install.start("serve", "--port", str(port))
    try:
        until(lambda: answers(port) and worker_of(install) is not None)
        yield server, port
    finally:
        with suppress(ProcessLookupError):
            server.terminate()
        server.communicate(timeout=40)


def test_a_killed_worker_is_replaced_and_said(install: Install) -> None:
    with serving(install) as (server, port):
        first = worker_of(install)
        assert first is not None
        os.kill(first, signal.SIGKILL)
        until(lambda: worker_of(install) not in (None, first))
        assert answers(port)
        second = worker_of(install)
        assert second is not None
        server.terminate()
        _, printed = server.communicate(timeout=40)
    assert server.returncode == 0
    assert "The worker was ended by signal 9 (SIGKILL). Starting another one." in printed
    assert not is_alive(second)
    assert install.sql("SELECT count(*) FROM counterfoil_worker WHERE alive_until IS NOT NULL") == [(1,)]


def test_serve_answers_while_its_worker_dies_at_every_start(install: Install) -> None:
    install.environment["PYTHONPATH"] = str(install.folder)
    (install.folder / "sitecustomize.py").write_text("import os, sys\nif 'worker' in sys.argv: os._exit(70)\n")
    port = free_port()
    server = install.start("serve", "--port", str(port))
    try:
        until(lambda: answers(port))
        assert server.stderr is not None
        printed = ""
        while "3 times in a row" not in printed:
            printed += server.stderr.readline()
        assert httpx2.get(f"http://127.0.0.1:{port}/hooks/x/y/").status_code < 500
    finally:
        server.terminate()
        server.communicate(timeout=40)
    assert "ended with exit code 70" in printed
    assert (
        "It has failed 2 times in a row; next start in 2 seconds. Until then nothing is synced or sent" in printed
    )


def test_a_killed_serve_leaves_neither_its_worker_nor_a_taken_port(install: Install) -> None:
    with serving(install) as (server, port):
        worker = worker_of(install)
        assert worker is not None
        server.kill()
        server.wait()
        until(lambda: not is_alive(worker), seconds=30)
        until(lambda: not answers(port), seconds=30)
    assert install.sql("SELECT count(*) FROM counterfoil_worker") == [(0,)]


def test_closing_the_terminal_ends_serve_and_its_worker(install: Install) -> None:
    ours, theirs = pty.openpty()
    port = free_port()
    child = subprocess.Popen(
        [sys.executable, "-c", IN_A_TERMINAL, os.ttyname(theirs), sys.executable, str(port)],
        env=install.environ(), start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    until(lambda: answers(port) and worker_of(install) is not None)
    worker = worker_of(install)
    assert worker is not None
    os.close(ours)
    child.wait(timeout=40)
    until(lambda: not is_alive(worker) and not answers(port), seconds=30)


IN_A_TERMINAL = """
import os, sys
terminal = os.open(sys.argv[1], os.O_RDWR)  # a session's first terminal becomes the one that controls it
for number in range(3):
    os.dup2(terminal, number)
os.execv(sys.argv[2], [sys.argv[2], "-m", "counterfoil", "serve", "--port", sys.argv[3]])
"""


def test_a_worker_that_hangs_is_killed_and_replaced(install: Install) -> None:
    install.environment["PYTHONPATH"] = str(install.folder)
    (install.folder / "sitecustomize.py").write_text(IMPATIENT)
    with serving(install) as (server, _):
        first = worker_of(install)
        assert first is not None
        os.kill(first, signal.SIGSTOP)
        until(lambda: worker_of(install) not in (None, first))
        assert not is_alive(first)
        server.terminate()
        _, printed = server.communicate(timeout=40)
    assert re.search(r"The worker did not respond for \d+ seconds and was killed", printed)


IMPATIENT = """
import sys
if "serve" in sys.argv:
    from counterfoil.cli import supervisor
    supervisor.SILENT_SECONDS = 4.0
"""
