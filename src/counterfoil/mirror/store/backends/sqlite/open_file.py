"""The file of the embedded database, its log and its index, as they were when a connection opened them.

Once one of them is replaced, moved or deleted, SQLite goes on writing to what nobody will ever read again, and
says so to no one. Comparing device and inode takes microseconds.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from weakref import WeakSet

from counterfoil import messages
from counterfoil.errors import DatabaseReplaced

_open_files: "WeakSet[OpenFile]" = WeakSet()
"""Of all connections of this process that have not been closed."""


class OpenFile:
    """What one connection has open. `raw` is the connection, just opened."""

    def __init__(self, name: str, raw: sqlite3.Connection) -> None:
        self._raw: sqlite3.Connection | None = raw
        self.name = name
        beside = os.path.realpath(name)  # where SQLite puts the log of a database that is a link
        self._log, self._index = f"{beside}-wal", f"{beside}-shm"
        self._identities = {path: _identity(path) for path in (name, self._log, self._index)}
        self._size = 0
        self._lost: DatabaseReplaced | None = None
        _open_files.add(self)

    def close(self) -> None:
        """Forget the connection, which is about to be closed.

        Closing the last one, SQLite merges the log into the database, which it must not where that does harm.
        """
        raw, self._raw = self._raw, None
        _open_files.discard(self)
        if raw is not None and self._lost is not None and not self._is_only_log():
            with suppress(sqlite3.Error):
                raw.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)

    def verify(self) -> None:
        """Raise DatabaseReplaced where file or log is not the one that was opened, or the database shrank."""
        try:
            found = os.stat(self.name)  # noqa: PTH116  a Path costs as much again
        except OSError:
            return self.verify_identity()
        if (found.st_dev, found.st_ino) != self._identities[self.name] or not self._has(self._log):
            self.verify_identity()
        if found.st_size < self._size and not self._has_all_pages(found.st_size):
            self._lost = DatabaseReplaced(
                messages.mirror.DATABASE_SHORTENED(path=self.name), messages.mirror.START_AGAIN()
            )
        if self._lost is not None:
            raise self._lost
        self._size = found.st_size
        return None

    def verify_identity(self) -> None:
        """Compare all three files. Any thread may do this, also while the connection is at work."""
        for path, opened in list(self._identities.items()):
            if opened is None:  # there is a log only once it has been switched on
                self._identities[path] = _identity(path)
            elif not self._has(path) and self._raw is not None:  # else it was closed meanwhile
                if self._lost is None and path != self.name:
                    self._save_log()
                self._lost = DatabaseReplaced(
                    messages.mirror.DATABASE_REPLACED(path=path), messages.mirror.START_AGAIN()
                )
                break
        if self._lost is not None:
            raise self._lost

    def _save_log(self) -> None:
        """Merge what a deleted log holds into the database, which would miss it for good."""
        if self._raw is not None and self._is_only_log():
            with suppress(sqlite3.Error):  # as inside a transaction; then closing the connection may do it
                self._raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _is_only_log(self) -> bool:
        """Tell whether no other process has begun a log of its own since: the two would be mixed."""
        return self._has(self.name) and not any(
            _identity(path) for path in (self._log, self._index) if not self._has(path)
        )

    def _has(self, path: str) -> bool:
        return _identity(path) == self._identities[path]

    def _has_all_pages(self, size: int) -> bool:
        """Tell whether the file holds all pages of the database, as it does after a VACUUM."""
        if self._raw is None:
            return True
        ((count,),) = self._raw.execute("PRAGMA page_count").fetchall()
        ((page_size,),) = self._raw.execute("PRAGMA page_size").fetchall()
        return bool(count * page_size <= size)


def open_files(name: str | None = None) -> Iterator[OpenFile]:
    """Yield what this process has open; with `name` only that of one database."""
    for one in list(_open_files):
        if name in {None, one.name}:
            yield one


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return found.st_dev, found.st_ino
