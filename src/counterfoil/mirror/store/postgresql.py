"""PostgreSQL."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

import orjson
from django.db import DatabaseError, DataError, InterfaceError, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F, Q
from django.db.models.expressions import OrderBy

from counterfoil import messages
from counterfoil.mirror.row import PERSON_MARK, RowFormat
from counterfoil.mirror.sql import TABLES
from counterfoil.mirror.store.adoption import PostgresAdoption
from counterfoil.mirror.store.dialect import Dialect
from counterfoil.mirror.store.health_check import PostgresHealth
from counterfoil.mirror.store.person_contacts import PersonContacts
from counterfoil.mirror.store.postgresql_search_index import PostgresSearchIndex
from counterfoil.mirror.store.problem import DatabaseProblem
from counterfoil.mirror.store.upgrade_steps import PostgresUpgrade
from counterfoil.mirror.store.vocabulary_store import PostgresVocabulary

_TICKET = TABLES["ticket"]
_REFUSED_CLASSES = ("22", "54")
"""SQLSTATEs of data exceptions and exceeded limits."""
_REFUSED_STATES = ("23502", "23514")
"""A missing value, and a violated check."""
_FAULTS = {
    "53100": DatabaseProblem.FULL,
    "XX001": DatabaseProblem.DAMAGED,
    "XX002": DatabaseProblem.DAMAGED,
    "55P03": DatabaseProblem.LOCKED,
    "40P01": DatabaseProblem.LOCKED,
    "40001": DatabaseProblem.LOCKED,
    "57014": DatabaseProblem.LOCKED,
    "25006": DatabaseProblem.READ_ONLY,
    "42501": DatabaseProblem.FORBIDDEN,
    "42P01": DatabaseProblem.OUTDATED,
    "42703": DatabaseProblem.OUTDATED,
    "58030": DatabaseProblem.UNREADABLE,
}
"""By SQLSTATE."""


class PostgresDialect(Dialect):
    name = "postgresql"
    title = messages.mirror.POSTGRESQL
    embedded = False
    row_format = RowFormat.COPY_LINE
    payload_type = "json"
    next_ticket = f"SELECT nextval('{_TICKET}')"
    latest_ticket = f"SELECT last_value FROM {_TICKET}"  # noqa: S608
    search_index = PostgresSearchIndex()
    vocabulary = PostgresVocabulary()
    adoption = PostgresAdoption()
    upgrade = PostgresUpgrade()
    health = PostgresHealth()

    def describe(self) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            return f"PostgreSQL {cursor.fetchone()[0].split()[0]}, {connection.settings_dict['NAME']}"

    def refuses_value(self, error: BaseException) -> bool:
        """Judge by the SQLSTATE: psycopg calls a text too long for an index an operational error."""
        if isinstance(error, UnicodeEncodeError):
            return True
        state = getattr(error.__cause__ or error, "sqlstate", None)
        if state is None:  # psycopg itself refuses a NUL, and what it cannot adapt
            return isinstance(error, DataError)
        return state[:2] in _REFUSED_CLASSES or state in _REFUSED_STATES

    def problem(self, error: BaseException) -> DatabaseProblem | None:
        if not isinstance(error, DatabaseError | InterfaceError):
            return None
        state = getattr(error.__cause__ or error, "sqlstate", None)
        if found := _FAULTS.get(state or ""):
            return found
        if "no space left" in str(error).lower() or "is full" in str(error):
            return DatabaseProblem.FULL
        is_away = isinstance(error, OperationalError | InterfaceError) and not self.refuses_value(error)
        return DatabaseProblem.UNREACHABLE if is_away else None

    def wait_for_disk(self, cursor: CursorWrapper) -> None:
        """Do nothing: every commit waits, unless its transaction says otherwise."""

    def execute_bound(self, cursor: CursorWrapper, name: str, values: dict[str, Any]) -> None:
        """Send the values apart: Django writes them into the statement, where a body takes twice its bytes."""
        with connection.wrap_database_errors:
            django: Any = connection
            django.Database.Cursor(django.connection).execute(self.statement(name), values)

    def expect_large_query(self, cursor: CursorWrapper) -> None:
        """Switch off compiling, which takes longer than it saves."""
        cursor.execute("SET LOCAL jit = off")

    def temporary_tables(self) -> AbstractContextManager[None]:
        """Open the transaction that a temporary table lives in; sums are exact anyway."""
        return transaction.atomic()

    def exact_parameter(self, amount: Decimal | None) -> Decimal | None:
        return amount

    def starts_with(self, column: str, text: str) -> Q:
        return Q(**{f"{column}__startswith": text})

    def descending_by_prefix(self, column: str) -> OrderBy:
        return _DescendingByPrefix(F(column))

    def write_person_contacts(self, rows: Sequence[PersonContacts]) -> None:
        customers = [
            {
                "id": row.customer,
                "phone": row.phone,
                "email": row.email,
                "words": [f"{PERSON_MARK}{word}" for word in row.words],
            }
            for row in rows
        ]
        with connection.cursor() as cursor:
            cursor.execute(self.statement("person_contacts"), {"customers": orjson.dumps(customers).decode()})

    def optimize_migrated(self, *, compact: bool) -> None:
        """Do nothing: the server looks after itself."""

    def verify_file(self) -> None:
        """Do nothing: the server looks after its files."""

    def verify_open_files(self) -> None:
        """Do nothing: the server looks after its files."""

    def merge_log(self) -> None:
        """Do nothing: the server looks after itself."""


class _DescendingByPrefix(OrderBy):
    """From the end of a prefix index (`text_pattern_ops`), whose order differs from that of the column.

    Django looks for a direction by its word.
    """

    template = "%(expression)s USING ~>~ /* DESC */"
