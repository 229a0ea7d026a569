"""`counterfoil demo`: a simulated Robaws, mirrored and served, from one command."""

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.cli import serve
from counterfoil.cli.output import err, out
from counterfoil.cli.ready import ready
from counterfoil.cli.sync import carry_out, show
from counterfoil.cli.user import save
from counterfoil.errors import Unavailable

if TYPE_CHECKING:
    from counterfoil.mirror.models import Connection

NAME, LOGIN, SEED = "demo", "demo", 1


def demo(
    customers: Annotated[int, typer.Option(min=1)] = 4017,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="End after the table.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of the console.")] = serve.PORT,
) -> None:
    """Start a simulated Robaws, mirror its customers, serve the console."""
    ready()
    with _simulator(customers) as address:
        connection = _connect(address)
        from counterfoil.mirror import syncing
        from counterfoil.mirror.runs import RunOptions

        options = RunOptions()
        for part in list(syncing.parts(connection, full=True, options=options)):
            run = syncing.start(connection, part, options)
            execution = carry_out(run)
            good = show(run)
            if execution.error is not None:
                raise execution.error
            if not good:
                raise typer.Exit(1)
        if no_serve:
            err.print("[dim]Look around: counterfoil status · counterfoil customers search garage[/]")
            return
        chosen = port if _is_free(port) else _free_port()
        out.print(f"\nLog in as [bold]{LOGIN}[/] with password [bold]{_password()}[/]")
        serve.run(serve.HOST, chosen)


def _connect(address: tuple[str, str, str]) -> "Connection":
    from counterfoil.mirror.connections import Draft, connect

    base_url, key, secret = address
    draft = Draft(NAME, "robaws", {"base_url": base_url}, {"api_key": key, "api_secret": secret})
    connection, _, new = connect(draft)
    out.print(f"{'Connected' if new else 'Found'} [bold]{NAME}[/]: a simulated Robaws at {base_url}")
    return connection


@contextmanager
def _simulator(customers: int) -> "Iterator[tuple[str, str, str]]":
    """The simulator as a child process. Yields its address, key and secret."""
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "counterfoil", "simulate", "robaws", "--port", "0", "--seed", str(SEED),
         "--customers", str(customers)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        yield _address(child)
    finally:
        child.terminate()
        child.wait(timeout=10)


def _address(child: "subprocess.Popen[str]") -> tuple[str, str, str]:
    assert child.stdout is not None  # noqa: S101  it was asked for
    for line in child.stdout:
        if line.startswith("counterfoil connect"):
            words = line.split()
            found = {word: words[at + 1] for at, word in enumerate(words[:-1]) if word.startswith("--")}
            return found["--base-url"], found["--api-key"], found["--api-secret"]
    raise Unavailable("The simulated Robaws did not start.", "See `counterfoil simulate robaws`.")


def _password() -> str:
    """The login made for this install: the same every time, in a file only its owner can read."""
    from django.conf import settings

    path = Path(settings.DATA_DIR) / "demo-login"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(12))
    password = path.read_text().strip()
    save(LOGIN, password, superuser=True)
    return password


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex((serve.HOST, port)) != 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((serve.HOST, 0))
        return int(probe.getsockname()[1])
