"""Open a file of data, unpacked where it is a gzip file, and never more of it than a file may have."""

import gzip
import io
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from counterfoil.connectors.file import messages
from counterfoil.connectors.file.plain_file import largest, open_plain, require_size
from counterfoil.errors import InvalidInput

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_MAGIC = b"\x1f\x8b\x08"


def open_data(path: Path) -> io.BufferedReader:
    """Open a file to read its bytes, as `open_plain` does; those of a gzip file unpacked."""
    file = open_plain(path)
    if file.peek(len(_MAGIC))[: len(_MAGIC)] != _MAGIC:
        return file
    return io.BufferedReader(_Unpacked(file, path), 1 << 16)


def is_packed(path: Path) -> bool:
    """Tell whether it is a gzip file."""
    with open_plain(path) as file:
        return file.read(len(_MAGIC)) == _MAGIC


class _Unpacked(io.RawIOBase):
    """The bytes in a gzip file. One that is damaged, or has too many of them, raises InvalidInput."""

    def __init__(self, file: io.BufferedReader, path: Path) -> None:
        self._file = file
        self._packed = gzip.GzipFile(fileobj=file, mode="rb")
        self._path = path
        self._most = largest()
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        try:
            data = self._packed.read1(len(view))
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise InvalidInput(messages.DAMAGED_GZIP(path=str(self._path)), messages.EXPORT_AGAIN()) from None
        self._count += len(data)
        require_size(self._path, self._count, self._most)
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._packed.close()
        self._file.close()
        super().close()
