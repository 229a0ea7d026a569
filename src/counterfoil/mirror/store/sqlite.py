"""SQLite, the embedded database."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from decimal import Decimal
from pathlib import Path

from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Q

from counterfoil import messages
from counterfoil.mirror.row import RowFormat
from counterfoil.mirror.sql import TABLES
from counterfoil.mirror.store.adoption import SqliteAdoption
from counterfoil.mirror.store.backends.sqlite.open_file import open_files
from counterfoil.mirror.store.dialect import Dialect
from counterfoil.mirror.store.health_check import SqliteHealth
from counterfoil.mirror.store.person_contacts import PersonContacts
from counterfoil.mirror.store.problem import DatabaseProblem
from counterfoil.mirror.store.sqlite_search_index import SqliteSearchIndex
from counterfoil.mirror.store.upgrade_steps import SqliteUpgrade
from counterfoil.mirror.store.vocabulary_store import SqliteVocabulary

_TICKET = TABLES["ticket"]
_LAST = "\U0010ffff"
_REFUSED = frozenset(
    {"SQLITE_CONSTRAINT_CHECK", "SQLITE_CONSTRAINT_NOTNULL", "SQLITE_CONSTRAINT_DATATYPE", "SQLITE_TOOBIG"}
)
_FAULTS = {
    "FULL": DatabaseProblem.FULL,
    "CORRUPT": DatabaseProblem.DAMAGED,
    "NOTADB": DatabaseProblem.DAMAGED,
    "BUSY": DatabaseProblem.LOCKED,
    "LOCKED": DatabaseProblem.LOCKED,
    "PROTOCOL": DatabaseProblem.LOCKED,
    "READONLY": DatabaseProblem.READ_ONLY,
    "CANTOPEN": DatabaseProblem.READ_ONLY,
    "PERM": DatabaseProblem.READ_ONLY,
    "IOERR": DatabaseProblem.UNREADABLE,
}
"""By the first word of SQLite's name of an error."""
_WORDS = (
    ("no such table", DatabaseProblem.OUTDATED),
    ("no such column", DatabaseProblem.OUTDATED),
    ("has no column named", DatabaseProblem.OUTDATED),
    ("is full", DatabaseProblem.FULL),
    ("locked", DatabaseProblem.LOCKED),
)
"""Where SQLite has the same name for many errors, or none."""


class SqliteDialect(Dialect):
    name = "sqlite"
    title = messages.mirror.EMBEDDED_DATABASE
    embedded = True
    row_format = RowFormat.CELLS
    payload_type = "text"
    next_ticket = f"UPDATE {_TICKET} SET last = last + 1 RETURNING last"  # noqa: S608  a fixed name
    latest_ticket = f"SELECT last FROM {_TICKET}"  # noqa: S608
    search_index = SqliteSearchIndex()
    vocabulary = SqliteVocabulary()
    adoption = SqliteAdoption()
    upgrade = SqliteUpgrade()
    health = SqliteHealth()

    def describe(self) -> str:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode")
            return f"embedded SQLite ({cursor.fetchone()[0].upper()}), {connection.settings_dict['NAME']}"

    def refuses_value(self, error: BaseException) -> bool:
        """Judge by SQLite's own name of the error; Python itself refuses what it cannot hand over."""
        if isinstance(error, UnicodeEncodeError | OverflowError):
            return True
        return getattr(error.__cause__ or error, "sqlite_errorname", "") in _REFUSED

    def problem(self, error: BaseException) -> DatabaseProblem | None:
        if not isinstance(error, DatabaseError):
            return None
        _, _, name = getattr(error.__cause__ or error, "sqlite_errorname", "").partition("_")
        if found := _FAULTS.get(name.partition("_")[0]):
            return found
        text = str(error).lower()
        return next((fault for words, fault in _WORDS if words in text), None)

    def wait_for_disk(self, cursor: CursorWrapper) -> None:
        cursor.execute("PRAGMA synchronous = FULL")

    def expect_large_query(self, cursor: CursorWrapper) -> None:
        """Do nothing: SQLite compiles no queries."""

    @contextmanager
    def temporary_tables(self) -> Iterator[None]:
        """Add the aggregate `exact_sum`."""
        connection.ensure_connection()
        connection.connection.create_aggregate("exact_sum", 1, _ExactSum)
        yield

    def exact_parameter(self, amount: Decimal | None) -> str | None:
        """Convert to text: SQLite stores numbers as floats."""
        return None if amount is None else str(amount)

    def starts_with(self, column: str, text: str) -> Q:
        return Q(**{f"{column}__gte": text, f"{column}__lt": text + _LAST})

    def descending_by_prefix(self, column: str) -> str:
        return f"-{column}"

    def write_person_contacts(self, rows: Sequence[PersonContacts]) -> None:
        words = [(" ".join(row.words), row.customer) for row in rows]
        with connection.cursor() as cursor:
            cursor.executemany(
                self.statement("person_contacts"),
                [(row.phone, row.email, row.customer, row.phone, row.email) for row in rows],
            )
            cursor.executemany(self.statement("person_words"), [(text, key, text) for text, key in words])

    def optimize_migrated(self, *, compact: bool) -> None:
        """Collect statistics: without them the planner guesses wildly about an index."""
        with connection.cursor() as cursor:
            if compact:
                cursor.execute("VACUUM")
            cursor.execute("ANALYZE")

    def verify_file(self) -> None:
        """Do nothing under another backend than ours, as a project around this app may have."""
        verify = getattr(connection, "verify_file", None)
        if verify is not None:
            verify()

    def verify_open_files(self) -> None:
        for file in open_files():
            file.verify_identity()

    def merge_log(self) -> None:
        """Merge the log, unless another process has the database open.

        Connections of threads that have ended keep the log beside the file: a copy of the file alone would be
        an old state.
        """
        name = str(connection.settings_dict["NAME"])
        log = Path(f"{name}-wal")
        with suppress(OSError, sqlite3.Error):
            if log.stat().st_size:
                with closing(sqlite3.connect(name, timeout=0)) as opened:
                    opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class _ExactSum:
    """An exact sum(): a float that SQLite stores is read as the shortest decimal that it stands for."""

    def __init__(self) -> None:
        self._sum = Decimal(0)

    def step(self, value: float | str | None) -> None:
        if value is not None:
            self._sum += Decimal(repr(value) if isinstance(value, float) else value)

    def finalize(self) -> str:
        """Return the sum as text, which is exact."""
        return f"{self._sum:f}"
