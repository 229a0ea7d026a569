"""The worker: waits for nudges, looks by itself now and then, and carries out what waits."""

import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

import structlog
from django.db import DatabaseError, close_old_connections, connection

from counterfoil.connections import browser_login
from counterfoil.mirror.models import Run
from counterfoil.runs import lease
from counterfoil.worker import queue

log = structlog.get_logger()

THREADS = 3
"""Runs carried out at once by one worker, each on another connection."""
LOOK_SECONDS = 1.0
TICK_SECONDS = 10.0


class Chore(Protocol):
    """Another kind of work that waits in tables of its own."""

    def is_due(self) -> bool:
        """Whether something waits."""

    def work_off(self, stop: threading.Event | None = None) -> int:
        """Work on it until nothing is left or `stop` is set."""


class Worker:
    """Runs until `stop` is called, or until the process `parent` is gone. Each of the `chores` has a thread."""

    def __init__(self, parent: int | None = None, chores: Sequence[Chore] = ()) -> None:
        self._parent = parent
        self._chores = chores
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="worker")
        self._busy: set[Future[None]] = set()

    def stop(self) -> None:
        """End soon: runs under way are parked and go on when a worker is back."""
        self._stop.set()

    def run(self) -> None:
        """The worker's life."""
        ticks = 0.0
        threads = [threading.Thread(target=self._look_after, args=(chore,)) for chore in self._chores]
        for thread in threads:
            thread.start()
        while not self._stop.is_set() and not self._orphaned():
            try:
                close_old_connections()
                if ticks <= 0:
                    ticks = TICK_SECONDS
                    self._tidy()
                self._start_due()
            except DatabaseError:
                log.exception("the database does not answer; trying again")
            self._stop.wait(LOOK_SECONDS)
            ticks -= LOOK_SECONDS
        self._stop.set()
        self._pool.shutdown(wait=True)
        for thread in threads:
            thread.join()

    def _look_after(self, chore: Chore) -> None:
        while not self._stop.is_set():
            try:
                close_old_connections()
                if chore.is_due():
                    chore.work_off(self._stop)
            except DatabaseError:
                log.exception("the database does not answer; trying again")
            self._stop.wait(LOOK_SECONDS)
        connection.close()

    def _tidy(self) -> None:
        browser_login.forget_old()
        lease.release_all_dead()

    def _start_due(self) -> None:
        self._busy = {future for future in self._busy if not future.done()}
        if len(self._busy) < THREADS and Run.objects.filter(queue.due()).exists():
            self._busy.add(self._pool.submit(self._consume))

    def _consume(self) -> None:
        try:
            queue.work_off(self._stop)
        except DatabaseError:
            log.exception("the database does not answer; trying again")
        finally:
            connection.close()

    def _orphaned(self) -> bool:
        return self._parent is not None and os.getppid() != self._parent
