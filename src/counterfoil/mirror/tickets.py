"""Tickets: ever-growing numbers from our own database, drawn before a request is sent (DESIGN part 4b)."""

from django.db import connection


def draw() -> int:
    """The next ticket. Never handed out twice, by any process."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT nextval('ticket')")
        else:
            cursor.execute("UPDATE ticket SET last = last + 1 RETURNING last")
        return int(cursor.fetchone()[0])


def latest() -> int:
    """The highest ticket drawn so far. A request whose ticket is higher began after this moment."""
    with connection.cursor() as cursor:
        column = "last_value" if connection.vendor == "postgresql" else "last"
        cursor.execute(f"SELECT {column} FROM ticket")  # noqa: S608  a fixed name
        return int(cursor.fetchone()[0])
