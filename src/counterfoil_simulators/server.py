"""A threaded HTTP/1.1 keep-alive server on loopback, from the standard library."""

import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress

from counterfoil_simulators.wire import (
    MEGABYTE,
    Ending,
    MalformedError,
    WireRequest,
    WireResponse,
    read_request,
)

type Answer = Callable[[WireRequest], WireResponse]


class HttpServer(socketserver.ThreadingTCPServer):
    """One thread per connection; `answer` turns a request into a response. Stopping ends every connection."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, host: str, port: int, answer: Answer) -> None:
        self.answer = answer
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__((host, port), _Connection)

    def start(self) -> None:
        """Accept connections in a thread."""
        self._acceptor = threading.Thread(target=self._accept, name="simulator", daemon=True)
        self._acceptor.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, peer = self.socket.accept()
            except OSError:
                return
            if self.stopping.is_set():
                connection.close()
                return
            self.process_request(connection, peer)

    def add_connection(self, connection: socket.socket) -> None:
        """Remember a connection, to close it when the server stops."""
        with self._open_lock:
            self._open.add(connection)

    def remove_connection(self, connection: socket.socket) -> None:
        with self._open_lock:
            self._open.discard(connection)

    def stop(self) -> None:
        """Stop accepting connections and close the open ones."""
        self.stopping.set()
        with suppress(OSError):  # a last connection wakes the acceptor at once
            socket.create_connection(self.socket.getsockname()[:2], timeout=1).close()
        self._acceptor.join(timeout=5)
        self.server_close()
        with self._open_lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Connection(socketserver.BaseRequestHandler):
    server: HttpServer
    request: socket.socket

    def handle(self) -> None:
        self.server.add_connection(self.request)
        try:
            self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.request.makefile("rb") as stream:
                while not self.server.stopping.is_set():
                    request = self._next(read_request(stream, self.client_address[0]))
                    if not request:
                        return
        except MalformedError:
            with suppress(OSError):
                self.request.sendall(WireResponse(400, headers={"connection": "close"}).head())
        except OSError:
            return  # the client went away
        finally:
            self.server.remove_connection(self.request)

    def _next(self, request: WireRequest | None) -> bool:
        """Answer one request; False when the connection ends."""
        if request is None:
            return False
        response = self.server.answer(request)
        if response.ending is Ending.WHOLE:
            body = b"" if request.method == "HEAD" else response.body
            self.request.sendall(response.head() + body)
            for _ in range(0 if request.method == "HEAD" else response.padding):
                self.request.sendall(b" " * MEGABYTE)
            return request.keep_alive
        if response.ending is Ending.DRIPPING:
            self._drip(response)
            return request.keep_alive
        if response.ending is Ending.HANGING:
            self.server.stopping.wait(response.hang_seconds)
        elif response.ending is Ending.CUT_IN_BODY:
            self.request.sendall(_first_part(response))
        return False

    def _drip(self, response: WireResponse) -> None:
        head, body = response.head(), response.body
        if response.head_at_once:
            self.request.sendall(head)
        for byte in body if response.head_at_once else head + body:
            if self.server.stopping.wait(response.hang_seconds):
                return
            self.request.sendall(bytes((byte,)))


def _first_part(response: WireResponse) -> bytes:
    """Return half of the body, or half of the head where there is no body."""
    head = response.head()
    return head + response.body[: len(response.body) // 2] if response.body else head[: len(head) // 2]
