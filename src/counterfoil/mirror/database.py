"""Our own database: made ready on first use, its errors in plain words."""

from pathlib import Path
from typing import NamedTuple

from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections
from django.db import Error as DatabaseFault
from django.db.migrations.executor import MigrationExecutor

from counterfoil.errors import (
    CounterfoilError,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseOutdated,
    DiskFull,
)
from counterfoil.mirror import adoption
from counterfoil.mirror.store import current_dialect


class Migrated(NamedTuple):
    """What was done: how many migrations were applied, and where the copy of an adopted embedded file is."""

    migrations: int = 0
    copy: Path | None = None


def prepare() -> Migrated:
    """Make the tables where there are none, and bring an embedded database up to date.

    Raises DatabaseOutdated for a PostgreSQL that misses migrations: several machines may share it, so a person
    chooses the moment.
    """
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if not plan:
            return Migrated()
        if not current_dialect().embedded and executor.loader.applied_migrations:
            raise DatabaseOutdated(
                f"The database misses {len(plan)} migrations of this version.",
                "Run `counterfoil migrate` when no other version is at work on it.",
            )
        return migrate()
    except DatabaseError as error:
        raise translate_error(error) or error from error


def migrate() -> Migrated:
    """Bring the tables up to date, those of an install of before too (see `adoption`)."""
    from django.core.management import call_command

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    old = adoption.is_needed()
    copy = adoption.adopt() if old else None
    call_command("migrate", verbosity=0, interactive=False)
    if plan:
        current_dialect().optimize_migrated(compact=old)
    return Migrated(len(plan), copy)


def close() -> None:
    """Close this thread's connections, and leave everything written in the embedded database's one file.

    Where another process has it open, its write-ahead log stays beside it.
    """
    connections.close_all()
    current_dialect().merge_log()


def translate_error(error: DatabaseFault) -> CounterfoilError | None:
    """A database error that people can do something about, in words; None for one that is our own fault."""
    text = str(error).lower()
    where = current_dialect().title
    if "disk is full" in text or "no space left" in text:
        return DiskFull(
            f"There is no space left for {where}.",
            "Make room; what was written before stays, then sync again.",
        )
    if "malformed" in text or "not a database" in text:
        return DatabaseDamaged(
            "The embedded database is damaged.",
            "Restore the data folder from your backup, or put the file aside and sync again.",
        )
    if "locked" in text:
        return DatabaseBusy(
            "The embedded database is locked by another process.",
            "Wait for it to finish, then try again; nothing was lost.",
        )
    if "readonly" in text or "read-only" in text or "unable to open" in text:
        return DatabaseBusy(
            f"{where[0].upper()}{where[1:]} cannot be opened for writing.",
            "Check the permissions of the data folder, then try again.",
        )
    if isinstance(error, OperationalError | InterfaceError):
        reason = _first_line(error)
        return DatabaseBusy(
            f"{where[0].upper()}{where[1:]} cannot be reached or broke off ({reason}).",
            "Check DATABASE_URL and that the server runs, then try again; what was written stays.",
        )
    return None


def _first_line(error: DatabaseFault) -> str:
    """The driver's first line; it names host, port and user, never a password."""
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
