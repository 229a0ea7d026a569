"""The backend that Django loads."""

import sqlite3
import time
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

from counterfoil.mirror.store.backends.sqlite.open_file import OpenFile, open_files
from counterfoil.mirror.store.time_limit import LEAST_SECONDS, remaining_seconds

VERIFY_SECONDS = 0.1
"""For so long a connection that only reads trusts its file."""
TOLERANCE_SECONDS = 0.1


class DatabaseWrapper(base.DatabaseWrapper):
    """Compares the file after every commit, and now and then before a statement. Raises DatabaseReplaced.

    Where the thread has a time limit, a statement waits no longer for another writer than what is left of it.
    """

    _file: OpenFile | None = None
    _verified_at = 0.0
    _busy_seconds = 0.0

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        name = str(conn_params["database"])
        for other in open_files(name):
            other.verify_identity()  # before a second log is begun beside the one that is gone
        limit = remaining_seconds()
        if limit is not None:
            conn_params = {**conn_params, "timeout": limit}
        raw: sqlite3.Connection = super().get_new_connection(conn_params)
        self._busy_seconds = float(conn_params.get("timeout", 5.0))
        self._file = OpenFile(name, raw) if Path(name).exists() else None  # else it is in memory
        return raw

    def create_cursor(self, name: str | None = None) -> Any:
        if time.monotonic() - self._verified_at > VERIFY_SECONDS:
            self.verify_file()
        self._limit_wait(remaining_seconds())
        return super().create_cursor(name)

    def verify_file(self) -> None:
        """Raise DatabaseReplaced where what this connection has written is not in the database any more."""
        if self._file is not None and self.connection is not None:
            self._file.verify()
            self._verified_at = time.monotonic()

    def _limit_wait(self, limit: float | None) -> None:
        """Set what a statement waits for, where that differs enough: each time would cost as much as a query."""
        seconds = self.settings_dict["OPTIONS"].get("timeout", 5.0) if limit is None else limit
        if abs(seconds - self._busy_seconds) > TOLERANCE_SECONDS or seconds <= LEAST_SECONDS < self._busy_seconds:
            self.connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
            self._busy_seconds = seconds

    def commit(self) -> None:
        super().commit()
        self.verify_file()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        super()._close()  # type: ignore[misc]  # Django's types leave it out
