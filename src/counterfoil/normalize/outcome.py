"""What a normaliser answers: a value, or the reason why there is none."""

from typing import NamedTuple


class Normalized(NamedTuple):
    """`value` is the normal form or None; `reason` says in plain words why a non-empty input has none.

    Empty input gives `Outcome(None, None)`: nothing was said, so nothing is wrong.
    """

    value: str | None
    reason: str | None


EMPTY = Normalized(None, None)
