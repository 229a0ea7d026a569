"""Tickets: ever-growing numbers from our own database, drawn before a request is sent (DESIGN part 4b)."""

from django.db import connection

from counterfoil.mirror.sql import TABLES

_TICKET = TABLES["ticket"]


def draw() -> int:
    """The next ticket. Never handed out twice, by any process."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SELECT nextval('{_TICKET}')")
        else:
            cursor.execute(f"UPDATE {_TICKET} SET last = last + 1 RETURNING last")  # noqa: S608  a fixed name
        return int(cursor.fetchone()[0])


def latest() -> int:
    """The highest ticket drawn so far. A request whose ticket is higher began after this moment."""
    with connection.cursor() as cursor:
        column = "last_value" if connection.vendor == "postgresql" else "last"
        cursor.execute(f"SELECT {column} FROM {_TICKET}")  # noqa: S608  a fixed name
        return int(cursor.fetchone()[0])
