"""Conflicts in words: what they are about, what can be decided and what that does, what was decided."""

from dataclasses import dataclass

from counterfoil.console.widgets.formats import one_line
from counterfoil.ingest.edit_values import label
from counterfoil.mirror.models import Conflict, ConflictKind, Decision

MEANS = {
    ConflictKind.BOTH: "It was edited here, and changed upstream too. Nothing of this field is pushed until "
    "somebody decides.",
    ConflictKind.OVERWRITTEN: "Our push replaced a value that somebody else had written upstream just before.",
    ConflictKind.DELETED: "It was edited here, and deleted upstream.",
    ConflictKind.CREATED: "It was sent upstream without an answer, and what came in since looks like it.",
}
KINDS = {
    ConflictKind.BOTH: "changed on both sides",
    ConflictKind.OVERWRITTEN: "overwritten by us",
    ConflictKind.DELETED: "edited here, deleted there",
    ConflictKind.CREATED: "perhaps created already",
}
TOGETHER = (ConflictKind.BOTH, ConflictKind.OVERWRITTEN)
"""Kinds of which several can be settled the same way; the others are looked at one by one."""
ALIKE = (Decision.OURS, Decision.THEIRS)
"""What can be decided of several."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: what it says, and what it does."""

    decision: Decision
    words: str
    effect: str


CHOICES = {
    ConflictKind.BOTH: (
        Choice(Decision.OURS, "Keep ours", "It is sent upstream with the next push."),
        Choice(Decision.THEIRS, "Take theirs", "The edit is dropped; what the upstream says counts here at once."),
    ),
    ConflictKind.OVERWRITTEN: (
        Choice(Decision.OURS, "Leave ours", "Nothing is changed."),
        Choice(
            Decision.THEIRS, "Bring theirs back", "Their value becomes an edit, and is sent with the next push."
        ),
    ),
    ConflictKind.DELETED: (
        Choice(
            Decision.RECREATE,
            "Create it again",
            "A new customer with all that is known here, for the next push to create. This one stays deleted.",
        ),
        Choice(Decision.DROP, "Drop the edits", "It stays deleted."),
    ),
    ConflictKind.CREATED: (
        Choice(
            Decision.SAME,
            "It is this one",
            "Nothing is created; what was typed here goes on there as edits. Where it was deleted since, you are "
            "asked whether to create it again.",
        ),
        Choice(Decision.NEW, "It is none of them", "It is created upstream by the next push."),
    ),
}
"""By kind, in the order of the buttons."""

_ENDS = {
    Decision.OURS: "ours was kept",
    Decision.THEIRS: "theirs was taken",
    Decision.AGREED: "both sides came to say the same",
    Decision.WITHDRAWN: "one side went back, so there was nothing to decide any more",
    Decision.RECREATE: "it was created again",
    Decision.DROP: "the edits were dropped",
    Decision.SAME: "it was the same record",
    Decision.NEW: "it was another record",
}


def about(conflict: Conflict) -> str:
    """The field, or what there is instead of one."""
    return label(conflict.field) if conflict.field else "The whole customer"


def ours(conflict: Conflict) -> str:
    """What we say, in a line."""
    if not isinstance(conflict.ours, dict):
        return one_line(conflict.ours)
    if conflict.kind == ConflictKind.CREATED:
        return one_line(conflict.ours.get("name"))
    return ", ".join(f"{label(field)}: {one_line(value) or 'empty'}" for field, value in conflict.ours.items())


def theirs(conflict: Conflict) -> str:
    """What the upstream says, in a line."""
    if conflict.kind == ConflictKind.DELETED:
        return "deleted"
    if conflict.kind == ConflictKind.CREATED:
        found = [one_line(entry["name"]) for entry in conflict.theirs or ()]
        return f"looks like {' or '.join(found)}"
    return one_line(conflict.theirs)


def means(conflict: Conflict) -> str:
    """What it is, in a sentence or two."""
    return MEANS[ConflictKind(conflict.kind)]


def ended(conflict: Conflict) -> str:
    """What was decided, and by whom; empty while it is open."""
    if conflict.settled_at is None:
        return ""
    end = _ENDS.get(Decision(conflict.decision), conflict.decision) if conflict.decision else "it is over"
    if conflict.by_policy:
        return f"A rule of this connection decided: {end}"
    if conflict.settled_by is not None:
        return f"{conflict.settled_by.get_username()} decided: {end}"
    return f"{end[0].upper()}{end[1:]}"
