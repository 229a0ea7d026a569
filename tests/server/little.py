"""The server before a small application: every promise that needs no database is tried here, in milliseconds."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from counterfoil.server import serving
from counterfoil.server.limits import ServerLimits

WEBHOOKS = "/api/webhooks/"
SHORT = ServerLimits(
    head_seconds=0.4, body_seconds=0.4, idle_seconds=1, stall_seconds=0.4, answer_seconds=1.2, people_threads=2,
    webhook_threads=1, people_wait=0.3, webhook_wait=0.3,
)  # fmt: skip


@dataclass
class Little:
    """`gate` holds requests to addresses with "wait" in them; `seen` are the environments of all requests."""

    port: int = 0
    gate: threading.Event = field(default_factory=threading.Event)
    seen: list[dict[str, Any]] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)
    made: int = 0

    def application(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer with what was sent, or as the address says."""
        path = environ["PATH_INFO"]
        self.seen.append({**environ, "thread": threading.current_thread().name})
        if "wait" in path:
            self.gate.wait(10)
        if "refuse" in path:
            start("401 Unauthorized", [("Content-Type", "text/plain")])
            return [b"no"]
        if "fail" in path:
            raise RuntimeError("on purpose")
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        self.seen[-1]["body"] = body
        start("200 OK", [("Content-Type", "text/plain")])
        if "stream" in path:
            return self._stream("break" in path)
        return [b"x" * int(path.rpartition("/")[2])] if "large" in path else [b"got ", body]

    def _stream(self, breaks: bool) -> Iterator[bytes]:
        try:
            for number in range(200):
                if breaks and number == 100:
                    raise RuntimeError("on purpose")
                self.made = number + 1
                yield b"y" * 100_000
        finally:
            self.closed.set()


@contextmanager
def serving_little(limits: ServerLimits = SHORT) -> Iterator[Little]:
    """Serve in a thread of this process."""
    little = Little()
    server = serving.server(little.application, WEBHOOKS, "127.0.0.1", 0, limits)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.002)
        little.port = server.servers[0].sockets[0].getsockname()[1]
        yield little
    finally:
        little.gate.set()
        server.should_exit = True
        thread.join(20)
