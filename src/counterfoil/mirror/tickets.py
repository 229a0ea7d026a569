"""Tickets: increasing numbers from our own database, drawn before a request is sent (DESIGN part 4b)."""

from django.db import connection

from counterfoil.mirror.store import current_dialect


def draw() -> int:
    """Draw the next ticket. No process ever gets the same one."""
    with connection.cursor() as cursor:
        cursor.execute(current_dialect().next_ticket)
        return int(cursor.fetchone()[0])


def latest() -> int:
    """Return the highest ticket drawn so far. A request with a higher ticket started after now."""
    with connection.cursor() as cursor:
        cursor.execute(current_dialect().latest_ticket)
        return int(cursor.fetchone()[0])
