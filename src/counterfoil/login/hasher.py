"""Password hashing that leaves the machine to others: one at a time in a process, and few that wait for it.

A hash takes half a second of a core, and threads that wait for one cannot answer webhooks meanwhile.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from counterfoil.errors import TooManyAtOnce

MOST_WAITING = 2
PATIENCE_SECONDS = 4.0


class Turns:
    """Let one thread work at a time, while at most `most_waiting` others wait up to `patience` seconds."""

    def __init__(self, most_waiting: int, patience: float) -> None:
        self._places = threading.BoundedSemaphore(most_waiting + 1)
        self._turn = threading.Lock()
        self._patience = patience

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for the turn. Raises TooManyAtOnce."""
        if not self._places.acquire(blocking=False):
            raise _busy()
        try:
            if not self._turn.acquire(timeout=self._patience):
                raise _busy()
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._places.release()


TURNS = Turns(MOST_WAITING, PATIENCE_SECONDS)


class PasswordHasher(PBKDF2PasswordHasher):
    """Django's own hasher, one password at a time: passwords that it has hashed before stay valid."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Hash a password. Raises TooManyAtOnce where too many others wait for the same."""
        with TURNS.take():
            return super().encode(password, salt, iterations)


def _busy() -> TooManyAtOnce:
    return TooManyAtOnce("Too many people are logging in at this moment.", "Try again in a few seconds.")
