"""Keep a worker running beside `serve`: start another one when it dies or hangs, less often the sooner it does."""

import os
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import structlog
from rich.markup import escape

from counterfoil.cli.output import err

log = structlog.get_logger()

LOOK_SECONDS = 1.0
SOON_SECONDS = 60.0
"""A worker that lived longer than this before it died is replaced at once."""
LONGEST_DELAY_SECONDS = 60.0
SILENT_SECONDS = 180.0
"""A worker beats every second, and after at most the time that a locked database lets it wait."""
STOP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Restarts:
    """How often in a row a worker died soon after its start."""

    failures: int = 0

    def after(self, lived_seconds: float) -> "Restarts":
        """Return the count after the death of a worker that lived so long."""
        return Restarts(0 if lived_seconds > SOON_SECONDS else self.failures + 1)

    @property
    def delay_seconds(self) -> float:
        """How long to wait before the next start: 0, 1, 2, 4 ... 60 seconds."""
        return 0.0 if not self.failures else min(2.0 ** min(self.failures - 1, 10), LONGEST_DELAY_SECONDS)


class Supervisor:
    """Runs a worker as a child process from entering the context until leaving it."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()
        if self._child is not None:
            _stop(self._child)

    def _run(self) -> None:
        restarts = Restarts()
        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                reason = self._live()
            except OSError as error:
                reason = f"could not be started: {error.strerror}"
            if self._stopping.is_set():
                return
            restarts = restarts.after(time.monotonic() - started)
            _tell(reason, restarts)
            self._stopping.wait(restarts.delay_seconds)

    def _live(self) -> str:
        """Start a worker, and wait until it ends or `serve` stops. Returns how it ended."""
        beats, sender = os.pipe()
        try:
            os.set_blocking(sender, False)
            self._child = _start(sender)
        finally:
            os.close(sender)
        try:
            return self._watch(self._child, beats)
        finally:
            os.close(beats)

    def _watch(self, child: "subprocess.Popen[bytes]", beats: int) -> str:
        # Looks are counted, not seconds: while this process was suspended, so was the child.
        silent_looks = 0
        while not self._stopping.is_set():
            if child.poll() is not None:
                return _ending(child.returncode)
            if select.select([beats], [], [], LOOK_SECONDS)[0]:
                silent_looks = 0
                if not os.read(beats, 4096):
                    with suppress(subprocess.TimeoutExpired):
                        child.wait(LOOK_SECONDS)
            else:
                silent_looks += 1
            if silent_looks * LOOK_SECONDS >= SILENT_SECONDS:
                child.kill()
                child.wait()
                return f"did not respond for {SILENT_SECONDS:.0f} seconds and was killed"
        return ""


def _start(sender: int) -> "subprocess.Popen[bytes]":
    command = ["-m", "counterfoil", "worker", "--parent", str(os.getpid()), "--beats", str(sender)]
    return subprocess.Popen(  # noqa: S603
        [sys.executable, *command],
        stdin=subprocess.DEVNULL,
        pass_fds=[sender],
        start_new_session=True,  # Ctrl-C ends `serve`, which then ends its worker; never the worker alone
    )


def _stop(child: "subprocess.Popen[bytes]") -> None:
    """End a worker: it parks its runs, or is killed where that takes too long."""
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _ending(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    return f"was ended by signal {-code} ({signal.Signals(-code).name})"


def _tell(reason: str, restarts: Restarts) -> None:
    """Say in the terminal and the log that the worker is gone, and what happens now."""
    delay = restarts.delay_seconds
    log.warning("worker gone", reason=reason, failures=restarts.failures, next_start_in=delay)
    then = "Starting another one."
    if restarts.failures > 1:
        again = f"It has failed {restarts.failures} times in a row; next start in {delay:.0f} seconds."
        then = f"{again} Until then nothing is synced or sent; webhooks are stored. See `counterfoil doctor`."
    with suppress(OSError):  # the terminal may be closed
        err.print(f"[yellow]The worker {escape(reason)}.[/] {escape(then)}", soft_wrap=True)
