"""Copying the embedded database while it is in use, and replacing it while it is not."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from urllib.request import pathname2url

from django.db import connection

from counterfoil.backup import archive
from counterfoil.backup.contents import ANOTHER_DATABASE, INSTALLATION, DatabaseContents
from counterfoil.errors import DiskFull, InvalidInput, NotFound, NotPossibleNow
from counterfoil.mirror import database as mirror_database
from counterfoil.mirror import hold, upgrade
from counterfoil.project import ownership


class EmbeddedDatabase:
    """Implements `DatabaseStore` for SQLite."""

    kind = "sqlite"
    entry = "counterfoil.sqlite3"
    compress = True

    def __init__(self) -> None:
        self._path = Path(str(connection.settings_dict["NAME"]))

    def describe(self) -> str:
        return str(self._path)

    def dump(self, target: Path) -> DatabaseContents:
        if not self._path.exists():
            raise NotFound(
                f"There is no database at {self._path}, so no backup was made.",
                ANOTHER_DATABASE,
            )
        target.touch(mode=0o600, exist_ok=False)
        try:
            with _opened(self._path) as ours, closing(sqlite3.connect(target)) as theirs:
                ours.backup(theirs)
        except sqlite3.Error as error:
            raise _copy_failed(error, target.parent) from error
        return self.read(target)

    def read(self, path: Path) -> DatabaseContents:
        try:
            with _opened(path) as database:
                problems = [row[0] for row in database.execute("PRAGMA integrity_check(1)")]
                if problems != ["ok"]:
                    raise InvalidInput(f"The database is damaged: {problems[0]}.", "Use an older backup.")
                return _contents(database)
        except sqlite3.DatabaseError as error:
            raise InvalidInput(f"The database in {path.name} cannot be read ({error}).", "") from error

    def present(self) -> DatabaseContents:
        if not self._path.exists():
            return DatabaseContents((), {})
        try:
            with _opened(self._path) as database:
                return _contents(database)
        except sqlite3.DatabaseError:  # damaged: there is something to keep aside
            return DatabaseContents((), {})

    def restore(self, copy: Path, held_at: datetime, backup_at: datetime) -> str:
        self._hold(copy, held_at, backup_at)
        if not self._path.exists():
            ownership.adopt(copy, self._path.parent)
            copy.replace(self._path)
            return ""
        self._close_log()
        ownership.adopt(copy, self._path)
        aside = _free_name(self._path, held_at)
        os.link(self._path, aside)  # a database stands in its place at any time
        copy.replace(self._path)
        with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(aside)) as former:
            former.execute("PRAGMA journal_mode = WAL")  # as it was, for whoever puts it back
        return str(aside)

    def _hold(self, copy: Path, held_at: datetime, backup_at: datetime) -> None:
        """Bring a copy up to date and hold it, before it stands where processes find it."""
        connection.close()
        connection.settings_dict["NAME"] = str(copy)
        try:
            upgrade.migrate(copy_first=False)
            hold.hold(held_at, backup_at)
            mirror_database.close()
        finally:
            connection.close()
            connection.settings_dict["NAME"] = str(self._path)

    def _close_log(self) -> None:
        """Merge the write-ahead log for good. Only a process that has the database for itself can do that."""
        try:
            with closing(sqlite3.connect(self._path, timeout=0)) as database:
                (mode,) = database.execute("PRAGMA journal_mode = DELETE").fetchone()
        except sqlite3.OperationalError as error:
            raise self._in_use() from error
        except sqlite3.DatabaseError:  # damaged, which is why it is replaced
            return
        if mode != "delete":
            raise self._in_use()

    def _in_use(self) -> NotPossibleNow:
        return NotPossibleNow(
            f"Another process uses {self._path}. Nothing was restored.",
            "Stop `serve`, workers and scheduled commands, and try again.",
        )


def _copy_failed(error: sqlite3.Error, folder: Path) -> Exception:
    if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":
        return DiskFull(
            f"There is no space left in {folder}. No backup was made.", "Free some, or choose another folder."
        )
    return mirror_database.translate_error(cast("Any", error)) or error


def _contents(database: sqlite3.Connection) -> DatabaseContents:
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    tables = sorted(row[0] for row in database.execute(names) if not row[0].startswith("sqlite_"))
    rows = {
        name: int(database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608  its own names
        for name in tables
    }
    migrations: list[str] = []
    if "django_migrations" in rows:
        found = database.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        migrations = [f"{app}.{name}" for app, name in found]
    digest = ""
    if rows.get(INSTALLATION):
        (digest,) = database.execute(f"SELECT key_digest FROM {INSTALLATION}").fetchone()  # noqa: S608
    return DatabaseContents(tuple(migrations), rows, digest)


def _free_name(path: Path, moment: datetime) -> Path:
    return archive.free_path(path.with_name(f"{path.stem}.replaced-{moment:%Y%m%d-%H%M%S}{path.suffix}"))


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open an existing file; none is made where there is none."""
    address = f"file:{pathname2url(str(path))}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, timeout=30, isolation_level=None)) as database:
        yield database
