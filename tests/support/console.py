"""The web console as users see it: `counterfoil serve` as a separate process, with its worker and a login."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.install import Install

LOGIN, PASSWORD = "boss", "stub-and-counterfoil"
PATIENCE = 40.0


@dataclass
class Console:
    """`url` is its address; `cookies` are those of a logged-in user."""

    install: Install
    url: str
    cookies: Any = None

    @classmethod
    @contextmanager
    def served(cls, folder: Path, **environment: str) -> "Iterator[Console]":
        """Serve an embedded install with one login on a free port until the block ends."""
        folder.mkdir(parents=True, exist_ok=True)
        install = Install(folder, environment=environment)
        added = install.run("user", "add", LOGIN, "--password", PASSWORD)
        assert added.returncode == 0, added.stderr
        with serving(install) as url:
            yield cls(install, url)


@contextmanager
def serving(install: Install) -> Iterator[str]:
    """Serve an install on a free port until the block ends. Yields its address."""
    port = _free_port()
    process = install.start("serve", "--port", str(port))
    try:
        _await_answer(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_answer(process: "subprocess.Popen[str]", port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline, "the console did not start in time"
            time.sleep(0.05)
