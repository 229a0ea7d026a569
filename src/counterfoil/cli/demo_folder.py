"""The demo's own data folder, inside the usual one: nothing of a real install is read or changed there."""

import fcntl
import os
from collections.abc import MutableMapping
from pathlib import Path

from counterfoil.errors import NotFound, NotPossibleNow
from counterfoil.project.data_dir import data_dir

OPTION = "--demo"
MOST = 9
_REAL_ONLY = ("DATABASE_URL", "COUNTERFOIL_KEY")
"""Variables that lead to a real install."""
_MARK = "demo-size"
_locks: list[int] = []
"""Open files whose locks last as long as this process."""


def begin(customers: int) -> Path:
    """Choose the folder of a demo that starts now, and let this process and its children use it.

    A second demo beside a running one gets a folder of its own. One of another size starts over. Raises
    NotPossibleNow where too many are running.
    """
    for number in range(1, MOST + 1):
        folder = _folder(number)
        folder.mkdir(mode=0o700, exist_ok=True)
        if _lock(folder):
            _start_over_if_needed(folder, customers)
            _use(folder, os.environ)
            return folder
    raise NotPossibleNow(f"{MOST} demos are running already.", "Stop one of them with Ctrl-C.")


def enter() -> None:
    """Let this command use the first demo's data. Raises NotFound where there is none."""
    folder = _folder(1)
    if not (folder / _MARK).exists():
        raise NotFound("There is no demo yet.", "Start one with `counterfoil demo`.")
    _use(folder, os.environ)


def _folder(number: int) -> Path:
    return data_dir() / ("demo" if number == 1 else f"demo-{number}")


def _use(folder: Path, environment: MutableMapping[str, str]) -> None:
    environment["COUNTERFOIL_DATA_DIR"] = str(folder)
    for name in _REAL_ONLY:
        environment.pop(name, None)


def _lock(folder: Path) -> bool:
    """Lock a folder for this process. Returns False where another demo has it."""
    handle = os.open(folder / "demo-lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return False
    _locks.append(handle)
    return True


def _start_over_if_needed(folder: Path, customers: int) -> None:
    """Delete what a demo of another size has left: the customers it has in addition would count as deleted."""
    mark = folder / _MARK
    if mark.exists() and mark.read_text().strip() != str(customers):
        for path in folder.glob("counterfoil.sqlite3*"):
            path.unlink()
    mark.write_text(f"{customers}\n")
