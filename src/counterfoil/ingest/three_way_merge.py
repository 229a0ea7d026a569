"""Three-way merge of one field: base, ours, theirs. Pure (DESIGN law 4)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from counterfoil.mirror.enums import Rule

type Spelling = Callable[[Any, Any], bool]
"""Tells whether two values of a field differ only in spelling."""


class MergeOutcome(StrEnum):
    """What to do with a pending edit when the upstream's value is observed again."""

    KEEP = "keep"
    """The upstream's value is still the base."""
    REBASE = "rebase"
    """The upstream's value is the new base; the edit stays pending."""
    CONFIRMED = "confirmed"
    """The edit is over: it has arrived, both sides typed it, or it was undone and nothing we sent is there."""
    THEIRS = "theirs"
    """The upstream's value wins; the edit is over."""
    CONFLICT = "conflict"
    """Both sides changed the field, and a person decides."""


@dataclass(frozen=True, slots=True)
class EditedField:
    """A local change of one field.

    `sent` are the values sent since the base was observed, oldest first. With `here_only` the edit is never sent.
    """

    base: Any
    ours: Any
    sent: Sequence[Any] = ()
    here_only: bool = False


def merge(
    edited: EditedField, theirs: Any, rule: Rule, alike: Spelling, same: Spelling | None = None
) -> MergeOutcome:
    """Decide what happens to an edit.

    `alike` tells whether one value may be a tidier spelling of the other: upstreams tidy up what they are sent.
    `same` tells it of values that two people typed, where neither may say more; None: as `alike`.
    """
    if theirs == edited.base:
        return MergeOutcome.KEEP
    if edited.here_only:
        return MergeOutcome.REBASE
    if _is_confirmed(edited, theirs, alike):
        return MergeOutcome.CONFIRMED
    spellings = (*edited.sent, edited.base)  # what was sent is our own echo
    if any(theirs == value or alike(theirs, value) for value in spellings):
        return MergeOutcome.REBASE
    if (same or alike)(theirs, edited.ours):
        return MergeOutcome.CONFIRMED  # both sides typed it; the upstream's spelling stays
    return _by_rule(rule, theirs)


def decided_by_policy(
    edited: EditedField, theirs: Any, rule: Rule, alike: Spelling, same: Spelling | None = None
) -> bool:
    """Tell whether the outcome of `merge` is a rule's, because both sides had changed the field."""
    return rule != Rule.ASK and merge(edited, theirs, Rule.ASK, alike, same) == MergeOutcome.CONFLICT


def _is_confirmed(edited: EditedField, theirs: Any, alike: Spelling) -> bool:
    """Tell whether the edit has arrived, or was undone and the upstream holds none of the values we sent."""
    if edited.ours == edited.base:
        return theirs not in edited.sent
    return bool(theirs == edited.ours) or (edited.ours in edited.sent and alike(theirs, edited.ours))


def _by_rule(rule: Rule, theirs: Any) -> MergeOutcome:
    if rule == Rule.ASK:
        return MergeOutcome.CONFLICT
    if rule == Rule.OURS or (rule == Rule.FILL and theirs is None):
        return MergeOutcome.REBASE
    return MergeOutcome.THEIRS
