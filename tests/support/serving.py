"""What a test sees from outside of a `serve` that it has started."""

import os
import socket
from pathlib import Path

import httpx2

from tests.support.install import Install


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/login/", timeout=5).status_code < 500
    except httpx2.HTTPError:
        return False


def worker_of(install: Install) -> int | None:
    """Return the process of the newest worker at work; None where there is none."""
    rows = install.sql("SELECT holder FROM counterfoil_worker ORDER BY id DESC LIMIT 1")
    return int(str(rows[0][0]).split(":")[1]) if rows else None


def is_alive(process: int) -> bool:
    """Tell whether a process runs, and is not one that has ended and waits for its parent."""
    try:
        os.kill(process, 0)
        with open(f"/proc/{process}/stat") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (OSError, ProcessLookupError):
        return False


def children_of(process: int) -> list[int]:
    """Return the processes that a process has started and that still run."""
    path = Path(f"/proc/{process}/task/{process}/children")
    found = [
        int(child) for task in path.parent.parent.iterdir() for child in (task / "children").read_text().split()
    ]
    return [*found, *(deeper for child in found for deeper in children_of(child))]
