"""Faster flushes: after a test emptied the database, the rows from `migrate` are copied back, not made anew."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection

FILLED = (ContentType, Permission, Group, Group.permissions.through)
"""The tables that migrations leave filled, those first that others refer to."""


def copy_tables() -> list[str]:
    """Copy these tables of a new database. Returns their names."""
    tables = [model._meta.db_table for model in FILLED]
    for table in tables:
        _execute(
            f"DROP TABLE IF EXISTS migrated_{table}", f"CREATE TABLE migrated_{table} AS SELECT * FROM {table}"
        )
    return tables


@contextmanager
def copying_back(tables: Sequence[str]) -> Iterator[None]:
    """Make Django's `flush` fill these tables from their copies, instead of sending its signals."""

    def copy_back(*_: Any, **__: Any) -> None:
        _execute(*(f"INSERT INTO {table} SELECT * FROM migrated_{table}" for table in tables))

    with patch("django.core.management.commands.flush.emit_post_migrate_signal", copy_back):
        yield


def _execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
