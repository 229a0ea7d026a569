"""The worker process: polls for due work, executes runs in parallel, and drives the background tasks."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Protocol

import structlog
from django.db import DatabaseError, close_old_connections, connection

from counterfoil.connections import browser_login
from counterfoil.mirror import hold, requirements, workers
from counterfoil.mirror.models import Run
from counterfoil.runs import lease
from counterfoil.worker import queue

log = structlog.get_logger()

MAX_CONCURRENT_RUNS = 3
"""Runs that one worker executes at the same time, each on another connection."""
POLL_SECONDS = 1.0
CLEANUP_SECONDS = 10.0


class BackgroundTask(Protocol):
    """Work other than runs, which waits in tables of its own."""

    def is_due(self) -> bool:
        """Tell whether there is work now."""

    def process_due(self, stop: threading.Event | None = None) -> int:
        """Work until nothing is left or `stop` is set. Returns how many items were processed."""


class Worker:
    """Works until `stop` is called. Each background task gets its own thread.

    `beat` is called with every turn of the loop, about once a second: a loop that hangs falls silent.
    """

    def __init__(self, tasks: Sequence[BackgroundTask] = (), beat: Callable[[], object] | None = None) -> None:
        self._tasks = tasks
        self._beat = beat
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(MAX_CONCURRENT_RUNS, thread_name_prefix="worker")
        self._busy: set[Future[None]] = set()
        self._until_cleanup = self._until_seen = 0.0

    def stop(self) -> None:
        """Stop soon: active runs are parked, and resumed when a worker is back."""
        self._stop.set()

    def run(self) -> None:
        """Work until stopped; returns when every thread has ended, and raises what is not the database's fault."""
        threads = [threading.Thread(target=self._drive, args=(task,)) for task in self._tasks]
        for thread in threads:
            thread.start()
        try:
            while not self._stop.is_set():
                self._turn()
                self._stop.wait(POLL_SECONDS)
        finally:
            self._stop.set()
            self._pool.shutdown(wait=True)
            for thread in threads:
                thread.join()
            with suppress(DatabaseError):
                workers.leave()

    def _turn(self) -> None:
        if self._beat is not None:
            self._beat()
        try:
            close_old_connections()
            if self._until_seen <= 0:
                workers.beat()
                self._until_seen = workers.BEAT_SECONDS
            if self._until_cleanup <= 0:
                self._until_cleanup = CLEANUP_SECONDS
                self._clean_up()
            if not hold.is_held():
                self._start_due_runs()
        except DatabaseError:
            log.exception("database unavailable, retrying")
        self._until_cleanup -= POLL_SECONDS
        self._until_seen -= POLL_SECONDS

    def _drive(self, task: BackgroundTask) -> None:
        """Drive one task. What it raises is logged and the task tried again: it must not end unnoticed."""
        while not self._stop.is_set():
            try:
                close_old_connections()
                if task.is_due():
                    task.process_due(self._stop)
            except DatabaseError:
                log.exception("database unavailable, retrying")
            except Exception:
                log.exception("background task failed, retrying", task=type(task).__name__)
            self._stop.wait(POLL_SECONDS)
        connection.close()

    def _clean_up(self) -> None:
        requirements.require_usable()
        browser_login.forget_old()
        lease.release_all_dead()

    def _start_due_runs(self) -> None:
        self._busy = {future for future in self._busy if not future.done()}
        if len(self._busy) < MAX_CONCURRENT_RUNS and Run.objects.filter(queue.due()).exists():
            self._busy.add(self._pool.submit(self._execute_due_runs))

    def _execute_due_runs(self) -> None:
        try:
            queue.execute_due_runs(self._stop)
        except DatabaseError:
            log.exception("database unavailable, retrying")
        except Exception:
            log.exception("queue failed, retrying")
        finally:
            connection.close()
