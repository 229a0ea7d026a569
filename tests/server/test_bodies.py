"""Large bodies share a bounded memory; where it is full, the oldest one that still arrives makes room."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from counterfoil.server.bodies import BodyMemory, ClientGone, NoMemory, RequestTooLarge

KILO = 1024


def sender(*parts: bytes, after: asyncio.Event | None = None) -> Callable[[], Awaitable[Any]]:
    """Send the parts; where there is an `after`, wait for it before the end."""
    left = list(parts)

    async def receive() -> dict[str, Any]:
        if not left:
            assert after is not None
            await after.wait()
            return {"type": "http.request", "body": b"", "more_body": False}
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left) or after is not None}

    return receive


async def read(memory: BodyMemory, receive: Callable[[], Awaitable[Any]], most: int = 10_000 * KILO) -> bytes:
    with memory.body() as body:
        return await body.read(receive, most)


def test_the_oldest_large_body_that_still_arrives_makes_room_for_the_next() -> None:
    async def story() -> list[Any]:
        memory, never = BodyMemory(300 * KILO), asyncio.Event()
        slow = asyncio.create_task(read(memory, sender(b"a" * 200 * KILO, after=never)))
        small = asyncio.create_task(read(memory, sender(b"s", after=never)))
        await asyncio.sleep(0)
        new = asyncio.create_task(read(memory, sender(b"b" * 200 * KILO)))
        found: list[Any] = [len(await new)]
        found += await asyncio.gather(slow, return_exceptions=True)
        never.set()
        return [*found, await small, len(await read(memory, sender(b"c" * 300 * KILO)))]

    new, slow, small, last = asyncio.run(story())
    assert new == 200 * KILO
    assert isinstance(slow, NoMemory)
    assert (small, last) == (b"s", 300 * KILO), "small ones are never ended, and all the memory is free again"


def test_a_body_larger_than_all_the_memory_ends_itself() -> None:
    memory = BodyMemory(100 * KILO)
    with pytest.raises(NoMemory):
        asyncio.run(read(memory, sender(b"a" * 101 * KILO)))
    assert asyncio.run(read(memory, sender(b"b" * 100 * KILO))) == b"b" * 100 * KILO


def test_a_stop_of_the_server_is_no_lack_of_memory() -> None:
    async def story() -> None:
        task = asyncio.create_task(read(BodyMemory(KILO * KILO), sender(b"a" * 90 * KILO, after=asyncio.Event())))
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(story())


def test_what_is_too_large_or_left_unfinished_is_said() -> None:
    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    with pytest.raises(RequestTooLarge):
        asyncio.run(read(BodyMemory(KILO * KILO), sender(b"a" * 11), most=10))
    with pytest.raises(ClientGone):
        asyncio.run(read(BodyMemory(KILO * KILO), gone))
