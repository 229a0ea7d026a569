"""The states of a mirrored row (DESIGN part 4b)."""

from enum import StrEnum


class State(StrEnum):
    """A row is kept whatever becomes of the record upstream; its state says what is known of that."""

    PRESENT = "present"
    MISSING = "missing"
    UNLISTED = "unlisted"
    TOMBSTONE = "tombstone"
    MERGED = "merged"
    LOCAL = "local"

    @property
    def label(self) -> str:
        """What people read."""
        return _LABELS[self]


_LABELS = {
    State.PRESENT: "Present",
    State.MISSING: "Missing",
    State.UNLISTED: "Unlisted",
    State.TOMBSTONE: "Deleted upstream",
    State.MERGED: "Merged",
    State.LOCAL: "Not created upstream yet",
}
