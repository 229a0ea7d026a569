"""A separate install for a test: a data folder, a database, and the command line run as real processes."""

import atexit
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support import warm

SECONDS = 90


@dataclass
class Install:
    """`folder` is COUNTERFOIL_DATA_DIR; `dsn` its own PostgreSQL database, or empty for the embedded one."""

    folder: Path
    dsn: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def fresh(cls, folder: Path, *, bare: bool = False) -> "Iterator[Install]":
        """Make an install: on PostgreSQL where this test round has one, else embedded.

        Its tables are copied from a template, since making them takes seconds; a bare one has none.
        """
        server = os.environ.get("DATABASE_URL", "").rpartition("/")[0]
        made = cls(folder)
        if not server:
            if not bare:
                shutil.copy(_embedded(), folder)
            yield made
            return
        name = f"install_{uuid.uuid4().hex[:12]}"
        template = "" if bare else f" TEMPLATE {_template(server)}"
        with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}{template}{_by_file(admin)}")
            made.dsn = f"{server}/{name}"
            try:
                yield made
            finally:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def environ(self) -> dict[str, str]:
        """Build the environment of its processes. No background work starts, unless a test says otherwise."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("COUNTERFOIL_")}
        kept.pop("DATABASE_URL", None)
        if self.dsn:
            kept["DATABASE_URL"] = self.dsn
        own = {"COUNTERFOIL_DATA_DIR": str(self.folder), "COUNTERFOIL_SCHEDULES": "0", "COLUMNS": "160"}
        return {**kept, **own, **self.environment}

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run the command line to its end."""
        if warm.POSSIBLE:
            return warm.run(arguments, self.environ(), stdin, SECONDS)
        return subprocess.run(
            [sys.executable, "-m", "counterfoil", *arguments],
            env=self.environ(), input=stdin, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start the command line; the test ends it."""
        return subprocess.Popen(
            [sys.executable, "-m", "counterfoil", *arguments],
            env=self.environ(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def json(self, *arguments: str) -> Any:
        """Run the command line and parse the JSON that it prints."""
        done = self.run(*arguments)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def sync(self, *arguments: str) -> Any:
        """Sync, and return the customers' run as the command line reports it."""
        said = self.json("sync", *arguments, "--json")
        run = said.get("runs", [said])[0]
        assert run["resource"] == "customer"
        return run

    def connect(self, sim: RobawsSimulator, name: str = "acme", *arguments: str) -> None:
        """Connect the simulator, without a rate limit of ours."""
        limits = arguments or ("--rate", "0", "--daily-reserve", "0")
        done = self.run(
            "connect", "robaws", "--name", name, "--base-url", sim.base_url, "--api-key", sim.api_key,
            "--api-secret", sim.api_secret, *limits,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """Query the database directly. Statements that change something are committed."""
        if self.dsn:
            with psycopg.connect(self.dsn) as connection:
                cursor = connection.execute(query.encode())
                return list(cursor.fetchall()) if cursor.description else []
        with closing(sqlite3.connect(self.folder / "counterfoil.sqlite3", timeout=30)) as connection_, connection_:
            return list(connection_.execute(query).fetchall())


def _by_file(admin: "psycopg.Connection[Any]") -> str:
    """Return the fastest way to copy small databases, for PostgreSQL versions that have a choice."""
    return " STRATEGY FILE_COPY" if admin.info.server_version >= 150_000 else ""


@cache
def _embedded() -> Path:
    """Make an embedded database with its tables, once in each test process."""
    folder = Path(tempfile.mkdtemp(prefix="cf-install-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    assert Install(folder).run("migrate").returncode == 0
    return folder / "counterfoil.sqlite3"


@cache
def _template(server: str) -> str:
    """Make a template database with the tables on a PostgreSQL, once in each process. Returns its name."""
    name = f"install_template_{os.getpid()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name}")
    with tempfile.TemporaryDirectory(prefix="cf-install-") as folder:
        assert Install(Path(folder), f"{server}/{name}").run("migrate").returncode == 0
    return name
