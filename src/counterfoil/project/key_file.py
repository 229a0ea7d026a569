"""The file with the encryption keys in the data folder."""

import hashlib
import os
import secrets
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet

from counterfoil.connections.key_source import FixedKeys, KeySource
from counterfoil.errors import InvalidSetting, KeyUnusable
from counterfoil.project import ownership

VARIABLE = "COUNTERFOIL_KEY"
OTHERS = stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP
"""Permissions that no key file should have. A group may read it: secrets are often handed to services so."""


class KeyFile:
    """Implements `KeySource`. One key per line; every process notices a change when it next needs a key."""

    can_write = True

    def __init__(self, path: Path) -> None:
        self._path = path
        self._cached: tuple[tuple[int, int, int], tuple[str, ...]] | None = None

    @property
    def place(self) -> str:
        return str(self._path)

    def read(self) -> Sequence[str]:
        try:
            found = self._path.stat()
            version = (found.st_ino, found.st_mtime_ns, found.st_size)
            cached = self._cached
            if cached is None or cached[0] != version:
                text = self._path.read_text(encoding="ascii", errors="replace")
                lines = [line.strip() for line in text.splitlines() if line.strip()]
                cached = self._cached = (version, tuple(validated(lines or [""], self.place)))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise KeyUnusable(
                f"The key file {self._path} cannot be read ({error.strerror}).",
                "Run the command as the user that the service runs as, or correct the file's owner.",
            ) from error
        return cached[1]

    def create(self) -> None:
        """Make the file, readable by its owner only. It appears with its key in it, or not at all."""
        new = self._write_beside([Fernet.generate_key().decode()])
        try:
            with suppress(FileExistsError):  # another process was first
                os.link(new, self._path)
        except OSError:  # as on a file system without links
            if not self._path.exists():
                new.replace(self._path)
        finally:
            new.unlink(missing_ok=True)

    def write(self, keys: Sequence[str]) -> None:
        target = self._path.resolve()  # a link to the file stays one
        self._write_beside(validated(keys, self.place)).replace(target)

    def readable_by_others(self) -> bool:
        """Tell whether users other than its owner and group may read the file, or its group may change it."""
        try:
            return bool(self._path.stat().st_mode & OTHERS)
        except OSError:
            return False

    def _write_beside(self, keys: Sequence[str]) -> Path:
        target = self._path.resolve()
        new = target.with_name(f"{target.name}.{secrets.token_hex(4)}")
        try:
            handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write("".join(f"{key}\n" for key in keys))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InvalidSetting(
                f"The key file {target} cannot be written ({error.strerror}).",
                "Set COUNTERFOIL_DATA_DIR to a folder that can be written.",
            ) from error
        ownership.adopt(new, target if target.exists() else target.parent)
        return new


def key_source(folder: Path) -> KeySource:
    """Return the keys in COUNTERFOIL_KEY, by comma, else those in the file `key`. Raises KeyUnusable."""
    given = [key.strip() for key in os.environ.get(VARIABLE, "").split(",") if key.strip()]
    return FixedKeys(validated(given, VARIABLE), VARIABLE) if given else KeyFile(folder / "key")


def session_keys(source: KeySource) -> list[str]:
    """Derive the keys that sessions are signed with, newest first, so that a rotation logs nobody out.

    Before an install has a key, a random one serves the command that makes the first.
    """
    keys = source.read() or [secrets.token_urlsafe(32)]
    return [hashlib.sha256(b"sessions:" + key.encode()).hexdigest() for key in keys]


def validated(keys: Sequence[str], place: str) -> Sequence[str]:
    """Return the keys. Raises KeyUnusable where one of them is none."""
    for key in keys:
        try:
            Fernet(key)
        except ValueError as error:
            raise KeyUnusable(
                f"The encryption key in {place} is not a valid key.",
                "Put it back from your backup; `counterfoil keys replace --help` says what to do without one.",
            ) from error
    return keys
