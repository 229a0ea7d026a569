"""What became of a write that was never answered, by what the upstream says afterwards. Pure (DESIGN law 5)."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """As far as it can be told."""

    CARRIED_OUT = "carried out"
    """Something that it sent is there."""
    NOT_CARRIED_OUT = "not carried out"
    """Nothing of it is there, and something is as it was before."""
    UNCLEAR = "unclear"
    """Others have written all of its fields since: what was there in between, nobody can tell."""


type Alike = Callable[[Any, Any], bool]


def judge(
    sent: Mapping[str, Mapping[str, Any]], now: Mapping[str, Any], likeness: Callable[[str], Alike]
) -> Outcome:
    """`sent` are base and value of each field, `now` what the upstream says of each. `likeness` of a field tells
    whether two values of it are the same but for their spelling."""
    if any(_is_there(said, now[field], likeness(field)) for field, said in sent.items()):
        return Outcome.CARRIED_OUT
    if any(now[field] == said["base"] for field, said in sent.items()):
        return Outcome.NOT_CARRIED_OUT
    return Outcome.UNCLEAR


def _is_there(said: Mapping[str, Any], now: Any, alike: Alike) -> bool:
    """The base is not its echo, however much they look alike: spelling may be all that was edited."""
    return bool(now == said["value"] or (now != said["base"] and alike(now, said["value"])))
