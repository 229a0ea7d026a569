"""A webhook receiver that verifies signatures by the contract (section 6), independently of the simulator."""

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self


class Call(NamedTuple):
    """One received call; names of headers are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Received(NamedTuple):
    """One call with the headers of Robaws, and whether its signature is valid."""

    event: dict[str, Any]
    timestamp: int
    valid: bool


class Receiver:
    """Stores what it receives; answers with the statuses in `answers` first, then 200."""

    def __init__(self) -> None:
        self.secret = ""
        self.answers: list[int] = []
        self.before_answer: Callable[[], object] = lambda: None
        self.calls: list[Call] = []
        self.connections = 0
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """The address to call."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/hooks?kind=clients"

    @property
    def received(self) -> list[Received]:
        """The calls, parsed and verified as Robaws' webhooks."""
        return [self._verified(call) for call in self.calls]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def connected(self, connection: socket.socket) -> None:
        """Count a new connection."""
        with self._lock:
            self.connections += 1
            self._open.append(connection)

    def close_connections(self) -> None:
        """Close every connection, as servers do with idle ones."""
        with self._lock:
            for connection in self._open:
                connection.shutdown(socket.SHUT_RDWR)
            self._open.clear()

    def take(self, call: Call) -> int:
        """Store one call; returns the status to answer."""
        with self._lock:
            self.calls.append(call)
            status = self.answers.pop(0) if self.answers else 200
        self.before_answer()
        return status

    def _verified(self, call: Call) -> Received:
        parts = dict(part.split("=", 1) for part in call.headers["robaws-signature"].split(","))
        signed = parts["t"].encode() + b"." + call.body
        expected = hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
        valid = hmac.compare_digest(expected, parts["v1"])
        return Received(json.loads(call.body), int(parts["t"]), valid)


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            receiver.connected(self.request)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(receiver.take(Call(self.command, self.path, headers, body)))
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_PUT = do_POST  # noqa: N815 - the name is the server's

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - inherited
            pass

    return Handler
