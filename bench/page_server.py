"""A local server that sends pages serialised in advance, as fast as Python can.

python -m bench.page_server CUSTOMERS SEED     prints its port, then serves until its standard input closes
"""

import asyncio
import re
import sys
from email.utils import formatdate
from itertools import islice

import orjson

from counterfoil_simulators.robaws.data.dataset import customers as generate

PAGE = 100
_NUMBER = re.compile(rb"[?&]page=(\d+)")


def make_pages(count: int, seed: int) -> list[bytes]:
    """Make complete HTTP answers, one per page of 100, in Robaws' form. A million customers take 0.8 GB."""
    records = (orjson.dumps(client) for client, _ in generate(seed, count))
    total = max(1, -(-count // PAGE))
    found: list[bytes] = []
    for number in range(total + 1):  # the last one, without any, is what lies behind the end
        items = list(islice(records, PAGE))
        body = orjson.dumps(
            {
                "items": [orjson.Fragment(item) for item in items],
                "totalItems": count,
                "totalPages": total,
                "currentPage": number,
                "size": len(items),
            }
        )
        head = (
            f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ndate: {formatdate(usegmt=True)}\r\n"
            f"x-ratelimit-daily-remaining: 900000\r\nx-ratelimit-daily-limit: 1000000\r\n"
            f"x-ratelimit-daily-reset: 40000\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        found.append(head.encode() + body)
    return found


class _PageProtocol(asyncio.Protocol):
    def __init__(self, answers: list[bytes]) -> None:
        self._answers = answers
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while b"\r\n\r\n" in self._waiting:
            request, _, self._waiting = self._waiting.partition(b"\r\n\r\n")
            found = _NUMBER.search(request)
            number = int(found[1]) if found else 0
            self._transport.write(self._answers[min(number, len(self._answers) - 1)])


async def _serve(answers: list[bytes]) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _PageProtocol(answers), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve(make_pages(int(sys.argv[1]), int(sys.argv[2]))))
