"""The file that an app's own invoices come in: opened as what it is, told apart by its content."""

import codecs
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from counterfoil.connectors.file import rows as reading
from counterfoil.connectors.file.rows import Layout
from counterfoil.errors import WrongSetting
from counterfoil.invoices.columns import choose
from counterfoil.invoices.row import Incoming, Rejected, read

_BLOCK = 1 << 20
_KEEP_BYTES = "surrogateescape"
"""Bytes that are no text become half surrogates, so that they cost their row and not the file."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """`columns`: field -> column. `digest` is the SHA-256 of the content, in hex."""

    path: Path
    layout: Layout
    columns: Mapping[str, str]
    digest: str

    def rows(self) -> Iterator[Incoming | Rejected]:
        """All rows, one after the other; the file is never held whole."""
        for row in reading.rows(self.path, self.layout):
            yield read(row, self.columns)


def open_file(path: Path, said: Mapping[str, str], encoding: str = "", delimiter: str = "") -> SourceFile:
    """Look at a file: its encoding, its columns (`said`: field -> column, the rest by their names).

    Raises NotFound, WrongSetting.
    """
    reading.opened(path, Layout(encoding)).close()
    layout = Layout(encoding or _encoding(path), delimiter, _KEEP_BYTES)
    found = reading.columns(path, layout)
    if not found:
        raise WrongSetting(f"{path.name} holds no rows.", "Give a file with at least one.")
    return SourceFile(path, layout, choose(found, said), _digest(path))


def _encoding(path: Path) -> str:
    """As for any file; but one in UTF-8 with a few broken rows is not taken for cp1252, which any byte fits."""
    found = reading.encoding_of(path)
    if found != "cp1252":
        return found
    decoder = codecs.getincrementaldecoder("utf-8")(_KEEP_BYTES)
    whole = broken = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            text = decoder.decode(block)
            lost = sum("\udc80" <= character <= "\udcff" for character in text) if not text.isascii() else 0
            broken += lost
            whole += sum(not character.isascii() for character in text) - lost if not text.isascii() else 0
    return "utf-8-sig" if whole > broken else found


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
