"""What a line of the log says: one JSON object of bounded size, never a secret or a customer's data.

An error that is known in one sentence, such as a database that is away, gets no traceback; nor does what a
stranger sends, such as a foreign Host header.
"""

import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from counterfoil.errors import CounterfoilError, SkipRecord

LONGEST_TEXT = 1_000
LONGEST_TRACEBACK = 20_000
"""Characters. The first and last halves are kept."""
LONGEST_OF_STRANGERS = 200
USUAL_MOST = 30
"""Warnings and errors a minute from one place in the code; 1 of strangers, and of what one sentence says."""
MOST_NOTES = 1_000
"""Notes a minute of what was done."""
_SECURITY = "django.security."
_KNOWN = "known "
_DETAIL = re.compile(r"^(DETAIL|CONTEXT): .*?(?=\n\n|\Z)", re.DOTALL | re.MULTILINE)


def shared_processors() -> list[Any]:
    """Return the steps from an event to what is written of it, for structlog and for the standard library."""
    return [
        of_known_problems,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_details,
        bounded,
    ]


def without_details(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Remove the details that PostgreSQL adds to an error: they repeat the row."""
    if "exception" in line:
        line["exception"] = _DETAIL.sub(r"\1: (left out)", str(line["exception"]))
    return line


def bounded(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Shorten what is longer than a line of the log may be."""
    for key, value in list(line.items()):
        if key.startswith("_"):
            continue
        most = LONGEST_TRACEBACK if key == "exception" else LONGEST_TEXT
        if not isinstance(value, bool | int | float | None):
            text = value if isinstance(value, str) else str(value)
            if len(text) > most:
                line[key] = f"{text[: most // 2]} … {text[-most // 2 :]}"
    return line


def of_known_problems(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put one sentence in the place of a traceback where the error is known, and note where it came from."""
    error = _given_error(line.get("exc_info"))
    if error is None:
        return line
    known = known_problem(error)
    line["_error"] = _called(error, known)
    if known is not None:
        del line["exc_info"]
        line["problem"] = known.message
    return line


def without_notes(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Remove what is only meant for this module."""
    line.pop("_error", None)
    return line


def simplify(record: logging.LogRecord) -> None:
    """Reduce what Django says of a stranger's request, such as a foreign Host, to one short line."""
    if record.name.startswith(_SECURITY):
        record.msg, record.args, record.exc_info = record.getMessage()[:LONGEST_OF_STRANGERS], (), None


def event(record: logging.LogRecord) -> str:
    """Return the words of a record, without its values."""
    said: Any = record.msg
    text = said.get("event", "") if isinstance(said, Mapping) else record.getMessage()
    return str(text)[:LONGEST_OF_STRANGERS]


def place(record: logging.LogRecord) -> tuple[str, int]:
    """Name what says a record, by its place in the code, and how many lines a minute it may write."""
    if record.name.startswith(_SECURITY):
        return record.name, 1
    said: Any = record.msg
    if isinstance(said, Mapping):
        error = str(said.get("_error", ""))
    else:
        found = _given_error(record.exc_info)
        error = "" if found is None else _called(found, known_problem(found))
    if error.startswith(_KNOWN):
        return error.removeprefix(_KNOWN), 1
    most = USUAL_MOST if record.levelno >= logging.WARNING else MOST_NOTES
    return f"{record.pathname}:{record.lineno}:{record.levelname} {error}".strip(), most


def known_problem(error: BaseException) -> CounterfoilError | None:
    """Return what a database's error means, where that is about the database and not about a record."""
    from django.db import Error as DatabaseFault

    from counterfoil.mirror.database import translate_error

    known = translate_error(error) if isinstance(error, DatabaseFault) else None
    return None if isinstance(known, SkipRecord) else known


def _called(error: BaseException, known: CounterfoilError | None) -> str:
    """Name an error by where it was raised; one that is known by its kind alone, wherever that is."""
    if known is not None:
        return f"{_KNOWN}{type(known).__name__}"
    frames = traceback.extract_tb(error.__traceback__)[-1:]
    return ":".join([type(error).__name__, *(f"{frame.filename}:{frame.lineno}" for frame in frames)])


def _given_error(given: Any) -> BaseException | None:
    if given is True:
        given = sys.exc_info()
    if isinstance(given, tuple):
        given = given[1]
    return given if isinstance(given, BaseException) else None
