"""Three-way merge of one field: base, ours, theirs. Pure (DESIGN law 4)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from counterfoil.mirror.enums import Rule


class MergeOutcome(StrEnum):
    """What becomes of an edit when the upstream is looked at again."""

    KEEP = "keep"
    """The upstream still says what it said."""
    REBASE = "rebase"
    """What it says now is the new base; ours is still wanted."""
    CONFIRMED = "confirmed"
    """Nothing of ours is left to be said: the edit has arrived, or was taken back."""
    YIELD = "yield"
    """Theirs counts; the edit is over."""
    ASK = "ask"
    """Both sides changed it, and a person decides."""


@dataclass(frozen=True, slots=True)
class EditedField:
    """A local change of one field, as far as merging goes. `sent` are the values that were sent since the base;
    `here_only` ones are never sent."""

    base: Any
    ours: Any
    sent: Sequence[Any] = ()
    here_only: bool = False


def merge(edited: EditedField, theirs: Any, rule: Rule, alike: Callable[[Any, Any], bool]) -> MergeOutcome:
    """Decide. `alike` tells whether two values are the same but for their spelling, as upstreams that tidy up what
    is written make of it."""
    if theirs == edited.base:
        return MergeOutcome.KEEP
    if edited.here_only:
        return MergeOutcome.REBASE
    if _is_over(edited, theirs, alike):
        return MergeOutcome.CONFIRMED
    spellings = (*edited.sent, edited.base)  # what was sent is our own echo
    if any(theirs == value or alike(theirs, value) for value in spellings):
        return MergeOutcome.REBASE
    return _ruled(rule, theirs)


def _is_over(edited: EditedField, theirs: Any, alike: Callable[[Any, Any], bool]) -> bool:
    """It has arrived; or it was taken back, so that nothing of ours stands against what they say now."""
    if edited.ours == edited.base:
        return theirs not in edited.sent
    return bool(theirs == edited.ours) or (edited.ours in edited.sent and alike(theirs, edited.ours))


def apply_policy(edited: EditedField, theirs: Any, rule: Rule, alike: Callable[[Any, Any], bool]) -> bool:
    """Whether `merge` came to its verdict by a rule, because both sides had changed the field."""
    return rule != Rule.ASK and merge(edited, theirs, Rule.ASK, alike) == MergeOutcome.ASK


def _ruled(rule: Rule, theirs: Any) -> MergeOutcome:
    if rule == Rule.ASK:
        return MergeOutcome.ASK
    if rule == Rule.OURS or (rule == Rule.FILL and theirs is None):
        return MergeOutcome.REBASE
    return MergeOutcome.YIELD
