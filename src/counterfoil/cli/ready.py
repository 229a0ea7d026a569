"""Sets Django up for a command: settings, logs, tables."""

import atexit
import gc
import os
from pathlib import Path

from rich.markup import escape

from counterfoil.cli.output import err

COPY = "The database was upgraded. As it was before, it is kept in {}"


def ready(*, prepare: bool = True, log: bool = True, key: bool = True) -> None:
    """Set Django up. `prepare` also creates the tables where there are none, and the key of a new install.

    `key`: raise KeyUnusable where the key is missing or is another database's.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counterfoil.project.settings")
    import django

    django.setup()
    gc.freeze()  # what is loaded by now stays, so the collector need not scan it again
    gc.set_threshold(50_000, 20, 50)
    from counterfoil.mirror import database

    atexit.register(database.close)
    from django.conf import settings

    from counterfoil.project import in_use, log_file

    folder = Path(settings.COUNTERFOIL_DATA_DIR)
    in_use.share(folder)
    if log:
        log_file.open_in(folder)
    if prepare:
        _prepare(key=key)


def _prepare(*, key: bool) -> None:
    from counterfoil.cli import database_in_use
    from counterfoil.connections import key_check
    from counterfoil.mirror import upgrade

    done = upgrade.prepare()
    if done.copy is not None:
        err.print(COPY.format(done.copy), markup=False, soft_wrap=True)
    if done.migrations and (doubt := database_in_use.doubt()):
        err.print(f"[yellow]Warning:[/] {escape(doubt)}", soft_wrap=True)
    if key:
        key_check.require_key()
        database_in_use.note_use()
