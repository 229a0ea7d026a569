"""What becomes of a value that somebody gives a field. Pure (DESIGN law 4)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Becoming(StrEnum):
    """Of the field's pending edit."""

    UNCHANGED = "unchanged"
    """The field holds it already."""
    TAKEN_BACK = "taken back"
    """It is what the upstream says: nothing of ours is left to be said."""
    EDITED = "edited"
    """It waits to be pushed, or is kept here."""


@dataclass(frozen=True, slots=True)
class Held:
    """The pending edit that a field has, as far as another value for it goes. `theirs` is what the upstream says
    where both sides have changed the field."""

    base: Any
    refused: bool = False
    in_conflict: bool = False
    theirs: Any = None


def becoming(value: Any, now: Any, held: Held | None, *, on_its_way: bool) -> Becoming:
    """Decide. `now` is what the field holds; `on_its_way` says that nobody knows whether a value of ours for it
    has arrived: an edit back to the base has to follow that one, unless theirs stands already."""
    if value == now and not (held and held.refused):
        return Becoming.UNCHANGED
    if held is None:
        return Becoming.EDITED
    if held.in_conflict:
        return Becoming.TAKEN_BACK if value in (held.base, held.theirs) else Becoming.EDITED
    return Becoming.TAKEN_BACK if value == held.base and not on_its_way else Becoming.EDITED
