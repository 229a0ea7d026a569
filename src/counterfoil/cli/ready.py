"""Django made ready for a command: settings, logs, tables."""

import gc
import logging
import os
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any

BIGGEST_LOG = 10_000_000
"""Bytes; a log that has grown beyond this is put aside at the next start (one old one is kept)."""


def ready(*, prepare: bool = True, log: bool = True) -> None:
    """Set Django up. `prepare` also makes the tables where there are none."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counterfoil.project.settings")
    import django

    django.setup()
    gc.freeze()  # what is loaded by now stays: the collector need not look at it again and again
    gc.set_threshold(50_000, 20, 50)
    if log:
        _log_to_file()
    if prepare:
        from counterfoil.mirror import database

        database.prepare()


def _log_to_file() -> None:
    import structlog
    from django.conf import settings

    folder = Path(settings.DATA_DIR) / "logs"
    folder.mkdir(exist_ok=True)
    path = folder / "counterfoil.log"
    if path.exists() and path.stat().st_size > BIGGEST_LOG:
        path.replace(folder / "counterfoil.log.1")
    handler = WatchedFileHandler(path, encoding="utf-8")  # goes on in the new file when this one is put aside
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # its lines hold full addresses
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
