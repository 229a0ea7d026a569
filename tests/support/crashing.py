"""A simulated crash after any durable step, in this process: nothing after it is executed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from counterfoil.connectors.http.client import HttpClient
from counterfoil.mirror import claims

WRITING = frozenset({"INSERT", "UPDATE", "DELETE"})
_GONE = 2**22 + 1
"""No process has so high a number: whoever claims something under it counts as gone."""


class Crash(BaseException):
    """Derived so that no code of ours catches it."""


@contextmanager
def crashing(point: int) -> Iterator[None]:
    """Crash after `point` durable steps: a COMMIT, a statement outside a transaction, an answer of the upstream.

    0: never. Meanwhile claims are made in the name of a process that no longer exists.
    """
    left = [point]

    def passing() -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Crash

    def commit(self: Any) -> Any:
        done = _commit(self)
        passing()
        return done

    def execute(self: Any, sql: str, params: Any = None) -> Any:
        done = _execute(self, sql, params)
        if not self.db.in_atomic_block and sql.lstrip().split(" ", 1)[0].upper() in WRITING:
            passing()
        return done

    def attempt(self: Any, *args: Any, **kwargs: Any) -> Any:
        done = _attempt(self, *args, **kwargs)
        passing()
        return done

    with (
        patch.object(BaseDatabaseWrapper, "_commit", commit),
        patch.object(CursorWrapper, "execute", execute),
        patch.object(HttpClient, "_attempt", attempt),
        patch.object(claims, "this_process", lambda: f"{_HOST}:{_GONE}:0"),
    ):
        yield


_commit: Any = vars(BaseDatabaseWrapper)["_commit"]
_execute: Any = CursorWrapper.execute
_attempt: Any = HttpClient._attempt
_HOST = claims.this_process().rpartition(":")[0].rpartition(":")[0]
