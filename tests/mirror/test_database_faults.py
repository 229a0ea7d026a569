"""What is wrong with the database is told by its own codes, and no sentence is about the other database."""

import sqlite3
from collections.abc import Sequence

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, ProgrammingError
from django.db import connection as database

from counterfoil.errors import (
    CounterfoilError,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseOutdated,
    DiskFull,
    NotAllowed,
)
from counterfoil.mirror.database import is_outage, translate_error
from counterfoil.mirror.store.postgresql import PostgresDialect

pytestmark = pytest.mark.django_db
ON_SQLITE = pytest.mark.skipif(database.vendor != "sqlite", reason="its own codes")
ON_POSTGRESQL = pytest.mark.skipif(database.vendor != "postgresql", reason="its own codes")

SQLITE: Sequence[tuple[str, str, type[CounterfoilError], str]] = [
    ("SQLITE_FULL", "database or disk is full", DiskFull, "no space left"),
    ("SQLITE_CORRUPT_INDEX", "malformed", DatabaseDamaged, "is damaged"),
    ("SQLITE_NOTADB", "file is not a database", DatabaseDamaged, "is damaged"),
    ("SQLITE_BUSY_SNAPSHOT", "database is locked", DatabaseBusy, "is locked by another process"),
    ("SQLITE_READONLY_DBMOVED", "attempt to write a readonly database", DatabaseBusy, "no write access"),
    ("SQLITE_CANTOPEN", "unable to open database file", DatabaseBusy, "no write access"),
    ("SQLITE_IOERR_READ", "disk I/O error", DatabaseBusy, "The disk of the embedded database fails"),
    ("SQLITE_ERROR", "no such column: paid_on", DatabaseOutdated, "not up to date (no such column: paid_on)"),
    ("SQLITE_ERROR", "no such table: counterfoil_run", DatabaseOutdated, "not up to date"),
    ("SQLITE_ERROR", "table counterfoil_run has no column named x", DatabaseOutdated, "not up to date"),
]
POSTGRESQL: Sequence[tuple[type[psycopg.Error], type[CounterfoilError], str]] = [
    (psycopg.errors.DiskFull, DiskFull, "no space left for PostgreSQL"),
    (psycopg.errors.DataCorrupted, DatabaseDamaged, "PostgreSQL reports that its files are damaged"),
    (psycopg.errors.LockNotAvailable, DatabaseBusy, "PostgreSQL ended a wait"),
    (psycopg.errors.DeadlockDetected, DatabaseBusy, "PostgreSQL ended a wait"),
    (psycopg.errors.ReadOnlySqlTransaction, DatabaseBusy, "only allows reading, as a standby does"),
    (psycopg.errors.InsufficientPrivilege, NotAllowed, "refuses its user a right"),
    (psycopg.errors.UndefinedColumn, DatabaseOutdated, "not up to date"),
    (psycopg.errors.UndefinedTable, DatabaseOutdated, "not up to date"),
    (psycopg.errors.AdminShutdown, DatabaseBusy, "The connection to PostgreSQL failed"),
    (psycopg.OperationalError, DatabaseBusy, "The connection to PostgreSQL failed"),
]


def wrapped(cause: Exception) -> DatabaseError:
    """Raise as Django does, from the driver's error."""
    error = OperationalError(str(cause)) if isinstance(cause, OperationalErrors) else ProgrammingError(str(cause))
    error.__cause__ = cause
    return error


OperationalErrors = (sqlite3.OperationalError, psycopg.OperationalError)


@ON_SQLITE
@pytest.mark.parametrize(("name", "text", "kind", "words"), SQLITE)
def test_errors_of_the_embedded_database_say_what_is_wrong_with_it(
    name: str, text: str, kind: type[CounterfoilError], words: str
) -> None:
    cause = sqlite3.OperationalError(text)
    cause.sqlite_errorname = name
    check(cause, kind, words, never=("PostgreSQL", "DATABASE_URL"))


@ON_POSTGRESQL
@pytest.mark.parametrize(("cause", "kind", "words"), POSTGRESQL)
def test_errors_of_postgresql_say_what_is_wrong_with_it(
    cause: type[psycopg.Error], kind: type[CounterfoilError], words: str
) -> None:
    check(cause("the reason"), kind, words, never=("embedded", "data folder"))


def check(cause: Exception, kind: type[CounterfoilError], words: str, never: Sequence[str]) -> None:
    error = wrapped(cause)
    translated = translate_error(error)
    assert type(translated) is kind
    assert words in translated.message
    assert not [word for word in never if word in translated.text]
    assert is_outage(error)


def test_a_missing_column_is_never_a_reason_to_try_again_later() -> None:
    with pytest.raises(DatabaseError) as caught, database.cursor() as cursor:
        cursor.execute("SELECT nowhere FROM counterfoil_run")
    translated = translate_error(caught.value)
    assert isinstance(translated, DatabaseOutdated)
    assert "This database is not up to date" in translated.message
    assert "again" not in translated.text


def test_a_mistake_in_a_statement_is_not_the_databases_fault() -> None:
    with pytest.raises(DatabaseError) as caught, database.cursor() as cursor:
        cursor.execute("SELEC")
    assert translate_error(caught.value) is None


def test_the_words_of_an_unknown_error_do_not_decide() -> None:
    assert PostgresDialect().problem(ValueError("disk is full")) is None
