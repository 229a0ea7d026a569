"""Threads for one kind of request, so that another kind never takes them."""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any


class PoolFull(Exception):
    """No thread was free in time. The work was not begun."""


class ThreadPool:
    """Runs functions for the coroutines of one event loop.

    Its threads end with the process, even where one hangs: a server that was told to stop must not wait for it.
    """

    def __init__(self, name: str, threads: int, patience: float, waiting: int) -> None:
        """Start the threads. `patience`: seconds to wait for one; `waiting`: how many may."""
        self._patience, self._most_waiting = patience, waiting
        self._waiting = 0
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        for number in range(threads):
            threading.Thread(target=self._work, name=f"{name}-{number + 1}", daemon=True).start()

    async def run[T](self, work: Callable[[], T]) -> T:
        """Run it in a thread. Raises PoolFull, or what the work raises."""
        if self._waiting >= self._most_waiting:
            raise PoolFull
        loop = asyncio.get_running_loop()
        job = _Job(work, loop)
        self._waiting += 1
        timer = loop.call_later(self._patience, job.give_up)
        self._jobs.put(job)
        try:
            return await job.result  # type: ignore[no-any-return]
        finally:
            timer.cancel()
            self._waiting -= 1

    def _work(self) -> None:
        while True:
            self._jobs.get().carry_out()


class _Job:
    """One function to run; either a thread begins it or `give_up` does, never both."""

    def __init__(self, work: Callable[[], Any], loop: asyncio.AbstractEventLoop) -> None:
        self._work, self._loop = work, loop
        self._free = threading.Lock()
        self.result: asyncio.Future[Any] = loop.create_future()

    def carry_out(self) -> None:
        """Run in a thread of the pool."""
        if not self._free.acquire(blocking=False):
            return
        try:
            found, error = self._work(), None
        except BaseException as raised:
            found, error = None, raised
        try:
            self._loop.call_soon_threadsafe(self._finish, found, error)
        except RuntimeError:
            return  # the loop has ended, and with it whoever waited

    def give_up(self) -> None:
        """Answer PoolFull unless a thread has begun. Called in the event loop."""
        if self._free.acquire(blocking=False):
            self._finish(None, PoolFull())

    def _finish(self, found: Any, error: BaseException | None) -> None:
        if self.result.done():  # its coroutine was cancelled
            return
        if error is None:
            self.result.set_result(found)
        else:
            self.result.set_exception(error)
