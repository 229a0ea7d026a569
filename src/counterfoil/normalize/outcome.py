"""The result of a normaliser: a value, or the reason why there is none."""

from typing import NamedTuple


class Normalized(NamedTuple):
    """A normal form, or for non-empty input the reason why it has none. Empty input has neither."""

    value: str | None
    reason: str | None


EMPTY = Normalized(None, None)
