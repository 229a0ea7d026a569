"""Webhooks sent over HTTP to PostgreSQL with ten connections: rate of acceptance, latency, rate of processing.

Afterwards the rows are checked against the newest version of each record.
"""

import hashlib
import hmac
import json
import random
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import psycopg
from rich.console import Console
from rich.table import Table

from bench.product import environment, run_counterfoil
from bench.sender import frame
from counterfoil_simulators.robaws.data.dataset import customers as generate

CONNECTIONS = 10
STEADY = 500
"""Events a second that must be answered within TARGET_P99 seconds."""
TARGET_P99 = 0.050
SENDERS = 8
WORKERS = 2
STARTED = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sent:
    """The measurement of a sender, in seconds."""

    answered: int
    seconds: float
    p99: float
    longest: float

    @property
    def speed(self) -> float:
        """Answers per second."""
        return self.answered / self.seconds


@dataclass(frozen=True, slots=True)
class Install:
    """The product with ten connections, served on `port`."""

    dsn: str
    folder: Path
    port: int


def measure(dsn: str, folder: Path, api_port: int, events: int, out: Console) -> None:
    """Measure and print. `events` are distinct records; `dsn` is an empty database."""
    install = Install(dsn, folder, _free_port())
    _connect(install, api_port)
    clients = [client for client, _ in generate(1, events // CONNECTIONS)]
    distinct = [(c, client, 0) for client in clients for c in range(CONNECTIONS)]
    table = Table(box=None, pad_edge=False)
    for heading in (
        "webhooks",
        "accepted/s",
        f"p99 at {STEADY}/s",
        "longest",
        "processed/s",
        "wrong rows",
        "final states",
    ):
        table.add_column(heading, justify="left" if heading in {"webhooks", "final states"} else "right")
    with _served(install):
        _send(install, _sign(distinct[:200], port=install.port)[:200], rate=0)  # warm, and repeated below
        for name, some in _steps(distinct):
            requests = _sign(some, port=install.port)
            half = len(requests) // 2
            steady = _send(install, requests[:half], rate=STEADY)
            greatest = _send(install, requests[half:], rate=0)
            before = _final_states(install)
            processed = _processed(install)
            states = {state: count - before.get(state, 0) for state, count in _final_states(install).items()}
            words = ", ".join(f"{count:,} {state}" for state, count in sorted(states.items()) if count)
            wrong = _count_wrong_rows(install, some)
            table.add_row(
                name, f"{greatest.speed:,.0f}", f"{steady.p99 * 1000:.1f} ms", f"{steady.longest * 1000:.0f} ms",
                f"{processed:,.0f}", f"{wrong:,}", words,
            )  # fmt: skip
    out.print(f"\n{events:,} records of {CONNECTIONS} connections, {SENDERS} senders, {WORKERS} workers")
    out.print(f"target: p99 < {TARGET_P99 * 1000:.0f} ms at a steady {STEADY}/s; more than 2,802/s processed")
    out.print(table)


type Event = tuple[int, dict[str, Any], int]
"""Number of the connection, the client, and the version of the client."""


def _steps(distinct: Sequence[Event]) -> Iterator[tuple[str, Sequence[Event]]]:
    yield "distinct", distinct
    yield "repeated", distinct
    versions = [(c, client, version) for c, client, _ in distinct for version in (1, 2, 3)]
    random.Random(7).shuffle(versions)
    yield "shuffled", versions


def _sign(events: Sequence[Event], port: int) -> list[bytes]:
    """Build signed requests; the same event always has the same id."""
    moment = str(int(time.time()))
    found: list[bytes] = []
    for c, client, version in events:
        event_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{c} {client['id']} {version}")
        body = orjson.dumps({"id": str(event_id), "event": "client.updated", "data": _version(client, version)})
        secret = f"secret-{c}".encode()
        signature = hmac.new(secret, moment.encode() + b"." + body, hashlib.sha256).hexdigest()
        head = (
            f"POST /api/webhooks/robaws/customers/bench{c} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Content-Type: application/json\r\nRobaws-Signature: t={moment},v1={signature}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        found.append(head.encode() + body)
    return found


def _version(client: dict[str, Any], version: int) -> dict[str, Any]:
    """Return the client in this version."""
    changed = (STARTED + timedelta(minutes=version)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {**client, "tel": f"+32 3 {version}00 00 00", "updatedAt": changed}


def _count_wrong_rows(install: Install, events: Sequence[Event]) -> int:
    """Count by SQL the rows that differ from the newest version of each client."""
    newest = max(version for *_, version in events)
    expected = len({(c, client["id"]) for c, client, _ in events})
    with psycopg.connect(install.dsn) as connection:
        right = connection.execute(
            "SELECT count(*) FROM counterfoil_customer WHERE phone = %s AND state = 'present'",
            [f"+32 3 {newest}00 00 00"],
        ).fetchone()
        rows = connection.execute("SELECT count(*) FROM counterfoil_customer").fetchone()
    assert right is not None
    assert rows is not None
    return max(expected, int(rows[0])) - int(right[0])


def _connect(install: Install, api_port: int) -> None:
    for c in range(CONNECTIONS):
        run_counterfoil(
            install.dsn, install.folder, "connect", "robaws", "--name", f"bench{c}", "--base-url",
            f"http://127.0.0.1:{api_port}/api/v2", "--api-key", "key", "--api-secret", "secret", "--rate", "0",
            "--daily-reserve", "0",
        )  # fmt: skip
        url = f"http://127.0.0.1:{install.port}/api/webhooks/robaws/customers/bench{c}"
        run_counterfoil(
            install.dsn, install.folder, "webhooks", "accept", f"bench{c}", "--url", url, "--secret", f"secret-{c}"
        )


@contextmanager
def _served(install: Install) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "counterfoil", "serve", "--port", str(install.port)],
        env=environment(install.dsn, install.folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _await(install.port)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def _send(install: Install, requests: Sequence[bytes], *, rate: int) -> Sent:
    done = subprocess.run(
        [sys.executable, "-m", "bench.sender", str(install.port), str(SENDERS), str(rate)],
        input=b"".join(map(frame, requests)), capture_output=True, check=True,
    )  # fmt: skip
    result = json.loads(done.stdout)
    assert result["statuses"] == {"200": len(requests)}, result
    return Sent(result["answered"], result["seconds"], result["p99"], result["longest"])


def _final_states(install: Install) -> dict[str, int]:
    with psycopg.connect(install.dsn) as connection:
        rows = connection.execute("SELECT state, count(*) FROM counterfoil_delivery GROUP BY state").fetchall()
    return {state: count for state, count in rows if state not in {"received", "failed"}}


def _processed(install: Install) -> float:
    """Return the deliveries per second, from the end of the first batch to the end of the last."""
    with psycopg.connect(install.dsn) as connection:
        last = connection.execute("SELECT coalesce(max(ended_at), 'epoch') FROM counterfoil_delivery").fetchone()
    assert last is not None
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "counterfoil", "worker"],
            env=environment(install.dsn, install.folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for _ in range(WORKERS)
    ]  # fmt: skip
    try:
        with psycopg.connect(install.dsn, autocommit=True) as connection:
            while _one(
                connection, "SELECT count(*) FROM counterfoil_delivery WHERE state IN ('received', 'failed')"
            ):
                time.sleep(0.2)
            since = "WHERE ended_at > %s"
            first = _one(connection, f"SELECT min(ended_at) FROM counterfoil_delivery {since}", last[0])
            count = _one(connection, f"SELECT count(*) FROM counterfoil_delivery {since}", first)
            ended = _one(connection, "SELECT max(ended_at) FROM counterfoil_delivery")
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(timeout=60)
    return float(count) / (ended - first).total_seconds() if ended > first else 0.0


def _one(connection: "psycopg.Connection[Any]", sql: str, *values: object) -> Any:
    found = connection.execute(sql.encode(), values).fetchone()
    assert found is not None
    return found[0]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
