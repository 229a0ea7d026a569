"""The log: one JSON object a line, in the data folder. Never a secret, never a customer's data."""

import logging
import re
from collections.abc import MutableMapping
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any

import structlog

BIGGEST = 10_000_000
"""Bytes; a log that has grown beyond this is put aside at the next start (one old one is kept)."""
_DETAIL = re.compile(r"^(DETAIL|CONTEXT): .*?(?=\n\n|\Z)", re.DOTALL | re.MULTILINE)


def open_in(data: Path) -> None:
    """Have everything logged there, by whatever process this is."""
    folder = data / "logs"
    folder.mkdir(exist_ok=True)
    path = folder / "counterfoil.log"
    if path.exists() and path.stat().st_size > BIGGEST:
        path.replace(folder / "counterfoil.log.1")
    handler = WatchedFileHandler(path, encoding="utf-8")  # goes on in the new file when this one is put aside
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_details,
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


def without_details(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What PostgreSQL adds to an error repeats the row that it is about."""
    if "exception" in line:
        line["exception"] = _DETAIL.sub(r"\1: (left out)", str(line["exception"]))
    return line
