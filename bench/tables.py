"""How many rows a table of the product has, and how many were ever written over, as the database itself counts."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

_COUNTER = "CREATE TABLE IF NOT EXISTS bench_rewritten (name TEXT)"
_TRIGGER = (
    "CREATE TRIGGER bench_{table}_{event} AFTER {event} ON {table} "
    "BEGIN INSERT INTO bench_rewritten VALUES ('{table}'); END"
)


@dataclass(frozen=True, slots=True)
class Tables:
    """`dsn` is a PostgreSQL, which keeps such statistics; where it is empty, the embedded SQLite in the folder is
    meant, where triggers count."""

    dsn: str
    folder: Path

    def watch(self, tables: Sequence[str]) -> None:
        """Let SQLite count from now on."""
        if self.dsn:
            return
        with self._embedded() as database:
            database.execute(_COUNTER)
            for table in tables:
                for event in ("UPDATE", "DELETE"):
                    database.execute(_TRIGGER.format(table=table, event=event))

    def rows(self, table: str, where: str = "true") -> int:
        """How many there are."""
        return self._number(f"SELECT count(*) FROM {table} WHERE {where}")

    def rewritten(self, table: str) -> int:
        """Rows that were ever updated or deleted."""
        if not self.dsn:
            return self.rows("bench_rewritten", f"name = '{table}'")
        return self._number(
            f"SELECT n_tup_upd + n_tup_del FROM pg_stat_user_tables WHERE relname = '{table}'",
        )

    def _number(self, query: str) -> int:
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
