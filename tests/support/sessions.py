"""Other sessions of the test database, which cannot be dropped before they have ended."""

import gc
import time

from django.db import connection

PATIENCE_SECONDS = 30.0
"""A process that a test has killed keeps its session until the server notices."""
_OTHERS = (
    "SELECT application_name, state, left(query, 200) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def wait_for_others() -> None:
    """Wait until this is the only session. Raises AssertionError that says what the others did last."""
    if connection.vendor != "postgresql":
        return
    gc.collect()  # a thread that ended in a test's crash closes its session only when it is forgotten
    deadline = time.monotonic() + PATIENCE_SECONDS
    while others := _others():
        assert time.monotonic() < deadline, f"sessions that a test has left: {others}"
        time.sleep(0.1)


def _others() -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_OTHERS)
        return list(cursor.fetchall())
