"""The growth of time and memory with the number of rows, and the console's lists, on both databases."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.product import connect, database, environment, page_server, sync

TIMES = 20
RESYNCS = 3
"""The best of them counts: on a shared machine they differ by up to a half."""
LIST_MILLISECONDS, SEARCH_MILLISECONDS = 300, 50
"""Targets for the 95th percentile: a whole page, and the rows of a search."""
TEN_TIMES_ROWS = 11
"""Greatest factor of time for ten times as many rows."""
MORE_MEMORY = 1.2


@dataclass(frozen=True, slots=True)
class Mirrored:
    """A first sync and the best unchanged one: seconds, and peaks of memory in MiB."""

    seconds: tuple[float, float]
    memory: tuple[int, int]


def measure(address: str, rows: int, out: Console) -> None:
    """Sync a tenth of the rows and all of them, time the console's lists, and print."""
    mirrored: dict[str, list[Mirrored]] = {"PostgreSQL": [], "SQLite": []}
    for count in (max(1, rows // 10), rows):
        with page_server(count) as port:
            for name, found in mirrored.items():
                with _fresh(name, address) as (dsn, folder):
                    found.append(_mirror(dsn, folder, port))
                    first, second = found[-1].seconds
                    out.print(
                        f"{name}: {count:,} customers synced in {first:,.1f} s, unchanged in {second:,.1f} s"
                    )
                    if count == rows:
                        out.print(f"\n{name}: the console over {rows:,} customers, {TIMES} times each, in ms")
                        out.print(_answers(_ask(dsn, folder)))
    out.print(f"\n{rows // 10:,} and {rows:,} customers: seconds, and peak MiB of all processes")
    out.print(_growth(mirrored))


@contextmanager
def _fresh(name: str, address: str) -> Iterator[tuple[str, Path]]:
    folder = Path(tempfile.mkdtemp(prefix="cf-bench-"))
    try:
        if name == "SQLite":
            yield "", folder
        else:
            with database(address, "scale") as dsn:
                yield dsn, folder
    finally:
        shutil.rmtree(folder)


def _mirror(dsn: str, folder: Path, port: int) -> Mirrored:
    connect(dsn, folder, port)
    first, first_peak = sync(dsn, folder)
    again = [sync(dsn, folder) for _ in range(RESYNCS)]
    assert not any(run["updated"] or run["created"] for run, _ in again), again
    seconds = min(run["seconds"] for run, _ in again)
    return Mirrored((first["seconds"], seconds), (first_peak, max(peak for _, peak in again)))


def _ask(dsn: str, folder: Path) -> Iterator[dict[str, list[float]]]:
    command = [sys.executable, "-m", "bench.questions", str(TIMES)]
    done = subprocess.run(command, env=environment(dsn, folder), stdout=subprocess.PIPE, text=True, check=True)
    return map(json.loads, done.stdout.splitlines())


def _answers(answers: Iterator[dict[str, list[float]]]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("what")
    for heading in ("rows p50", "p95", "target", "page p50", "p95", "target"):
        table.add_column(heading, justify="right")
    for answer in answers:
        searched = str(answer["what"]).startswith("search") and answer["found"]
        table.add_row(
            str(answer["what"]).replace("[", ""),
            *_percentiles(answer["found"]),
            f"<= {SEARCH_MILLISECONDS}" if searched else "",
            *_percentiles(answer["page"]),
            f"<= {LIST_MILLISECONDS}",
        )
    return table


def _percentiles(seconds: Sequence[float]) -> tuple[str, str]:
    if not seconds:
        return "", ""
    ordered = sorted(seconds)
    at = -(-len(ordered) * 95 // 100) - 1
    return f"{1000 * ordered[len(ordered) // 2]:,.0f}", f"{1000 * ordered[at]:,.0f}"


def _growth(mirrored: dict[str, list[Mirrored]]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("what")
    for heading in ("s", "s x10", "ratio", "target", "MiB", "MiB x10", "ratio", "target"):
        table.add_column(heading, justify="right")
    for name, (few, many) in mirrored.items():
        for step, what in enumerate(("first", "unchanged")):
            table.add_row(
                f"{name}, {what}",
                f"{few.seconds[step]:,.1f}",
                f"{many.seconds[step]:,.1f}",
                f"{many.seconds[step] / few.seconds[step]:.1f}",
                f"<= {TEN_TIMES_ROWS}",
                f"{few.memory[step]:,}",
                f"{many.memory[step]:,}",
                f"{many.memory[step] / max(1, few.memory[step]):.2f}",
                f"<= {MORE_MEMORY}",
            )
    return table
