"""The statements by which an older install is adopted (see `mirror.adoption`), once per database."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from django.db import connection
from django.db.backends.utils import CursorWrapper

from counterfoil.mirror.sql import TABLES

_TICKET, _SEARCH = TABLES["ticket"], TABLES["customer_search"]


class AdoptionStatements(ABC):
    @abstractmethod
    def copy_key_counter(self, cursor: CursorWrapper, former: str, table: str) -> None:
        """Make a table's keys continue after those of the former table, deleted rows included."""

    @abstractmethod
    def copy_search_and_tickets(self, cursor: CursorWrapper) -> None:
        """Copy the search index, where it is a table of its own, and the ticket counter."""

    @abstractmethod
    def drop_former(self, cursor: CursorWrapper, tables: Sequence[str]) -> None:
        """Drop the former tables, search index and ticket counter."""


class PostgresAdoption(AdoptionStatements):
    def copy_key_counter(self, cursor: CursorWrapper, former: str, table: str) -> None:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [connection.ops.quote_name(former)])
        (sequence,) = cursor.fetchone()
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence(%s, 'id'), last_value, is_called) FROM {sequence}",  # noqa: S608
            [table],
        )

    def copy_search_and_tickets(self, cursor: CursorWrapper) -> None:
        cursor.execute(f"SELECT setval('{_TICKET}', last_value, is_called) FROM ticket")  # noqa: S608  a fixed name

    def drop_former(self, cursor: CursorWrapper, tables: Sequence[str]) -> None:
        cursor.execute("DROP SEQUENCE ticket")
        for name in tables:
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(name)} CASCADE")


class SqliteAdoption(AdoptionStatements):
    def copy_key_counter(self, cursor: CursorWrapper, former: str, table: str) -> None:
        cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
        cursor.execute(
            "INSERT INTO sqlite_sequence (name, seq) SELECT %s, seq FROM sqlite_sequence WHERE name = %s",
            [table, former],
        )

    def copy_search_and_tickets(self, cursor: CursorWrapper) -> None:
        cursor.execute(f"UPDATE {_TICKET} SET last = (SELECT last FROM ticket)")  # noqa: S608  fixed names
        words = "rowid, name_words, other_words"
        cursor.execute(f"INSERT INTO {_SEARCH} ({words}) SELECT {words} FROM customer_search")  # noqa: S608

    def drop_former(self, cursor: CursorWrapper, tables: Sequence[str]) -> None:
        for name in (*tables, "customer_search", "ticket"):
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(name)}")
