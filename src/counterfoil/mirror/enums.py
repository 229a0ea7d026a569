"""The states of a mirrored row, and who wins a conflict (DESIGN part 4b)."""

from enum import StrEnum


class State(StrEnum):
    """What is known of the record upstream. The row is kept in every state."""

    PRESENT = "present"
    MISSING = "missing"
    UNLISTED = "unlisted"
    TOMBSTONE = "tombstone"
    MERGED = "merged"
    LOCAL = "local"

    @property
    def label(self) -> str:
        """What people read."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    State.PRESENT: "Present",
    State.MISSING: "Missing",
    State.UNLISTED: "Unlisted",
    State.TOMBSTONE: "Deleted",
    State.MERGED: "Merged",
    State.LOCAL: "Not created yet",
}


class Rule(StrEnum):
    """Who wins where both sides changed a field."""

    ASK = "ask"
    UPSTREAM = "upstream"
    OURS = "ours"
    FILL = "fill"
    """Ours only where the upstream has nothing."""

    @property
    def label(self) -> str:
        """What people read."""
        return _RULE_LABELS[self]


_RULE_LABELS = {
    Rule.ASK: "Ask",
    Rule.UPSTREAM: "The connected system wins",
    Rule.OURS: "Ours wins",
    Rule.FILL: "Fill only if empty",
}
