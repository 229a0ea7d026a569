"""Send webhooks as fast as Python can, or at a steady rate, over open connections; measure every answer.

python -m bench.sender PORT SENDERS RATE < requests

Each request comes as its length (4 bytes) and its bytes; RATE 0 means as fast as possible. Prints one JSON object.
"""

import json
import socket
import statistics
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO


def requests(source: BinaryIO) -> Iterator[bytes]:
    """Read the requests that `frame` wrote."""
    while head := source.read(4):
        yield source.read(struct.unpack(">I", head)[0])


def frame(request: bytes) -> bytes:
    """Prefix a request with its length, for the standard input of a sender."""
    return struct.pack(">I", len(request)) + request


def _answer(connection: socket.socket, waiting: bytes) -> tuple[bytes, bytes]:
    """Read the status of the next answer, and the bytes after it."""
    while b"\r\n\r\n" not in waiting:
        found = connection.recv(65536)
        if not found:
            raise ConnectionError("the server closed the connection")
        waiting += found
    head, _, rest = waiting.partition(b"\r\n\r\n")
    length = _length(head)
    while len(rest) < length:
        rest += connection.recv(65536)
    return head[9:12], rest[length:]


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


type Answered = list[tuple[float, bytes]]
"""Seconds until the answer, and its status."""


def _send(
    port: int, some: list[tuple[int, bytes]], rate: float, began: float, found: list[tuple[float, bytes]]
) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        waiting = b""
        for number, request in some:
            due = began + number / rate if rate else time.perf_counter()
            if (pause := due - time.perf_counter()) > 0:
                time.sleep(pause)
            connection.sendall(request)
            status, waiting = _answer(connection, waiting)
            found.append((time.perf_counter() - due, status))  # includes a wait for its turn: it was due then


def main() -> None:
    """Send the requests and print the measurement."""
    port, senders, rate = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    everything = list(enumerate(requests(sys.stdin.buffer)))
    found: Answered = []
    began = time.perf_counter()
    threads = [
        threading.Thread(target=_send, args=(port, everything[at::senders], rate, began, found))
        for at in range(senders)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    times = sorted(duration for duration, _ in found)
    cuts = statistics.quantiles(times, n=1000) if len(times) > 1 else times * 999
    result = {
        "answered": len(found),
        "seconds": seconds,
        "p50": cuts[499],
        "p99": cuts[989],
        "longest": times[-1],
        "statuses": Counter(status.decode() for _, status in found),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
