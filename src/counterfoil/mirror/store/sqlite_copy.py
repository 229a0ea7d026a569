"""Copies of the embedded database, made before it is upgraded and kept beside it."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from counterfoil import messages
from counterfoil.errors import DiskFull

KEPT = 3
"""Copies; older ones are deleted after an upgrade."""
SPARE_BYTES = 16 * 1024 * 1024


def copy_file(file: Path, version: str) -> Path:
    """Copy a database, whoever has it open, to a file with the version in its name. Raises DiskFull before that.

    The copy keeps its write-ahead log switched on, which VACUUM INTO would not. A crash leaves a file with another
    ending, which the next copy replaces.
    """
    _require_room(file)
    number, stem = 1, f"{file.stem}.before-{version}"
    copy = file.with_name(f"{stem}{file.suffix}")
    while copy.exists():
        number += 1
        copy = file.with_name(f"{stem}-{number}{file.suffix}")
    unfinished = file.with_name(f"{file.stem}.before{file.suffix}.unfinished")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT, 0o600))
    try:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(unfinished)) as target:
            source.backup(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    unfinished.rename(copy)
    return copy


def delete_old_copies(file: Path) -> None:
    """Delete all copies but the newest few."""
    copies = sorted(file.parent.glob(f"{file.stem}.before-*{file.suffix}"), key=lambda copy: copy.stat().st_mtime)
    for copy in copies[:-KEPT]:
        copy.unlink(missing_ok=True)


def _require_room(file: Path) -> None:
    log = file.with_name(f"{file.name}-wal")
    needed = file.stat().st_size + (log.stat().st_size if log.exists() else 0) + SPARE_BYTES
    free = shutil.disk_usage(file.parent).free
    if free < needed:
        megabyte = 1024 * 1024
        raise DiskFull(
            messages.mirror.NO_ROOM_FOR_COPY(
                needed=-(-needed // megabyte), free=free // megabyte, folder=str(file.parent)
            ),
            messages.mirror.MAKE_ROOM_AND_REPEAT(),
        )
