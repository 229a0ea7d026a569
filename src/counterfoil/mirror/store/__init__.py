"""What differs between the databases. No module outside this package asks which one is in use."""

from django.db import connection as database
from django.db.backends.base.base import BaseDatabaseWrapper

from counterfoil.mirror.store.dialect import Dialect
from counterfoil.mirror.store.postgresql import PostgresDialect
from counterfoil.mirror.store.sqlite import SqliteDialect

_POSTGRESQL, _SQLITE = PostgresDialect(), SqliteDialect()


def current_dialect() -> Dialect:
    """Return the dialect of the database in use."""
    return dialect_of(database)


def dialect_of(connection: BaseDatabaseWrapper) -> Dialect:
    """Return the dialect of a Django database connection."""
    return _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE
