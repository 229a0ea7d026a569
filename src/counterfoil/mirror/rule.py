"""The rules for a field that both sides changed (DESIGN law 4)."""

from enum import StrEnum


class Rule(StrEnum):
    """Who wins."""

    ASK = "ask"
    UPSTREAM = "upstream"
    OURS = "ours"
    FILL = "fill"
    """Ours only where the upstream has nothing."""

    @property
    def label(self) -> str:
        """What people read."""
        return _LABELS[self]


_LABELS = {
    Rule.ASK: "Ask",
    Rule.UPSTREAM: "Upstream wins",
    Rule.OURS: "Ours wins",
    Rule.FILL: "Fill only if empty",
}
