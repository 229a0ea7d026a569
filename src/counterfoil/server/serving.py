"""The HTTP server: uvicorn, with the bounds of `ServerLimits`, before a WSGI application."""

import asyncio
import contextlib
import logging
import resource
import signal
import sys
from types import FrameType
from typing import Any
from wsgiref.types import WSGIApplication

import uvicorn

from counterfoil.server.application import Application
from counterfoil.server.connection import ClientConnection
from counterfoil.server.connections import Connections
from counterfoil.server.limits import ServerLimits
from counterfoil.server.turned_away import TurnedAway

SWITCH_SECONDS = 0.001
"""A thread that computes gives way to the others after this; Python's own 5 ms add up for a webhook."""
BACKLOG = 512
OTHER_FILES = 200
"""Files that the process needs besides its connections."""


def serve(
    application: WSGIApplication, webhooks: str, host: str, port: int, limits: ServerLimits | None = None
) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP. `webhooks` is what the addresses of webhooks begin with."""
    sys.setswitchinterval(SWITCH_SECONDS)
    made = server(application, webhooks, host, port, ServerLimits())
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as under nohup
        signal.signal(signal.SIGHUP, made.handle_exit)
    made.run()


def server(
    application: WSGIApplication, webhooks: str, host: str, port: int, limits: ServerLimits
) -> uvicorn.Server:
    """Build the server, which another thread may run too."""
    # It logs what clients do. Errors of ours are logged by us.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    config = uvicorn.Config(
        Application(application, webhooks, limits),
        interface="asgi3", http=_connections(limits), ws="none", lifespan="off",
        host=host, port=port, backlog=BACKLOG, proxy_headers=False, server_header=False,
        log_config=None, access_log=False,
        timeout_keep_alive=limits.idle_seconds, timeout_graceful_shutdown=limits.stop_seconds,
    )  # fmt: skip
    return _Server(config)


class _Server(uvicorn.Server):
    """Ends by returning: uvicorn would raise the signal again, and what the caller has to end would be left."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


def _connections(limits: ServerLimits) -> type[ClientConnection]:
    """Make the class of a server's connections, which knows them all."""
    most = min(limits.connections, max(_open_files() - OTHER_FILES - BACKLOG, 50))

    def later(seconds: float, work: Any) -> object:
        return asyncio.get_running_loop().call_later(seconds, work)

    return type(
        "Connection",
        (ClientConnection,),
        {
            "limits": limits,
            "all_connections": Connections(most, limits.connections_per_address),
            "turned_away": TurnedAway(later),
        },
    )


def _open_files() -> int:
    """Let this process open as many files as the system allows, and return their number."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 16_384 if hard == resource.RLIM_INFINITY else min(hard, 16_384)
    if wanted > soft:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
