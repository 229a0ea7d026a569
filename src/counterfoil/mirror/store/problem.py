"""What is wrong with the database, whatever was asked of it: the kinds that the dialects tell errors by."""

from enum import Enum, auto


class DatabaseProblem(Enum):
    """Why no statement of some kind can succeed at present."""

    FULL = auto()
    DAMAGED = auto()
    LOCKED = auto()
    READ_ONLY = auto()
    FORBIDDEN = auto()
    """The database user lacks a right."""
    OUTDATED = auto()
    """A table or a column is missing."""
    UNREADABLE = auto()
    """The disk, or what connects it, fails."""
    UNREACHABLE = auto()
