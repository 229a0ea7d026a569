"""What `doctor` asks a database about itself, once per database."""

from abc import ABC, abstractmethod
from pathlib import Path

from django.db import connection

from counterfoil import messages
from counterfoil.errors import DatabaseBusy, DatabaseDamaged
from counterfoil.mirror.sql import TABLES
from counterfoil.mirror.store.time_limit import time_limit

WRITER_SECONDS = 5.0
"""How long another writer is waited for."""
SMALL_BYTES = 512 * 1024 * 1024
"""Up to this size the indexes of an embedded database are compared with their tables, too."""


class HealthCheck(ABC):
    @abstractmethod
    def require_writable(self) -> None:
        """Raise a database error or one of ours where nothing can be written."""

    @abstractmethod
    def verify_integrity(self) -> str:
        """Read all of an embedded database. Returns what was checked; raises DatabaseDamaged."""


class PostgresHealth(HealthCheck):
    def require_writable(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'")
            is_standby, is_read_only = cursor.fetchone()
        if is_standby or is_read_only:
            reason = "it is a standby" if is_standby else "default_transaction_read_only is on"
            raise DatabaseBusy(
                messages.mirror.POSTGRESQL_READ_ONLY(reason=reason), messages.mirror.USE_WRITABLE_SERVER()
            )

    def verify_integrity(self) -> str:
        """Check nothing: the server looks after its files."""
        return ""


class SqliteHealth(HealthCheck):
    def require_writable(self) -> None:
        with time_limit(WRITER_SECONDS), connection.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("ROLLBACK")

    def verify_integrity(self) -> str:
        size = Path(str(connection.settings_dict["NAME"])).stat().st_size
        check = "integrity_check" if size <= SMALL_BYTES else "quick_check"
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA {check}(3)")
            found = [str(line) for (line,) in cursor.fetchall()]
        if found != ["ok"]:
            reason = "; ".join(" ".join(line.split()) for line in found)[:300]
            raise DatabaseDamaged(
                messages.mirror.DATABASE_INCONSISTENT(reason=reason), messages.mirror.RESTORE_DATA()
            )
        if size <= SMALL_BYTES:
            self._verify_search()
        return f"{size / 1024 / 1024:,.1f} MB, every page read" + (
            ", indexes compared" if size <= SMALL_BYTES else ""
        )

    def _verify_search(self) -> None:
        """Have the search index check itself; SQLite before 3.44 does not by `integrity_check`."""
        table = TABLES["customer_search"]
        if table in connection.introspection.table_names():
            with connection.cursor() as cursor:
                cursor.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")  # noqa: S608  fixed
