"""Open a file of data: a plain one of bounded size, whatever else stands at its path.

A device, a pipe or a socket may have no end, or block whoever opens it.
"""

import errno
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from counterfoil.connectors.file import messages
from counterfoil.errors import InvalidInput, InvalidSetting, NotFound

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LARGEST = "COUNTERFOIL_FILE_MAX_MB"
"""The setting: megabytes that a file may have."""
USUAL_LARGEST = 1024
_MEGABYTE = 2**20


def open_plain(path: Path) -> io.BufferedReader:
    """Open a file to read its bytes. Raises NotFound, InvalidInput; reading it raises InvalidInput, too."""
    most = largest()
    with explained(path):
        _require_plain(path, path.stat())
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            found = os.fstat(descriptor)  # what stands at a path can change
            _require_plain(path, found)
            require_size(path, found.st_size, most)
            if not found.st_size and os.read(descriptor, 1) and not os.fstat(descriptor).st_size:
                raise InvalidInput(messages.NOT_PLAIN(path=str(path)), messages.GIVE_FILE())  # one of the kernel's
            os.lseek(descriptor, 0, os.SEEK_SET)
            return io.BufferedReader(_Bytes(descriptor, path, most))
        except BaseException:
            os.close(descriptor)
            raise


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the operating system says about a file into an error that names it."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(messages.NO_FILE(path=str(path)), messages.CHECK_PATH()) from None
    except IsADirectoryError:
        raise InvalidInput(messages.IS_FOLDER(path=str(path)), messages.GIVE_FILE()) from None
    except PermissionError:
        raise InvalidInput(messages.MAY_NOT_READ(path=str(path)), messages.CHANGE_PERMISSIONS()) from None
    except OSError as error:
        problem = os.strerror(error.errno) if error.errno else str(error)
        raise InvalidInput(
            messages.FILE_UNREADABLE(path=str(path), problem=problem), messages.CHECK_PATH()
        ) from None
    except UnicodeError:
        raise
    except ValueError:  # a NUL in the path
        raise NotFound(messages.NO_FILE(path=str(path)), messages.CHECK_PATH()) from None


def _require_plain(path: Path, found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(found.st_mode):
        raise InvalidInput(messages.NOT_PLAIN(path=str(path)), messages.GIVE_FILE())


def require_size(path: Path, size: int, most: int) -> None:
    """Raise InvalidInput for a file of more than `most` bytes."""
    if size > most:
        raise InvalidInput(
            messages.FILE_TOO_LARGE(path=str(path), megabytes=most // _MEGABYTE),
            messages.RAISE_LARGEST(setting=LARGEST),
        )


def largest() -> int:
    """Return how many bytes a file may have. Raises InvalidSetting."""
    text = os.environ.get("COUNTERFOIL_FILE_MAX_MB", "").strip() or str(USUAL_LARGEST)
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:10]) <= 10**9):
        raise InvalidSetting(
            messages.NO_NUMBER_OF_MEGABYTES(setting=LARGEST), messages.SUCH_AS(example=USUAL_LARGEST)
        )
    return int(text) * _MEGABYTE


class _Bytes(io.FileIO):
    """The bytes of a file that may grow or fail while it is read."""

    def __init__(self, descriptor: int, path: Path, most: int) -> None:
        super().__init__(descriptor, "rb")
        self._path = path
        self._most = most

    def readinto(self, buffer: "WriteableBuffer", /) -> int | None:
        with explained(self._path):
            count = super().readinto(buffer)
            require_size(self._path, self.tell(), self._most)
            return count
