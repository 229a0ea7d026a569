"""Searches over very many customers on both databases: alone, and while another connection is first mirrored."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.product import connect, empty_database, environment, page_server, sync
from bench.tables import Tables

TIMES = 20
PICKER_MILLISECONDS, LIST_MILLISECONDS = 30, 50
"""Targets for the 95th percentile, until the rows are read."""
_POSTGRESQL_SIZES = {
    "all": "SELECT pg_database_size(current_database())",
    "search index": "SELECT pg_relation_size('counterfoil_customer_search')",
    "vocabulary": "SELECT pg_total_relation_size('counterfoil_search_word')",
}
_SQLITE_SIZES = {
    "all": "SELECT sum(pgsize) FROM dbstat WHERE aggregate = TRUE",
    "search index": (
        "SELECT sum(pgsize) FROM dbstat WHERE aggregate = TRUE AND name GLOB 'counterfoil_customer_search_*'"
    ),
    "vocabulary": (
        "SELECT sum(pgsize) FROM dbstat WHERE aggregate = TRUE AND (name GLOB 'counterfoil_search_word*' "
        "OR name GLOB 'sqlite_autoindex_counterfoil_search_word*' OR name = 'counterfoil_search_deletion')"
    ),
}


def measure(address: str, rows: int, out: Console) -> None:
    """Mirror the rows on both databases, time the searches, time them again during a sync, and print."""
    with page_server(rows) as port:
        for name in ("PostgreSQL", "SQLite"):
            with empty_database(name, address, "search") as tables:
                connect(tables.dsn, tables.folder, port)
                first, _ = sync(tables.dsn, tables.folder)
                out.print(f"\n{name}: {rows:,} customers, first sync {rows / first['seconds']:,.0f} rows/s")
                out.print(f"{name}: {_sizes(tables)}; {tables.rows('search_word'):,} words")
                out.print(f"{name}: searches, {TIMES} times each, in ms")
                out.print(_table(_ask(tables.dsn, tables.folder)))
                out.print(f"\n{name}: the same while another connection is first mirrored")
                out.print(_table(_during_sync(tables, port)))


def _ask(dsn: str, folder: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "bench.search_questions", str(TIMES)]
    done = subprocess.run(command, env=environment(dsn, folder), stdout=subprocess.PIPE, text=True, check=True)
    return list(map(json.loads, done.stdout.splitlines()))


def _during_sync(tables: Tables, port: int) -> list[dict[str, Any]]:
    connect(tables.dsn, tables.folder, port, name="other")
    command = [sys.executable, "-m", "bench.customers_run", "other"]
    env = environment(tables.dsn, tables.folder)
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            answers = _ask(tables.dsn, tables.folder)
            assert running.poll() is None, "the sync ended before the searches"
        finally:
            running.terminate()
            running.wait()
    return answers


def _sizes(tables: Tables) -> str:
    queries = _POSTGRESQL_SIZES if tables.dsn else _SQLITE_SIZES
    return ", ".join(f"{what} {tables.number(query) / 2**20:,.0f} MiB" for what, query in queries.items())


def _table(answers: Sequence[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("what")
    for heading in ("found", "picker p50", "p95", "target", "rows p50", "p95", "target"):
        table.add_column(heading, justify="right")
    for answer in answers:
        table.add_row(answer["what"], str(answer["found"]), *_cells(answer))
    return table


def _cells(answer: dict[str, Any]) -> Iterator[str]:
    for kind, target in (("picker", PICKER_MILLISECONDS), ("rows", LIST_MILLISECONDS)):
        ordered = sorted(answer[kind])
        if ordered:
            at = -(-len(ordered) * 95 // 100) - 1
            yield f"{1000 * ordered[len(ordered) // 2]:,.0f}"
            yield f"{1000 * ordered[at]:,.0f}"
            yield f"<= {target}"
