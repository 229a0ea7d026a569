"""The log file in the data folder: one JSON object per line, never a secret or a customer's data."""

import logging
import re
from collections.abc import MutableMapping
from contextlib import suppress
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any

import structlog

from counterfoil.project import ownership
from counterfoil.project.log_limit import LogLimit

BIGGEST = 10_000_000
"""Bytes. A larger log is renamed at the next start; one old log is kept."""
_DETAIL = re.compile(r"^(DETAIL|CONTEXT): .*?(?=\n\n|\Z)", re.DOTALL | re.MULTILINE)


class LogFile(WatchedFileHandler):
    """Follows its file when that is renamed. A line that cannot be written, as on a full disk, is left out."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  its name in `logging`
        """Print nothing: it would be a traceback."""


def open_in(data: Path) -> None:
    """Send all logging of this process to `counterfoil.log` in the folder `logs` of `data`."""
    folder = data / "logs"
    if not folder.exists():
        folder.mkdir(exist_ok=True)
        ownership.adopt(folder, data)
    path = folder / "counterfoil.log"
    if path.exists() and path.stat().st_size > BIGGEST:
        path.replace(folder / "counterfoil.log.1")
    is_new = not path.exists()
    handler = LogFile(path, encoding="utf-8")
    if is_new and path.exists():
        ownership.adopt(path, data)
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
    handler.addFilter(LogLimit())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # its lines hold full addresses
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def without_details(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Remove the details that PostgreSQL adds to an error: they repeat the row."""
    if "exception" in line:
        line["exception"] = _DETAIL.sub(r"\1: (left out)", str(line["exception"]))
    return line
