"""Tickets: ever-growing numbers from our own database, drawn before a request is sent (DESIGN part 4b)."""

from django.db import connection

from counterfoil.mirror.store import current_dialect


def draw() -> int:
    """The next ticket. Never handed out twice, by any process."""
    with connection.cursor() as cursor:
        cursor.execute(current_dialect().next_ticket)
        return int(cursor.fetchone()[0])


def latest() -> int:
    """The highest ticket drawn so far. A request whose ticket is higher began after this moment."""
    with connection.cursor() as cursor:
        cursor.execute(current_dialect().latest_ticket)
        return int(cursor.fetchone()[0])
