"""Sets Django up for a command: settings, logs, tables."""

import atexit
import gc
import os
from pathlib import Path

from counterfoil.cli.output import err

COPY = "The tables were renamed. The database as it was before is kept in {}"


def ready(*, prepare: bool = True, log: bool = True) -> None:
    """Set Django up. `prepare` also creates the tables where there are none."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counterfoil.project.settings")
    import django

    django.setup()
    gc.freeze()  # what is loaded by now stays, so the collector need not scan it again
    gc.set_threshold(50_000, 20, 50)
    from counterfoil.mirror import database

    atexit.register(database.close)
    if log:
        from django.conf import settings

        from counterfoil.project import log_file

        log_file.open_in(Path(settings.COUNTERFOIL_DATA_DIR))
    if prepare and (copy := database.prepare().copy) is not None:
        err.print(COPY.format(copy), markup=False, soft_wrap=True)
