"""Copying a PostgreSQL database and putting it back, by PostgreSQL's own programs.

Only our tables are copied, those of Django among them, so that a database may hold others too. The password is
passed in the environment, never on a command line, where other users of the machine would see it.
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

from counterfoil.backup import archive, make_backup
from counterfoil.backup.archive_rows import CopyRows, read_copy_rows
from counterfoil.backup.contents import INSTALLATION, DatabaseContents
from counterfoil.errors import InvalidInput, NotPossibleNow
from counterfoil.mirror import hold, upgrade
from counterfoil.mirror.sql import PREFIX

SEQUENCES = (f"{PREFIX}ticket",)
"""Sequences that belong to no column."""
_HOLD = """
SELECT pg_catalog.set_config('search_path', {schema}, false);
INSERT INTO {table} (id, key_digest, held_at, backup_at) VALUES (1, '', {held_at}, {backup_at})
ON CONFLICT (id) DO UPDATE SET held_at = excluded.held_at, backup_at = excluded.backup_at, released_at = NULL,
released_by_id = NULL;
"""


class PostgresDatabase:
    """Implements `DatabaseStore` for PostgreSQL."""

    kind = "postgresql"
    entry = "counterfoil.dump"
    compress = False

    def describe(self) -> str:
        values = _parameters()
        return f"{values.get('dbname')} on {values.get('host') or 'this machine'}"

    def dump(self, target: Path) -> DatabaseContents:
        """Copy by `pg_dump` and count the rows in the same snapshot. Raises NotPossibleNow where it is missing."""
        target.touch(mode=0o600, exist_ok=False)
        arguments = ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"]
        if shutil.which("pg_dump") is None:
            command = shlex.join(
                ["pg_dump", "--format=custom", "--file=counterfoil.dump", f"--dbname={_conninfo()}"]
            )
            raise NotPossibleNow(
                "No backup was made: this machine has no `pg_dump`.",
                f"Install PostgreSQL's client programs, or run this where they are: {command}",
            )
        with psycopg.connect(_conninfo(), password=_password(), autocommit=False) as ours:
            ours.execute("SET idle_in_transaction_session_timeout = 0")
            ours.commit()
            ours.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            snapshot = _one(ours, "SELECT pg_export_snapshot()")
            schema = _one(ours, "SELECT current_schema()")
            contents = _contents(ours)
            names = [*contents.rows, *SEQUENCES]
            tables = [f"--table={_quoted(schema)}.{_quoted(name)}" for name in names]
            _run("pg_dump", [*arguments, f"--snapshot={snapshot}", *tables, f"--dbname={_conninfo()}"])
        return contents

    def read(self, path: Path) -> DatabaseContents:
        found = CopyRows()
        with _ProgramOutput("pg_restore", ["--data-only", "--file=-", str(path)]) as lines:
            found = read_copy_rows(lines)
        return DatabaseContents(found.migrations(), found.counts, found.key_digest())

    def present(self) -> DatabaseContents:
        with psycopg.connect(_conninfo(), password=_password()) as ours:
            return _contents(ours)

    def restore(self, copy: Path, held_at: datetime, backup_at: datetime) -> str:
        for program in ("pg_restore", "psql"):
            if shutil.which(program) is None:
                raise NotPossibleNow(
                    f"Nothing was restored: this machine has no `{program}`.",
                    "Install PostgreSQL's client programs, and try again.",
                )
        self._require_unused()
        aside = self._keep_aside(held_at)
        script, before, after = (copy.with_name(f"{copy.name}-{part}") for part in ("script", "before", "after"))
        try:
            for file in (script, before, after):
                file.touch(mode=0o600, exist_ok=False)
            contents = self.read(copy)
            before.write_text(_drop_statements(), encoding="utf-8")
            _run("pg_restore", ["--no-owner", "--no-privileges", f"--file={script}", str(copy)])
            has_row = INSTALLATION in contents.rows
            after.write_text(_hold_statement(held_at, backup_at) if has_row else "", encoding="utf-8")
            files = [f"--file={file}" for file in (before, script, after)]
            flags = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
            _run("psql", [*flags, "--output=/dev/null", *files, f"--dbname={_conninfo()}"])
        finally:
            for file in (script, before, after):
                file.unlink(missing_ok=True)
        connection.close()
        upgrade.migrate()
        if not has_row:  # older tables: until this moment every command has refused to work with them
            hold.hold(held_at, backup_at)
        return aside

    def _require_unused(self) -> None:
        """Raise while other processes of ours are connected: they would go on with what is no longer there."""
        connection.close()
        with psycopg.connect(_conninfo(), password=_password()) as ours:
            query = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND application_name = 'counterfoil' AND pid <> pg_backend_pid()"
            )
            if _one(ours, query):
                raise NotPossibleNow(
                    f"Other processes use the database {self.describe()}. Nothing was restored.",
                    "Stop `serve`, workers and scheduled commands on every machine, and try again.",
                )

    def _keep_aside(self, moment: datetime) -> str:
        """Back up the present database beside the log, where it is used."""
        if not self.present().is_used:
            return ""
        path = archive.free_path(Path(settings.COUNTERFOIL_DATA_DIR) / f"replaced-{moment:%Y%m%d-%H%M%S}.zip")
        return str(make_backup.make_backup(self, path, moment, replace=False).path)


def _contents(ours: "psycopg.Connection[Any]") -> DatabaseContents:
    ours.execute("SELECT 1")
    rows = {}
    for table in _tables(ours):
        rows[table] = int(_one(ours, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))))
    migrations: list[str] = []
    if "django_migrations" in rows:
        migrations = [f"{app}.{name}" for app, name in ours.execute("SELECT app, name FROM django_migrations")]
    digest = ""
    if rows.get(INSTALLATION):
        digest = _one(ours, sql.SQL("SELECT key_digest FROM {}").format(sql.Identifier(INSTALLATION)))
    return DatabaseContents(tuple(sorted(migrations)), rows, digest)


def _tables(ours: "psycopg.Connection[Any]") -> list[str]:
    """List our tables, and those of Django's apps that we use."""
    found = ours.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
    names = [str(name) for (name,) in found]
    wanted = set(connection.introspection.django_table_names()) | {"django_migrations", "connection"}
    return [name for name in names if name in wanted or name.startswith(PREFIX)]


