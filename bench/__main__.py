"""Measures the product against a ceiling in the same run, on a PostgreSQL brought up for it.

    python -m bench [--customers N] [--repeat N]

Every figure is printed as it was measured; rows are counted by SQL, rows rewritten by pg_stat_user_tables.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from rich.console import Console
from rich.table import Table
from tests.support.postgres import server

from bench import memory

out = Console(highlight=False)


@dataclass(frozen=True, slots=True)
class Measure:
    """One mirror of everything. `rewritten` rows by the database's own statistics, `memory` in MiB."""

    rows: int
    seconds: float
    rewritten: int
    memory: int

    @property
    def speed(self) -> float:
        """Rows per second."""
        return self.rows / self.seconds


@contextmanager
def page_server(customers: int) -> Iterator[int]:
    """The pre-serialised pages, served by a process of their own. Yields the port."""
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
    """A fresh database with the product's tables; yields its address."""
    with psycopg.connect(address + "postgres", autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name}")
    yield address + name


def counterfoil(dsn: str, folder: Path, *arguments: str) -> tuple[str, int]:
    """The command line, as a user would call it. Returns its output and its peak memory in MiB."""
    environment = {**os.environ, "DATABASE_URL": dsn, "COUNTERFOIL_DATA_DIR": str(folder)}
    done, peak = memory.run([sys.executable, "-m", "counterfoil", *arguments], environment)
    if done.returncode:
        raise SystemExit(f"counterfoil {arguments[0]} failed: {done.stderr}")
    return done.stdout, peak


def counted(dsn: str) -> tuple[int, int]:
    """Rows in the table, and rows that were ever updated or deleted in it."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT count(*) FROM customer").fetchone()
        connection.execute("SELECT pg_stat_force_next_flush()")
        touched = connection.execute(
            "SELECT n_tup_upd + n_tup_del FROM pg_stat_user_tables WHERE relname = 'customer'"
        ).fetchone()
    assert rows is not None
    assert touched is not None
    return int(rows[0]), int(touched[0])


def product(address: str, port: int, folder: Path) -> list[Measure]:
    """Initial mirror and unchanged resync by the product, everything on."""
    with database(address, "product") as dsn:
        counterfoil(
            dsn, folder, "connect", "robaws", "--name", "bench", "--base-url", f"http://127.0.0.1:{port}/api/v2",
            "--api-key", "key", "--api-secret", "secret", "--rate", "0", "--daily-reserve", "0",
        )  # fmt: skip
        found: list[Measure] = []
        for _ in range(2):
            before = counted(dsn)[1]
            said, peak = counterfoil(dsn, folder, "sync", "bench", "--full", "--json")
            run = json.loads(said)
            assert run["state"] == "completed", run
            rows, touched = counted(dsn)
            assert run["fetched"] == rows, run
            found.append(Measure(rows, run["seconds"], touched - before, peak))
        return found


def ceiling(address: str, port: int, folder: Path) -> list[Measure]:
    """The same by the least program."""
    with database(address, "ceiling") as dsn:
        counterfoil(dsn, folder, "migrate")
        with psycopg.connect(dsn) as connection:
            connection.execute(
                "INSERT INTO connection (id, name, connector, settings, secrets, country, mapping_version, "
                "created_at) VALUES (1, 'ceiling', 'robaws', '{}', '', 'BE', 1, now())"
            )
        found: list[Measure] = []
        for _ in range(2):
            before = counted(dsn)[1]
            done, peak = memory.run([sys.executable, "-m", "bench.ceiling", dsn, str(port)], {**os.environ})
            if done.returncode:
                raise SystemExit(f"the ceiling failed: {done.stderr}")
            rows, touched = counted(dsn)
            found.append(Measure(rows, json.loads(done.stdout)["seconds"], touched - before, peak))
        return found


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3)
    chosen = parser.parse_args()
    ours: list[list[Measure]] = []
    theirs: list[list[Measure]] = []
    with (
        server(()) as address,
        page_server(chosen.customers) as port,
        tempfile.TemporaryDirectory(prefix="cf-bench-") as folder,
    ):
        with psycopg.connect(address + "postgres") as connection:
            version = connection.execute("SHOW server_version").fetchone()
        out.print(
            f"{chosen.customers:,} customers, PostgreSQL {version[0] if version else ''}, {os.cpu_count()} cores, "
            f"Python {sys.version.split()[0]}, best of {chosen.repeat}"
        )
        for _ in range(chosen.repeat):
            theirs.append(ceiling(address, port, Path(folder)))
            ours.append(product(address, port, Path(folder)))
    out.print(_table(theirs, ours))


def _table(theirs: list[list[Measure]], ours: list[list[Measure]]) -> Table:
    """Fits 80 columns. The best of the repeats counts for both; the median of ours shows the spread."""
    table = Table(box=None, pad_edge=False)
    for heading in ("rows/s", "ceiling", "product", "median", "ratio", "wanted", "rewritten", "memory"):
        table.add_column(heading, justify="left" if heading == "rows/s" else "right")
    for step, (what, wanted) in enumerate((("initial mirror", 0.6), ("unchanged resync", 0.8))):
        best = max((measures[step] for measures in ours), key=lambda m: m.speed)
        top = max((measures[step] for measures in theirs), key=lambda m: m.speed)
        table.add_row(
            what,
            f"{top.speed:,.0f}",
            f"{best.speed:,.0f}",
            f"{statistics.median(measures[step].speed for measures in ours):,.0f}",
            f"{best.speed / top.speed:.2f}",
            f">= {wanted}",
            f"{max(measures[step].rewritten for measures in ours):,}",
            f"{max(measures[step].memory for measures in ours):,} MiB",
        )
    return table


if __name__ == "__main__":
    main()
