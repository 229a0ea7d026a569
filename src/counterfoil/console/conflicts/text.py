"""The words for conflicts: what they are about, what can be decided and its effect, and what was decided.

`system` is what users call the connected system, as in "Robaws".
"""

from dataclasses import dataclass

from counterfoil.connections import wording
from counterfoil.console.widgets.formats import one_line
from counterfoil.ingest.edit_values import label
from counterfoil.mirror.models import Conflict, ConflictKind, Decision

BULK_KINDS = (ConflictKind.BOTH, ConflictKind.OVERWRITTEN)
"""Kinds that can be settled in bulk; the others are settled one by one."""
BULK_DECISIONS = (Decision.OURS, Decision.THEIRS)


@dataclass(frozen=True, slots=True)
class Choice:
    """A button that settles a conflict: its label, and the effect described beside it."""

    decision: Decision
    label: str
    effect: str


def choices(kind: ConflictKind, system: str) -> tuple[Choice, ...]:
    """Return the buttons for a kind of conflict, in their order on the page."""
    theirs = wording.possessive(system)
    return {
        ConflictKind.BOTH: (
            Choice(Decision.OURS, "Keep our value", f"Our value waits to be sent to {system}."),
            Choice(Decision.THEIRS, f"Keep {theirs} value", "Our edit is discarded."),
        ),
        ConflictKind.OVERWRITTEN: (
            Choice(Decision.OURS, "Keep our value", "Nothing is changed."),
            Choice(Decision.THEIRS, f"Restore {theirs} value", f"{theirs} value waits to be sent, as an edit."),
        ),
        ConflictKind.DELETED: (
            Choice(
                Decision.RECREATE,
                "Create again",
                f"If {system} really no longer has it, a new customer with everything known here waits to be "
                "created there. The old one stays deleted.",
            ),
            Choice(Decision.DROP, "Discard the edits", "The customer stays deleted."),
        ),
        ConflictKind.CREATED: (
            Choice(
                Decision.SAME,
                "Use this customer",
                "Nothing is created: what was entered here becomes edits of that customer. If it has been deleted "
                "since, you are asked whether to create it again.",
            ),
            Choice(Decision.NEW, "Create a new customer", f"The customer waits to be created in {system}."),
        ),
    }[kind]


def bulk_label(decision: Decision, system: str) -> str:
    """Name a decision about several conflicts, as in "Keep Robaws' value"."""
    return "Keep our value" if decision == Decision.OURS else f"Keep {wording.possessive(system)} value"


def kind(conflict: Conflict, system: str) -> str:
    """Name the kind of a conflict, as in "Changed on both sides"."""
    return wording.sentence(wording.conflict_kind(conflict.kind, system))


def subject(conflict: Conflict) -> str:
    """Return the label of the field, or "Whole customer"."""
    return label(conflict.field) if conflict.field else "Whole customer"


def our_value(conflict: Conflict) -> str:
    """Return our value, or our values by field, in one line."""
    if not isinstance(conflict.ours, dict):
        return one_line(conflict.ours)
    if conflict.kind == ConflictKind.CREATED:
        return one_line(conflict.ours.get("name"))
    return ", ".join(f"{label(field)}: {one_line(value) or 'empty'}" for field, value in conflict.ours.items())


def their_value(conflict: Conflict) -> str:
    """Return the connected system's value in one line; for a whole customer, what happened to it there."""
    if conflict.kind == ConflictKind.DELETED:
        return "deleted"
    if conflict.kind == ConflictKind.CREATED:
        names = [one_line(entry["name"]) for entry in conflict.theirs or ()]
        return f"looks like {' or '.join(names)}"
    return one_line(conflict.theirs)


def explanation(conflict: Conflict, system: str) -> str:
    """Explain a conflict in a sentence or two."""
    return {
        ConflictKind.BOTH: f"This field was changed here and in {system}. Our value is not sent until someone "
        "decides which value to keep.",
        ConflictKind.OVERWRITTEN: f"Our value replaced one that was entered in {system} just before.",
        ConflictKind.DELETED: f"This customer was edited here and deleted in {system}.",
        ConflictKind.CREATED: f"A customer that has appeared in {system} since this one was made here may be the "
        "same one.",
    }[ConflictKind(conflict.kind)]


def result(conflict: Conflict, system: str) -> str:
    """Return how a conflict ended and who decided; empty while it is open."""
    if conflict.settled_at is None:
        return ""
    words = wording.decision(conflict.decision, system) if conflict.decision else "settled"
    if conflict.by_policy:
        return f"Decided by a rule of this connection: {words}"
    if conflict.settled_by is not None:
        return f"Decided by {conflict.settled_by.get_username()}: {words}"
    return wording.sentence(words)
