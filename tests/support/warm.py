"""A process that has loaded the libraries which every command loads, and is forked for each command.

Most of a command's half second goes into loading what others wrote. A fork spares it and is a real process all the
same, with an environment, streams and an exit code of its own; what looks at the environment it loads itself.

python -m tests.support.warm NUMBER    the process; NUMBER is that of the socket by which commands come
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
    "counterfoil.connectors.registry", "cryptography.fernet", "dj_database_url", "django.contrib.admin",
    "django.contrib.postgres.fields", "django.core.cache", "django.core.management.commands.migrate",
    "django.db.backends.postgresql.base", "django.db.backends.sqlite3.base", "django.urls", "django_stubs_ext",
    "httpx2", "msgspec", "orjson", "phonenumbers", "platformdirs", "psycopg", "pydantic", "rich.markup",
    "rich.progress", "rich.table", "rich.traceback", "sqlparse", "stamina", "stdnum", "structlog",
    "typer._adapters", "typer.main",
)  # fmt: skip
"""None of them asks for settings or for the environment's variables when it is loaded."""


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
    """By which commands reach the process; it is started at the first and ends with ours."""
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
    """Load, then fork for each command that comes. In the forks, be that command."""
    for library in LIBRARIES:
        importlib.import_module(library)
    gc.freeze()
    sys.argv[1:] = _arguments(socket.socket(fileno=number))
    runpy.run_module("counterfoil", run_name="__main__", alter_sys=True)
    sys.exit()


def _arguments(commands: socket.socket) -> list[str]:
    """Returns in the forks only: what is left to do for them."""
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
    """Streams and environment of a new process."""
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
