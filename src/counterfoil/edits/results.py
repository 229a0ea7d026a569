"""How the push of one record ends."""

from enum import StrEnum


class Result(StrEnum):
    """What became of it."""

    NOTHING = "nothing"
    """Nothing differs (any more)."""
    PUSHED = "pushed"
    CREATED = "created"
    REFUSED = "refused"
    """The upstream does not take it."""
    CONFLICT = "conflict"
    """Somebody has to decide first."""
    BUSY = "busy"
    """Another process is at it."""
    LATER = "later"
    """Whether it arrived is not known; it is looked up before anything else."""
