"""The log file in the data folder: one JSON object per line, of bounded size whatever happens.

Several processes write to it. Each line is one write at the end of the file, so none is lost or mixed with
another. Whichever process finds the file too large renames it, under a lock; the others open the new one.
"""

import errno
import fcntl
import logging
import os
import stat
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

from counterfoil.project import log_lines, ownership
from counterfoil.project.log_repeats import Repeats

BIGGEST = 10_000_000
"""Bytes after which the file is renamed."""
KEPT = 5
"""Old files, `counterfoil.log.1` being the newest."""


class LogFile(logging.Handler):
    """Writes lines to a file that other processes write to as well, and renames it when it is large.

    A line that cannot be written is left out; one line on stderr says so, until the next can be written.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._path = path
        self._clock = clock
        self._repeats = Repeats()
        self._said: dict[str, str] = {}
        """What each place has said last of what was only counted."""
        self._file: int | None = None
        self._broken = self._told = False
        self._working = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, unless its place in the code has said too much in the last minute."""
        if getattr(self._working, "now", False):
            return  # what writing a line has said itself
        self._working.now = True
        try:
            self._say_counts()
            place, most = log_lines.place(record)
            log_lines.simplify(record)
            if self._repeats.admit(place, most, self._clock()):
                self._write(self.format(record))
            else:
                self._said[place] = log_lines.event(record)
        except Exception:
            self.handleError(record)
        finally:
            self._working.now = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  its name in `logging`
        """Print nothing: it would be a traceback."""

    def close(self) -> None:
        """Say what is still counted, and close the file."""
        with suppress(Exception):
            self._say_counts(all_of_them=True)
        self._close_file()
        super().close()

    def _say_counts(self, *, all_of_them: bool = False) -> None:
        for place, again in self._repeats.finished(self._clock(), all_of_them=all_of_them):
            said = f"again {again:,} times in the last minute: {self._said.pop(place, '')}"
            record = logging.LogRecord(__name__, logging.WARNING, __file__, 0, said, (), None)
            self._write(self.format(record))

    def _write(self, line: str) -> None:
        try:
            file = self._opened()
            data = (b"\n" if self._broken else b"") + line.encode(errors="backslashreplace") + b"\n"
            written = os.write(file, data)
            self._broken = written < len(data)
            if self._broken:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._told = False
            if os.fstat(file).st_size > BIGGEST:
                self._rename(file)
        except OSError as error:
            self._tell(error)

    def _opened(self) -> int:
        """Return the file that stands at the path now, opened."""
        if self._file is not None and not _stands_at(self._file, self._path):
            self._close_file()
        if self._file is None:
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            found = os.fstat(self._file)
            if stat.S_ISREG(found.st_mode) and not found.st_size:
                ownership.adopt(self._path, self._path.parent)
        return self._file

    def _rename(self, file: int) -> None:
        with suppress(BlockingIOError):  # another process is renaming it
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            try:
                if _stands_at(file, self._path):
                    for number in range(KEPT - 1, 0, -1):
                        with suppress(FileNotFoundError):
                            _old(self._path, number).replace(_old(self._path, number + 1))
                    self._path.replace(_old(self._path, 1))
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)

    def _tell(self, error: OSError) -> None:
        if not self._told:
            self._told = True
            with suppress(OSError, ValueError, AttributeError):
                problem = error.strerror or type(error).__name__
                sys.stderr.write(f"The log cannot be written ({problem}); it goes on when it can.\n")

    def _close_file(self) -> None:
        if self._file is not None:
            with suppress(OSError):
                os.close(self._file)
            self._file = None


def _old(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def _stands_at(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


def open_in(data: Path) -> None:
    """Send all logging of this process to `counterfoil.log` in the folder `logs` of `data`."""
    folder = data / "logs"
    if not folder.exists():
        folder.mkdir(exist_ok=True)
        ownership.adopt(folder, data)
    shared = log_lines.shared_processors()
    handler = LogFile(folder / "counterfoil.log")
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                log_lines.without_notes,
                structlog.processors.JSONRenderer(),
            ],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # its lines hold full addresses
    logging.getLogger("django.request").setLevel(logging.ERROR)  # not what strangers ask for in vain
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
