"""A lock in the data folder that every running process shares, and that a restore needs for itself.

The system drops it with the process, however that ends.
"""

import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from counterfoil.errors import NotPossibleNow
from counterfoil.project import ownership

if sys.platform != "win32":
    import fcntl

_held: dict[Path, TextIO] = {}


def share(folder: Path) -> None:
    """Use the data folder until this process ends. Raises NotPossibleNow while a backup is being restored."""
    if not _lock(folder, alone=False):
        raise NotPossibleNow("A backup is being restored into this install.", "Try again in a moment.")


def claim_alone(folder: Path) -> None:
    """Keep every other process from starting. Raises NotPossibleNow while one runs."""
    if not _lock(folder, alone=True):
        raise NotPossibleNow(
            f"Other processes use {folder}. Nothing was restored.",
            "Stop `serve`, workers and scheduled commands, and try again.",
        )


def _lock(folder: Path, *, alone: bool) -> bool:
    """Lock, or change the lock that this process has. A folder that cannot be written is not locked."""
    if sys.platform == "win32":
        return True
    with suppress(PermissionError):
        file = _held.get(folder) or _open(folder)
        try:
            fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        _held[folder] = file
    return True


def _open(folder: Path) -> TextIO:
    path = folder / "in-use.lock"
    is_new = not path.exists()
    file = path.open("a")
    if is_new:
        ownership.adopt(path, folder)
    return file
