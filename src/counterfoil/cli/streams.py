"""Let a command always write to its streams: closed ones lead nowhere, foreign encodings lose nothing."""

import os
import sys
from typing import IO, TextIO, cast

_MODES = (("stdin", os.O_RDONLY, "r"), ("stdout", os.O_WRONLY, "w"), ("stderr", os.O_WRONLY, "w"))


def open_closed() -> None:
    """Connect closed streams to the null device, so that no file opened later takes their numbers."""
    for number, (name, flags, mode) in enumerate(_MODES):
        try:
            os.fstat(number)
        except OSError:
            descriptor = os.open(os.devnull, flags)  # the lowest number that is free: this one
            if descriptor != number:
                os.dup2(descriptor, number)
                os.close(descriptor)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def accept_all_characters() -> None:
    """Write what the encoding of the terminal lacks as its code, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def is_unicode(stream: IO[str]) -> bool:
    """Tell whether a stream's encoding has all characters."""
    return (getattr(stream, "encoding", None) or "").lower().replace("-", "").startswith("utf")


def flush() -> int | None:
    """Write out what is left. Returns the exit status where stdout cannot take it, else None."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError as error:
        _discard()
        return 141 if isinstance(error, BrokenPipeError) else 74
    return None


def _discard() -> None:
    """Let the interpreter find nothing left that it would fail to write at its end."""
    descriptor = os.open(os.devnull, os.O_WRONLY)
    for stream in cast("tuple[TextIO, ...]", (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            os.dup2(descriptor, stream.fileno())
    os.close(descriptor)
