"""The number of rows of a table, and of rows that were rewritten, counted by the database itself."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

PREFIX = "counterfoil_"
_COUNTER = "CREATE TABLE IF NOT EXISTS bench_rewritten (name TEXT)"
_TRIGGER = (
    "CREATE TRIGGER bench_{table}_{event} AFTER {event} ON {prefix}{table} "
    "BEGIN INSERT INTO bench_rewritten VALUES ('{table}'); END"
)


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of one database.

    `dsn` is a PostgreSQL, whose statistics are read; where it is empty, triggers count in the embedded SQLite of
    the folder. Tables are named without their prefix: `customer`.
    """

    dsn: str
    folder: Path

    def watch(self, tables: Sequence[str]) -> None:
        """Make SQLite count rewritten rows from now on."""
        if self.dsn:
            return
        with self._embedded() as database:
            database.execute(_COUNTER)
            for table in tables:
                for event in ("UPDATE", "DELETE"):
                    database.execute(_TRIGGER.format(prefix=PREFIX, table=table, event=event))

    def rows(self, table: str, where: str = "true") -> int:
        """Count rows."""
        return self.number(f"SELECT count(*) FROM {PREFIX}{table} WHERE {where}")

    def rewritten(self, table: str) -> int:
        """Count the updates and deletions so far."""
        if not self.dsn:
            return self.number(f"SELECT count(*) FROM bench_rewritten WHERE name = '{table}'")
        return self.number(
            f"SELECT n_tup_upd + n_tup_del FROM pg_stat_user_tables WHERE relname = '{PREFIX}{table}'",
        )

    def number(self, query: str) -> int:
        if not self.dsn:
            with self._embedded() as database:
                return int(database.execute(query).fetchone()[0])
        with psycopg.connect(self.dsn) as connection:
            connection.execute("SELECT pg_stat_force_next_flush()")
            found = connection.execute(query.encode()).fetchone()
        assert found is not None
        return int(found[0])

    def _embedded(self) -> sqlite3.Connection:
        return sqlite3.connect(self.folder / "counterfoil.sqlite3", timeout=30)
