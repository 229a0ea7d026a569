"""The product run against the page server, on an empty database of either kind."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench import memory
from bench.tables import Tables


@contextmanager
def page_server(customers: int) -> Iterator[int]:
    """Serve the prepared pages from a separate process. Yields the port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.page_server", str(customers), "1"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(timeout=10)


@contextmanager
def database(address: str, name: str) -> Iterator[str]:
    """Create an empty database with this name. Yields its address."""
    with psycopg.connect(address + "postgres", autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name}")
    yield address + name


def environment(dsn: str, folder: Path) -> dict[str, str]:
    """Return the environment of the product. An empty `dsn` means the embedded SQLite in the folder."""
    return {**os.environ, "DATABASE_URL": dsn, "COUNTERFOIL_DATA_DIR": str(folder)}


def run_counterfoil(dsn: str, folder: Path, *arguments: str) -> tuple[str, int]:
    """Run the command line as a user would. Returns its output and its peak memory in MiB."""
    return run_module(dsn, folder, "counterfoil", *arguments)


def run_module(dsn: str, folder: Path, name: str, *arguments: str) -> tuple[str, int]:
    """Run a module in the product's environment. Returns its output and its peak memory in MiB."""
    done, peak = memory.run([sys.executable, "-m", name, *arguments], environment(dsn, folder))
    if done.returncode:
        raise SystemExit(f"{name} {arguments[0]} failed: {done.stderr or done.stdout}")
    return done.stdout, peak


def connect(dsn: str, folder: Path, port: int, name: str = "bench") -> None:
    """Connect to the page server without a rate limit."""
    run_counterfoil(
        dsn, folder, "connect", "robaws", "--name", name, "--base-url", f"http://127.0.0.1:{port}/api/v2",
        "--api-key", "key", "--api-secret", "secret", "--rate", "0", "--daily-reserve", "0",
    )  # fmt: skip


def sync(dsn: str, folder: Path) -> tuple[dict[str, Any], int]:
    """Run a full sync of the customers. Returns the run as the product reports it, and the peak memory in MiB."""
    output, peak = run_module(dsn, folder, "bench.customers_run", "bench")
    run: dict[str, Any] = json.loads(output)
    assert run["state"] == "completed", run
    return run, peak


@contextmanager
def empty_database(name: str, address: str, purpose: str) -> Iterator[Tables]:
    """Create an empty database of either kind and a data folder. Yields its tables."""
    folder = Path(tempfile.mkdtemp(prefix="cf-bench-"))
    try:
        if name == "SQLite":
            yield Tables("", folder)
        else:
            with database(address, purpose) as dsn:
                yield Tables(dsn, folder)
    finally:
        shutil.rmtree(folder)
