"""Pushes of edits: time, calls as the simulator counts them, and what SQL finds left over."""

import json
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.product import empty_database, run_counterfoil, run_module
from counterfoil_simulators.robaws import RobawsSimulator

CUSTOMERS = 2_000
FREE, UNDER_LIMITS = 500, 40
"""Records pushed without a rate limit, and within our share of Robaws' own limit: 12 calls a second."""


@dataclass(frozen=True, slots=True)
class Push:
    """One push. `left`: edits and unfinished writes afterwards, by SQL; `wrong`: clients with another value."""

    title: str
    records: int
    edits_a_second: float
    seconds: float
    calls: int
    refused: int
    left: int
    wrong: int


def measure(address: str, out: Console) -> None:
    """Measure on both databases, without limits and with them."""
    table = Table(box=None, pad_edge=False)
    for heading in ("push", "records", "edits/s", "pushed/s", "calls each", "429s", "left", "wrong"):
        table.add_column(heading, justify="left" if heading == "push" else "right")
    for name in ("PostgreSQL", "SQLite"):
        for limited in (False, True):
            found = _push(name, address, limited=limited)
            table.add_row(
                f"{name}, {found.title}",
                f"{found.records:,}",
                f"{found.edits_a_second:,.0f}",
                f"{found.records / found.seconds:,.1f}",
                f"{found.calls / found.records:.2f}",
                f"{found.refused:,}",
                f"{found.left:,}",
                f"{found.wrong:,}",
            )
    out.print("\nEdits made and pushed to Robaws (target: 3 calls each, then 0, 0, 0)")
    out.print(table)


def _push(name: str, address: str, *, limited: bool) -> Push:
    records = UNDER_LIMITS if limited else FREE
    limits: dict[str, Any] = {} if limited else {"rate": None}
    with (
        RobawsSimulator(customers=CUSTOMERS, seed=11, **limits) as sim,
        empty_database(name, address, "pushes") as tables,
    ):
        own = () if limited else ("--rate", "0")
        run_counterfoil(
            tables.dsn, tables.folder, "connect", "robaws", "--name", "bench", "--base-url", sim.base_url,
            "--api-key", sim.api_key, "--api-secret", sim.api_secret, *own, "--daily-reserve", "0",
        )  # fmt: skip
        run_counterfoil(tables.dsn, tables.folder, "sync", "bench", "--full", "--json")
        made = json.loads(run_module(tables.dsn, tables.folder, "bench.edit", "bench", str(records), "Gent")[0])
        sim.control.reset_stats()
        output, _ = run_counterfoil(tables.dsn, tables.folder, "push", "bench", "--json")
        report = json.loads(output)
        cities = [str((client.get("address") or {}).get("city")) for client in sim.control.clients()]
        return Push(
            "12 calls/s" if limited else "no limits",
            records,
            made["edits"] / made["seconds"],
            report["seconds"],
            len(sim.control.requests()),
            sim.control.stats()["refused"],
            tables.rows("pending_edit") + tables.rows("outbox", "state IN ('open', 'unknown')"),
            records - sum(1 for city in cities if city.startswith("Gent ")),
        )
