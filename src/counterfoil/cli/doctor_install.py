"""What `doctor` says of the install as a whole: whether it is held after a restore, and who may read its files."""

import stat
from collections.abc import Iterator
from pathlib import Path

from counterfoil.cli.output import local_time


def findings() -> Iterator[tuple[str, bool, str]]:
    """Say what is wrong with it."""
    yield from _open_files()
    from counterfoil.mirror import hold

    held = hold.current()
    if held is not None:
        since = local_time(held.since)
        words = f"on hold since a backup was restored on {since}: nothing is synced or sent."
        yield "install", False, f"{words} If it is the one in use now, run `counterfoil go-live`."


def _open_files() -> Iterator[tuple[str, bool, str]]:
    """Name the database's file where other users of the machine may read it."""
    from django.conf import settings

    from counterfoil.mirror.store import current_dialect

    path = Path(str(settings.DATABASES["default"]["NAME"]))
    if not current_dialect().embedded or not path.exists():
        return
    if path.stat().st_mode & stat.S_IROTH and path.parent.stat().st_mode & stat.S_IXOTH:
        yield "files", False, f"other users of this machine may read {path}: chmod 700 {path.parent}"
