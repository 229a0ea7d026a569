"""The API calls that syncing Zoho Books takes, counted by the simulator and as the runs report them."""

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.books import CHANGED, describe, make_a_day_of_changes, organisation
from bench.product import empty_database, run_counterfoil
from bench.tables import Tables
from counterfoil_simulators.zoho_books import ZohoBooksSimulator

WINDOW, EVERYTHING = 365, 1_100
"""Days of invoices to fetch: the default, and more than the three years of the data."""
FIRST, DAILY = 30, 5
"""Greatest numbers of calls: for a full sync, and for a daily one, plus one for each changed customer."""
TABLES = {"customers": "customer", "contact persons": "contact_person", "invoices": "invoice"}
UNPAID = "unpaid"
"""A further part of a sync, which writes invoices too."""


@dataclass(frozen=True, slots=True)
class Step:
    """One sync: calls by part as the simulator counted them, and the runs as the product reports them.

    `rows` and `rewritten` are those of the tables after it. `target`: the greatest number of calls; `unchanged`:
    no row may be rewritten.
    """

    title: str
    target: int
    unchanged: bool
    counted: Mapping[str, int]
    runs: Mapping[str, Mapping[str, Any]]
    rows: Mapping[str, int]
    rewritten: Mapping[str, int]
    seconds: float


def measure(address: str, out: Console) -> None:
    """Sync one organisation over some days, on both databases, with the default window and with all invoices."""
    for days in (WINDOW, EVERYTHING):
        for name in ("PostgreSQL", "SQLite"):
            with organisation() as sim, empty_database(name, address, "calls") as tables:
                _connect(sim, tables, days)
                out.print(f"\nZoho Books, {name}: {describe(sim, days)}")
                out.print(_table(list(_steps(sim, tables))))


def _connect(sim: ZohoBooksSimulator, tables: Tables, days: int) -> None:
    run_counterfoil(
        tables.dsn, tables.folder, "connect", "zoho-books", "--name", "bench", "--accounts-url", sim.accounts_url,
        "--client-id", sim.client_id, "--client-secret", sim.client_secret, "--refresh-token", sim.refresh_token,
        "--organization", sim.organization_ids[0], "--window-days", str(days), "--rate", "0",
        "--daily-reserve", "0",
    )  # fmt: skip
    tables.watch(list(TABLES.values()))


def _steps(sim: ZohoBooksSimulator, tables: Tables) -> Iterator[Step]:
    yield _sync("first", sim, tables, target=FIRST)
    yield _sync("full again", sim, tables, "--full", target=FIRST, unchanged=True)
    yield _sync("daily, no change", sim, tables, target=DAILY, unchanged=True)
    make_a_day_of_changes(sim)
    yield _sync("daily, changes", sim, tables, target=DAILY + CHANGED)


def _sync(
    title: str, sim: ZohoBooksSimulator, tables: Tables, *options: str, target: int, unchanged: bool = False
) -> Step:
    before = {part: tables.rewritten(table) for part, table in TABLES.items()}
    sim.control.reset_stats()
    began = time.perf_counter()
    output, _ = run_counterfoil(tables.dsn, tables.folder, "sync", "bench", *options, "--json")
    seconds = time.perf_counter() - began
    report = json.loads(output)
    assert report["state"] == "completed", report
    assert sim.control.stats()["refused"] == 0, sim.control.stats()
    return Step(
        title,
        target,
        unchanged,
        counted=_by_part(sim.control.requests()),
        runs={_part(run): run for run in report["runs"]},
        rows={part: tables.rows(table) for part, table in TABLES.items()},
        rewritten={part: tables.rewritten(table) - before[part] for part, table in TABLES.items()},
        seconds=seconds,
    )


def _part(run: Mapping[str, Any]) -> str:
    if run["kind"] == "unpaid":
        return UNPAID
    return next(part for part, table in TABLES.items() if table == run["resource"])


def _by_part(requests: Sequence[Mapping[str, Any]]) -> Counter[str]:
    """Count requests by the part of a sync that they belong to.

    Runs follow one another: requests about invoices after the first list of unpaid ones belong to that list.
    Access tokens are no calls of the API.
    """
    counted: Counter[str] = Counter()
    of_invoices = "invoices"
    for request in requests:
        path, query = str(request["path"]), request["query"]
        if "/oauth/" in path:
            continue
        if "contactpersons" in path:
            counted["contact persons"] += 1
        elif "/contacts" in path:
            counted["customers"] += 1
        else:
            if query.get("status") == "unpaid" and "date_end" not in query:
                of_invoices = UNPAID
            counted[of_invoices] += 1
    return counted


def _table(steps: Sequence[Step]) -> Table:
    """Make a table of 80 columns. The seconds of a sync include the start of the program, those of runs do not."""
    table = Table(box=None, pad_edge=False)
    for heading in ("sync", "rows", "rewritten", "target", "calls", "reported", "target", "s"):
        table.add_column(heading, justify="left" if heading == "sync" else "right")
    for step in steps:
        table.add_row(
            step.title,
            f"{sum(step.rows.values()):,}",
            f"{sum(step.rewritten.values()):,}",
            "0" if step.unchanged else "",
            str(sum(step.counted.values())),
            str(sum(run["api_calls"] for run in step.runs.values())),
            f"<= {step.target}",
            f"{step.seconds:.1f}",
            style="bold",
        )
        for part, run in step.runs.items():
            cells = [f"{step.rows[part]:,}", f"{step.rewritten[part]:,}"] if part in step.rows else ["", ""]
            calls = [str(step.counted[part]), str(run["api_calls"])]
            table.add_row(f"  {part}", *cells, "", *calls, "", f"{run['seconds']:.1f}")
    return table
