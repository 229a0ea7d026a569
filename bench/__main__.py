"""Measure the product against a ceiling, Zoho Books' API calls, pushes, webhooks and the console's lists.

    python -m bench [--customers N] [--repeat N] [--console N] [--webhooks N] [--search [N]] [--no-calls] ...

0 leaves a part out. It starts a PostgreSQL of its own.

Every figure is printed as measured; rows are counted by SQL, rewritten rows by the database, API calls by the
simulator.
"""

import argparse
import json
import os
import sqlite3
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg
from rich.console import Console
from rich.table import Table
from tests.support.postgres import server

from bench import calls, deliveries, door, memory, pushes, scale, search_scale
from bench.product import connect, database, page_server, run_counterfoil, sync
from bench.tables import Tables

out = Console(highlight=False)


@dataclass(frozen=True, slots=True)
class Measure:
    """One sync of all customers. `rewritten`: rows by the database's own statistics; `memory`: MiB."""

    rows: int
    seconds: float
    rewritten: int
    memory: int

    @property
    def speed(self) -> float:
        """Rows per second."""
        return self.rows / self.seconds


def product(address: str, port: int, folder: Path) -> list[Measure]:
    """Measure the product's first sync and an unchanged one, with every feature on."""
    with database(address, "product") as dsn:
        connect(dsn, folder, port)
        tables = Tables(dsn, folder)
        found: list[Measure] = []
        for _ in range(2):
            before = tables.rewritten("customer")
            run, peak = sync(dsn, folder)
            rows, touched = tables.rows("customer"), tables.rewritten("customer")
            assert run["fetched"] == rows, run
            found.append(Measure(rows, run["seconds"], touched - before, peak))
        return found


def ceiling(address: str, port: int, folder: Path) -> list[Measure]:
    """Measure the same two with the smallest program that stores the same rows."""
    with database(address, "ceiling") as dsn:
        run_counterfoil(dsn, folder, "migrate")
        with psycopg.connect(dsn) as connection:
            connection.execute(
                "INSERT INTO counterfoil_connection (id, name, connector, settings, secrets, country, "
                "mapping_version, "
                "created_at) VALUES (1, 'ceiling', 'robaws', '{}', '', 'BE', 1, now())"
            )
        tables = Tables(dsn, folder)
        found: list[Measure] = []
        for _ in range(2):
            before = tables.rewritten("customer")
            done, peak = memory.run([sys.executable, "-m", "bench.ceiling", dsn, str(port)], {**os.environ})
            if done.returncode:
                raise SystemExit(f"the ceiling failed: {done.stderr}")
            rows, touched = tables.rows("customer"), tables.rewritten("customer")
            found.append(Measure(rows, json.loads(done.stdout)["seconds"], touched - before, peak))
        return found


def main() -> None:
    """Parse the options, measure, and print the tables."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--customers", type=int, default=100_000, help="customers to sync against the ceiling")
    parser.add_argument("--repeat", type=int, default=3, help="how often to do so; the best counts")
    parser.add_argument("--console", type=int, default=200_000, help="customers in the console's lists")
    parser.add_argument(
        "--calls",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="measure the API calls that syncing Zoho Books takes",
    )
    parser.add_argument(
        "--pushes", action=argparse.BooleanOptionalAction, default=True, help="measure pushing edits"
    )
    parser.add_argument(
        "--door", action=argparse.BooleanOptionalAction, default=True, help="measure answers while others push"
    )
    parser.add_argument(
        "--search",
        type=int,
        default=0,
        nargs="?",
        const=1_000_000,
        metavar="N",
        help="customers to search in, also during a sync: a million without a number, none by default",
    )
    parser.add_argument("--webhooks", type=int, default=10_000, help="records to send webhooks about")
    options = parser.parse_args()
    with server(()) as address:
        with psycopg.connect(address + "postgres") as connection:
            version = connection.execute("SHOW server_version").fetchone()
        out.print(
            f"PostgreSQL {version[0] if version else ''}, SQLite {sqlite3.sqlite_version}, "
            f"{os.cpu_count()} cores, Python {sys.version.split()[0]}"
        )
        if options.webhooks:
            _webhooks(address, options.webhooks)
        if options.door:
            with database(address, "door") as dsn:
                door.measure(dsn, out)
        if options.calls:
            calls.measure(address, out)
        if options.pushes:
            pushes.measure(address, out)
        if options.customers:
            _against_ceiling(address, options.customers, options.repeat)
        if options.console:
            scale.measure(address, options.console, out)
        if options.search:
            search_scale.measure(address, options.search, out)


def _webhooks(address: str, events: int) -> None:
    with (
        page_server(10) as port,
        tempfile.TemporaryDirectory(prefix="cf-bench-") as folder,
        database(address, "webhooks") as dsn,
    ):
        deliveries.measure(dsn, Path(folder), port, events, out)


def _against_ceiling(address: str, customers: int, repeat: int) -> None:
    ours: list[list[Measure]] = []
    theirs: list[list[Measure]] = []
    with page_server(customers) as port, tempfile.TemporaryDirectory(prefix="cf-bench-") as folder:
        for _ in range(repeat):
            theirs.append(ceiling(address, port, Path(folder)))
            ours.append(product(address, port, Path(folder)))
    out.print(f"\n{customers:,} customers, best of {repeat}")
    out.print(_table(theirs, ours))


def _table(theirs: list[list[Measure]], ours: list[list[Measure]]) -> Table:
    """Make a table of 80 columns. The best repeat counts for both; the product's median shows the spread."""
    table = Table(box=None, pad_edge=False)
    for heading in ("rows/s", "ceiling", "product", "median", "ratio", "target", "rewritten", "memory"):
        table.add_column(heading, justify="left" if heading == "rows/s" else "right")
    for step, (title, target) in enumerate((("first sync", 0.6), ("unchanged sync", 0.8))):
        best = max((measures[step] for measures in ours), key=lambda m: m.speed)
        top = max((measures[step] for measures in theirs), key=lambda m: m.speed)
        table.add_row(
            title,
            f"{top.speed:,.0f}",
            f"{best.speed:,.0f}",
            f"{statistics.median(measures[step].speed for measures in ours):,.0f}",
            f"{best.speed / top.speed:.2f}",
            f">= {target}",
            f"{max(measures[step].rewritten for measures in ours):,}",
            f"{max(measures[step].memory for measures in ours):,} MiB",
        )
    return table


if __name__ == "__main__":
    main()
