"""Bodies of requests: read whole before a thread works on them, within bounds of size and of memory.

Their time is limited by `connection.ClientConnection`, which closes what takes too long.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

type Receive = Callable[[], Awaitable[Any]]

UNCOUNTED = 64 * 1024
"""A body of no more bytes is always read: what all of them take together, the number of connections bounds."""


class ClientGone(Exception):
    """The client has closed the connection, or was too slow."""


class RequestTooLarge(Exception):
    """The body has more bytes than are read."""


class NoMemory(Exception):
    """Too many large bodies are here at once, and this was the oldest unfinished one."""


class BodyMemory:
    """The memory that all large bodies share. Where it is full, the oldest one still arriving makes room."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._total = 0
        self._arriving: OrderedDict[Body, asyncio.Task[Any]] = OrderedDict()

    @contextmanager
    def body(self) -> "Iterator[Body]":
        """Hold a body until the block ends."""
        held = Body(self)
        try:
            yield held
        finally:
            self._arriving.pop(held, None)
            self._total -= held.counted

    def take(self, body: "Body", count: int) -> None:
        """Count bytes that have arrived. Raises NoMemory."""
        self._total += count
        body.counted += count
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  it is called by a coroutine
        self._arriving.setdefault(body, task)
        while self._total > self._most:
            oldest, waiting = self._arriving.popitem(last=False)
            if oldest is body:
                raise NoMemory
            self._total -= oldest.counted
            oldest.counted = 0
            waiting.cancel()

    def arrived(self, body: "Body") -> None:
        """Note that nothing more of the body will come: it stays until its request is answered."""
        self._arriving.pop(body, None)


class Body:
    """One body. `counted`: its bytes in the shared memory."""

    def __init__(self, memory: BodyMemory) -> None:
        self._memory = memory
        self._parts: list[bytes] = []
        self.size = self.counted = 0

    async def read(self, receive: Receive, most: int) -> bytes:
        """Read all of it. Raises ClientGone, RequestTooLarge or NoMemory."""
        try:
            while await self._read_part(receive, most):
                pass
        except asyncio.CancelledError:
            if self.counted or self.size <= UNCOUNTED:
                raise  # the server stops
            raise NoMemory from None
        self._memory.arrived(self)
        return b"".join(self._parts)

    async def _read_part(self, receive: Receive, most: int) -> bool:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGone
        part: bytes = message.get("body", b"")
        self.size += len(part)
        if self.size > most:
            raise RequestTooLarge
        self._parts.append(part)
        if self.size > UNCOUNTED:
            self._memory.take(self, self.size - self.counted)
        return bool(message.get("more_body", False))
