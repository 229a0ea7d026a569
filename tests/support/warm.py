"""A process with all modules loaded and Django set up, forked for each command.

Loading takes most of a command's half second. A fork saves that and is still a real process, with an environment,
streams and an exit code of its own; it loads whatever depends on the environment, such as the settings.

python -m tests.support.warm NUMBER    the process; NUMBER is the socket that commands come through
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from typing import IO, NoReturn

POSSIBLE = hasattr(os, "pidfd_open")
"""Only Linux tells of a process's end so that it can be waited for beside other things."""
LIBRARIES = (
    "cryptography.fernet", "dj_database_url", "django.contrib.postgres.fields", "django.core.cache",
    "django.core.management.commands.migrate", "django.db.backends.postgresql.base",
    "django.db.backends.sqlite3.base", "encodings.ascii", "encodings.idna", "httpcore2", "httpx2",
    "importlib.resources.readers", "msgspec", "orjson", "phonenumbers", "phonenumbers.data.region_BE",
    "phonenumbers.data.region_NL", "platformdirs", "psycopg", "pydantic.plugin._loader", "rich._emoji_codes",
    "rich.markup", "rich.progress", "rich.table", "rich.traceback", "sqlparse", "stamina", "stdnum",
    "stdnum.nl.btw", "structlog", "truststore", "typer._adapters", "typer._click.decorators", "typer.main",
)  # fmt: skip
"""What others wrote."""
OURS = (
    "counterfoil.cli.main", "counterfoil.connectors.file.connector", "counterfoil.connectors.registry",
    "counterfoil.connectors.robaws.connector", "counterfoil.connectors.zoho_books.connector",
    "counterfoil.edits.push", "counterfoil.project.urls",
    "counterfoil.mirror.database", "counterfoil.webhooks.worker", "counterfoil.worker.handlers",
    "counterfoil.worker.loop", "counterfoil.sync.run_pass", "counterfoil.sync.status",
)  # fmt: skip
"""What commands load of ours once Django is set up."""
ANEW = ("counterfoil.project.",)
"""What looks at the environment when it is loaded: each command loads it again, in its own."""
CONSOLES = ("out", "err")
"""What prints looks at its streams and the environment when it is made: made again in each command."""


def run(
    arguments: Sequence[str], environment: Mapping[str, str], stdin: str, seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run `counterfoil` with these arguments to its end. Raises TimeoutExpired."""
    with (
        tempfile.TemporaryFile("w+") as request,
        tempfile.TemporaryFile("w+") as given,
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+") as err,
    ):
        _write(request, json.dumps([list(arguments), dict(environment)]))
        _write(given, stdin)
        ours, theirs = socket.socketpair()
        with ours, ours.makefile() as answers:
            with theirs:
                files = [file.fileno() for file in (request, given, out, err)]
                socket.send_fds(_commands(), [b"!"], [*files, theirs.fileno()])
            pid = int(answers.readline())
            ours.settimeout(seconds)
            try:
                code = int(answers.readline())
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(["counterfoil", *arguments], seconds) from None
        return subprocess.CompletedProcess(["counterfoil", *arguments], code, _text(out), _text(err))


def _write(file: IO[str], text: str) -> None:
    file.write(text)
    file.flush()
    file.seek(0)


def _text(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


@cache
def _commands() -> socket.socket:
    """Return the socket to the process, which starts at first use and ends with ours."""
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-m", __name__, str(theirs.fileno())]
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()])

    def end() -> None:
        ours.close()
        process.wait(timeout=30)

    atexit.register(end)
    return ours


def main(number: int) -> NoReturn:
    """Load, then fork for each command. The forks execute it."""
    _load()
    gc.freeze()
    sys.argv[1:] = _arguments(socket.socket(fileno=number))
    _forget_settings()
    _renew_consoles()
    runpy.run_module("counterfoil", run_name="__main__", alter_sys=True)
    sys.exit()


def _load() -> None:
    for library in LIBRARIES:
        importlib.import_module(library)
    import django
    from django.db import connections

    with tempfile.TemporaryDirectory(prefix="cf-warm-") as folder:
        os.environ.update(COUNTERFOIL_DATA_DIR=folder, DJANGO_SETTINGS_MODULE="counterfoil.project.settings")
        django.setup()
        for module in OURS:
            importlib.import_module(module)
        connections.close_all()
    _build_commands()


def _build_commands() -> None:
    """Let Typer read the signatures of all commands once."""
    import typer.main

    from counterfoil.cli.main import app

    built, build = typer.main.get_command(app), typer.main.get_command
    vars(typer.main)["get_command"] = lambda given: built if given is app else build(given)


def _renew_consoles() -> None:
    from counterfoil.cli import output

    before = [vars(output)[name] for name in CONSOLES]
    importlib.reload(output)
    for name, console in zip(CONSOLES, before, strict=True):
        vars(console).update(vars(vars(output)[name]))


def _forget_settings() -> None:
    """Reset the settings to unread: their errors are raised where a command needs them."""
    from django.conf import settings
    from django.db import connections
    from django.utils.functional import empty

    for name in [name for name in sys.modules if name.startswith(ANEW)]:
        package, _, module = name.rpartition(".")
        vars(sys.modules[package]).pop(module, None)
        del sys.modules[name]
    settings._wrapped = empty
    connections.__dict__.pop("settings", None)
    vars(connections)["_settings"] = None
    del connections["default"]


def _arguments(commands: socket.socket) -> list[str]:
    """Serve commands. Returns in the forks only, with the command to execute."""
    running: dict[int, tuple[int, int]] = {}
    while True:
        ready, _, _ = select.select([commands.fileno(), *running], [], [])
        for watched in set(ready) & set(running):
            pid, answers = running.pop(watched)
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            os.write(answers, f"{code}\n".encode())
            os.close(watched)
            os.close(answers)
        if commands.fileno() in ready:
            came, files, _, _ = socket.recv_fds(commands, 1, 5)
            if not came:
                sys.exit()
            pid = os.fork()
            if pid == 0:
                commands.detach()
                return _become(files)
            running[os.pidfd_open(pid)] = pid, files[-1]
            os.write(files[-1], f"{pid}\n".encode())
            for file in files[:-1]:
                os.close(file)


def _become(files: Sequence[int]) -> list[str]:
    """Take over streams and environment of a new process."""
    request, *streams, _ = files
    with os.fdopen(request) as file:
        arguments, environment = json.load(file)
    for target, stream in enumerate(streams):
        os.dup2(stream, target)
    os.closerange(len(streams), os.sysconf("SC_OPEN_MAX"))
    os.environ.clear()
    os.environ.update(environment)
    return list(arguments)


if __name__ == "__main__":
    main(int(sys.argv[1]))
