"""`counterfoil demo`: a simulated Robaws and Zoho Books, mirrored and served by one command."""

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

from counterfoil.cli import demo_folder, serve
from counterfoil.cli.output import err, out
from counterfoil.cli.ready import ready
from counterfoil.cli.run_now import run_here
from counterfoil.cli.sync import show
from counterfoil.cli.user import save
from counterfoil.errors import Unavailable

if TYPE_CHECKING:
    from counterfoil.connections.connect import Draft
    from counterfoil.mirror.models import Connection

NAME, LOGIN, SEED = "demo", "demo", 1
BOOKS = ("zoho-books", "--contacts", "300", "--invoices", "900")
"""Few enough to stay below Zoho's limit of requests per minute."""


def demo(
    customers: Annotated[int, typer.Option(min=1, help="Customers in the simulated Robaws.")] = 4017,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Exit after the first sync.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the console.")] = serve.PORT,
) -> None:
    """Start a simulated Robaws and Zoho Books, sync both and serve the console.

    It has a data folder of its own: nothing of an install on this machine is changed. Add `--demo` to a command to
    look at it, as in `counterfoil --demo status`.
    """
    folder = demo_folder.begin(customers)
    ready()
    err.print(f"[dim]Data of the demo: {folder}[/]", soft_wrap=True)
    with _simulated("robaws", "--customers", str(customers)) as robaws, _simulated(*BOOKS) as books:
        _mirror(_connect(_robaws(robaws)))
        _mirror(_connect(_zoho_books(books)))
        if no_serve:
            err.print("[dim]Next: counterfoil --demo status, or counterfoil --demo customers search garage[/]")
            return
        chosen = port if _is_free(port) else _free_port()
        out.print(f"\nLog in as [bold]{LOGIN}[/] with password [bold]{_password()}[/]")
        serve.run(serve.HOST, chosen)


def _mirror(connection: "Connection") -> None:
    from counterfoil.runs.lifecycle import RunOptions
    from counterfoil.sync import plan

    options = RunOptions()
    for part in plan.plan_runs(connection, full=True, options=options):
        execution = run_here(plan.start_run(connection, part, options))
        succeeded = show(execution.run)
        if execution.error is not None:
            raise execution.error
        if not succeeded:
            raise typer.Exit(1)


def _connect(draft: "Draft") -> "Connection":
    from counterfoil.connections import schedules
    from counterfoil.connections.connect import connect
    from counterfoil.connectors.registry import CONNECTORS
    from counterfoil.worker.pause import unpause_connection

    connection, _, new = connect(draft)
    unpause_connection(connection)
    if new:  # the simulator ends with the demo
        for kind in schedules.kinds(connection):
            schedules.change_schedule(connection, kind, schedules.ScheduleChange(is_on=False))
    title = CONNECTORS[draft.connector].title
    out.print(f"{'Connected' if new else 'Found'} [bold]{draft.name}[/]: a simulated {title}")
    return connection


def _robaws(options: dict[str, str]) -> "Draft":
    from counterfoil.connections.connect import Draft

    secrets = {"api_key": options["api-key"], "api_secret": options["api-secret"]}
    return Draft(NAME, "robaws", {"base_url": options["base-url"]}, secrets)


def _zoho_books(options: dict[str, str]) -> "Draft":
    from counterfoil.connections.connect import Draft

    plain = ("accounts-url", "api-url", "client-id", "organization")
    settings = {"dc": "eu", **{name.replace("-", "_"): options[name] for name in plain}}
    secrets = {name.replace("-", "_"): options[name] for name in ("client-secret", "refresh-token")}
    return Draft(f"{NAME}-books", "zoho_books", settings, secrets, country="US")


@contextmanager
def _simulated(system: str, *options: str) -> "Iterator[dict[str, str]]":
    """Run a simulator as a child process. Yields the options of the `connect` command that it prints."""
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "counterfoil", "simulate", system, "--port", "0", "--seed", str(SEED),
         "--parent", str(os.getpid()), *options],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        yield _printed_options(child, system)
    finally:
        child.terminate()
        child.wait(timeout=10)


def _printed_options(child: "subprocess.Popen[str]", system: str) -> dict[str, str]:
    assert child.stdout is not None  # noqa: S101  a pipe, see above
    for line in child.stdout:
        if line.startswith("counterfoil connect"):
            words = line.split()
            return {word[2:]: words[at + 1] for at, word in enumerate(words[:-1]) if word.startswith("--")}
    raise Unavailable(f"The simulated {system} did not start.", f"Run `counterfoil simulate {system}` to see why.")


def _password() -> str:
    """Return the password of the demo's user: the same every time, in a file that only its owner can read."""
    from django.conf import settings

    path = Path(settings.COUNTERFOIL_DATA_DIR) / "demo-login"
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
