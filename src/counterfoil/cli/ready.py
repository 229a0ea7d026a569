"""Django made ready for a command: settings, logs, tables."""

import atexit
import gc
import os
from pathlib import Path

from counterfoil.cli.output import err

COPY = "The tables have new names now. A copy of the database as it was: {}"


def ready(*, prepare: bool = True, log: bool = True) -> None:
    """Set Django up. `prepare` also makes the tables where there are none."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counterfoil.project.settings")
    import django

    django.setup()
    gc.freeze()  # what is loaded by now stays: the collector need not look at it again and again
    gc.set_threshold(50_000, 20, 50)
    from counterfoil.mirror import database

    atexit.register(database.close)
    if log:
        from django.conf import settings

        from counterfoil.project import log_file

        log_file.open_in(Path(settings.COUNTERFOIL_DATA_DIR))
    if prepare and (copy := database.prepare().copy) is not None:
        err.print(COPY.format(copy), markup=False, soft_wrap=True)
