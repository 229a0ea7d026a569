"""`counterfoil serve`: the web console and, on the embedded database, a worker with it."""

import socket
from contextlib import nullcontext
from typing import Annotated

import typer

from counterfoil.cli.output import err, out
from counterfoil.cli.ready import ready
from counterfoil.cli.supervisor import Supervisor
from counterfoil.errors import DatabaseReplaced, NotPossibleNow

HOST, PORT = "127.0.0.1", 8000


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = HOST,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = PORT,
) -> None:
    """Serve the web console."""
    ready()
    from django.contrib.auth import get_user_model

    if not get_user_model().objects.exists():
        err.print("There are no users yet. Add one with [bold]counterfoil user add NAME[/].")
    run(host, port)


def run(host: str, port: int) -> None:
    """Serve until stopped. Raises NotPossibleNow where the port is taken."""
    from django.db import connections

    from counterfoil.mirror import database
    from counterfoil.mirror.store import current_dialect

    require_free(host, port)
    embedded = current_dialect().embedded
    connections.close_all()
    out.print(f"Console:  [bold]http://{'localhost' if host == HOST else host}:{port}/[/]")
    if not embedded:
        err.print("[dim]Background runs also need `counterfoil worker`.[/]")
    err.print("[dim]Press Ctrl-C to stop.[/]")
    try:
        with Supervisor() if embedded else nullcontext():
            _serve(host, port)
    finally:
        database.close()


def require_free(host: str, port: int) -> None:
    """Raise NotPossibleNow where something listens there already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise NotPossibleNow(
                f"Port {port} on {host} cannot be used ({error.strerror}).", "Choose another one with --port."
            ) from None


def _serve(host: str, port: int) -> None:
    from counterfoil.project import database_watch
    from counterfoil.project.wsgi import application
    from counterfoil.server.serving import serve as serve_http
    from counterfoil.webhooks.middleware import PREFIX

    database_watch.watch_database()
    serve_http(application, PREFIX, host, port)
    if database_watch.has_ended():
        raise typer.Exit(DatabaseReplaced.exit_code)
