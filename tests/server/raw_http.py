"""Speak HTTP over plain sockets, as attackers do: halves of requests, answers that nobody reads."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

SMALL_BUFFER = 4096


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, and how long it took; status 0 where the connection was closed without an answer."""

    status: int
    head: bytes = b""
    body: bytes = b""
    seconds: float = 0.0

    def header(self, name: str) -> str:
        """Return a header, or an empty text."""
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.strip().lower() == name.lower().encode():
                return value.strip().decode("latin-1")
        return ""


@contextmanager
def connection(port: int, *, seconds: float = 30.0, unread: bool = False) -> Iterator[socket.socket]:
    """Connect. `unread`: with the smallest buffer, so that the server soon has to wait."""
    with socket.socket() as made:
        if unread:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        made.settimeout(seconds)
        made.connect(("127.0.0.1", port))
        yield made


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """Build a request; a header with an empty value is left out, also Content-Length."""
    lines = {"Host": "localhost", "Content-Length": str(len(body)) if body or method == "POST" else ""}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


def fetch(port: int, sent: bytes, *, seconds: float = 30.0) -> Reply:
    """Send bytes over a new connection and read one answer."""
    began = time.perf_counter()
    try:
        with connection(port, seconds=seconds) as made:
            made.sendall(sent)
            reply = read(made)
    except TimeoutError:
        return Reply(0, b"timeout", seconds=time.perf_counter() - began)
    except OSError:
        return Reply(0, b"refused", seconds=time.perf_counter() - began)
    return Reply(reply.status, reply.head, reply.body, time.perf_counter() - began)


def read(made: socket.socket) -> Reply:
    """Read one answer: by its length, its chunks, or to the end. Status 0 where there is none."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (part := _more(made)):
            return Reply(0, data)
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    reply = Reply(int(head[9:12]), head)
    if reply.status == 100:
        return reply
    found, length = bytearray(body), reply.header("content-length")
    if reply.header("transfer-encoding") == "chunked":
        while not found.endswith(b"0\r\n\r\n") and (part := _more(made)):
            found += part
    else:
        while (not length or len(found) < int(length)) and (part := _more(made)):
            found += part
    return Reply(reply.status, head, bytes(found))


def _more(made: socket.socket) -> bytes:
    try:
        return made.recv(65536)
    except ConnectionResetError:
        return b""


def is_open(made: socket.socket) -> bool:
    """Tell whether the server has left a connection open. What it sent is thrown away."""
    made.settimeout(0.01)
    with suppress(TimeoutError):
        while True:
            if not _more(made):
                return False
    return True


@contextmanager
def hold(port: int, count: int, sent: bytes, *, unread: bool = False) -> Iterator[list[socket.socket]]:
    """Open connections, send the same on each, and hold them until the block ends."""
    with ExitStack() as stack:
        found = []
        for _ in range(count):
            made = stack.enter_context(connection(port, unread=unread))
            with suppress(OSError):  # it may have been closed again already
                made.sendall(sent)
            found.append(made)
        yield found


def chunked(*parts: bytes) -> bytes:
    """Encode a body in chunks."""
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts if part) + b"0\r\n\r\n"