def _drop_statements() -> str:
    with psycopg.connect(_conninfo(), password=_password()) as ours:
        schema = sql.Identifier(_one(ours, "SELECT current_schema()"))
        drops = [
            sql.SQL("DROP TABLE IF EXISTS {}.{} CASCADE;").format(schema, sql.Identifier(table))
            for table in _tables(ours)
        ]
        drops += [
            sql.SQL("DROP SEQUENCE IF EXISTS {}.{};").format(schema, sql.Identifier(name)) for name in SEQUENCES
        ]
        return "\n".join(drop.as_string(ours) for drop in drops)


def _hold_statement(held_at: datetime, backup_at: datetime) -> str:
    with psycopg.connect(_conninfo(), password=_password()) as ours:
        values = {
            "schema": sql.Literal(_quoted(_one(ours, "SELECT current_schema()"))),
            "table": sql.Identifier(INSTALLATION),
            "held_at": sql.Literal(held_at),
            "backup_at": sql.Literal(backup_at),
        }
        return sql.SQL(_HOLD).format(**values).as_string(ours)


def _one(ours: "psycopg.Connection[Any]", query: Any) -> Any:
    found = ours.execute(query).fetchone()
    assert found is not None  # noqa: S101  every such query returns a row
    return found[0]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _parameters() -> dict[str, str]:
    """Return what libpq knows of Django's setting for the database, without what only our sessions need."""
    known = {option.keyword.decode() for option in Conninfo.get_defaults()} - {"options", "application_name"}
    found: dict[str, Any] = connection.get_connection_params()
    return {key: str(value) for key, value in found.items() if key in known and value is not None}


def _conninfo() -> str:
    values = {key: value for key, value in _parameters().items() if key != "password"}
    return make_conninfo(**values)


def _password() -> str | None:
    return _parameters().get("password")


def _environment() -> dict[str, str]:
    password = _password()
    return {**os.environ, **({"PGPASSWORD": password} if password else {})}


def _run(program: str, arguments: Sequence[str]) -> None:
    done = subprocess.run(  # noqa: S603
        [str(shutil.which(program)), *arguments], env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise _failed(program, done.stderr)


class _ProgramOutput:
    """The lines that a program prints; leaving the block raises InvalidInput where it has failed."""

    def __init__(self, program: str, arguments: Sequence[str]) -> None:
        self._program = program
        found = shutil.which(program)
        if found is None:
            raise NotPossibleNow(
                f"The backup cannot be read: this machine has no `{program}`.",
                "Install PostgreSQL's client programs, and try again.",
            )
        self._process = subprocess.Popen(  # noqa: S603
            [found, *arguments], env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def __enter__(self) -> Iterator[bytes]:
        assert self._process.stdout is not None  # noqa: S101  a pipe
        return iter(self._process.stdout)

    def __exit__(self, *raised: object) -> None:
        _, complaint = self._process.communicate()
        if self._process.returncode and raised[0] is None:
            raise InvalidInput(str(_failed(self._program, complaint.decode(errors="replace"))), "")


def _failed(program: str, complaint: str) -> NotPossibleNow:
    first = next((line for line in complaint.splitlines() if line.strip()), "no reason given")[:300]
    return NotPossibleNow(f"`{program}` failed: {first}", "Nothing was changed.")
