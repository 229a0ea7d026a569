"""The statements around an upgrade of the tables (see `mirror.upgrade`), once per database."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from django.db import OperationalError, connection, transaction

from counterfoil.mirror.store.sqlite_copy import copy_file, delete_old_copies

ADVISORY_LOCK = 0x636F756E74657266
"""PostgreSQL's number of the lock; any will do that nobody else uses."""
LOOK_SECONDS = 0.05


class UpgradeSteps(ABC):
    @abstractmethod
    def begin(self) -> None:
        """Set what no transaction can change, before the tables are."""

    @abstractmethod
    def lock(self) -> AbstractContextManager[None]:
        """Open a transaction in which only one process at a time may change tables."""

    @abstractmethod
    def finish_migration(self) -> None:
        """Let the next migration of the same transaction change the tables that the one before filled."""

    @abstractmethod
    def copy(self, version: str) -> Path | None:
        """Copy an embedded database beside itself; None where there is no file."""

    @abstractmethod
    def delete_old_copies(self) -> None:
        """Keep only the newest of these copies."""


class PostgresUpgrade(UpgradeSteps):
    def begin(self) -> None:
        """Do nothing: a transaction can change everything."""

    @contextmanager
    def lock(self) -> Iterator[None]:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # while Python fills a column
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
            yield

    def finish_migration(self) -> None:
        connection.check_constraints()

    def copy(self, version: str) -> None:
        """Do nothing: the transaction as a whole is undone, and backups are made by the server's own tools."""

    def delete_old_copies(self) -> None:
        """Do nothing: there are none."""


class SqliteUpgrade(UpgradeSteps):
    def begin(self) -> None:
        """Switch on the write-ahead log. SQLite itself does not wait where others have the file open."""
        until = time.monotonic() + float(connection.settings_dict["OPTIONS"].get("timeout", 5.0))
        while True:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("PRAGMA journal_mode = WAL")
            except OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(LOOK_SECONDS)
            else:
                return

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Begin as a writer, without foreign keys, since SQLite changes a table by copying it."""
        with connection.constraint_checks_disabled(), transaction.atomic():
            yield

    def finish_migration(self) -> None:
        """Do nothing: Django checks the constraints after each migration."""

    def copy(self, version: str) -> Path:
        return copy_file(Path(str(connection.settings_dict["NAME"])), version)

    def delete_old_copies(self) -> None:
        delete_old_copies(Path(str(connection.settings_dict["NAME"])))
