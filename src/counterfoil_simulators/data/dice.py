"""Repeatable randomness: the same seed gives the same numbers on any machine and Python version."""

from collections.abc import MutableSequence, Sequence
from itertools import accumulate
from random import Random


class Weighted[T]:
    """Options with weights, added up once so that a choice costs one multiplication."""

    def __init__(self, options: Sequence[tuple[T, float]]) -> None:
        self.options = [option for option, _ in options]
        self.limits = list(accumulate(weight for _, weight in options))


class Dice:
    """Uses `random()` alone, whose sequence Python promises to keep."""

    def __init__(self, seed: int, stream: int = 0) -> None:
        self.unit = Random(seed * 1_000_003 + stream).random

    def below(self, limit: int) -> int:
        """Return a whole number from 0 up to, not including, `limit`."""
        return int(self.unit() * limit)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` up to and including `high`."""
        return low + int(self.unit() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """Return True with probability `share`."""
        return self.unit() < share

    def pick[T](self, options: Sequence[T]) -> T:
        """Return one of the options, each as likely."""
        return options[int(self.unit() * len(options))]

    def weighted[T](self, table: Weighted[T]) -> T:
        """Return one of the options, as likely as its weight."""
        point = self.unit() * table.limits[-1]
        for option, limit in zip(table.options, table.limits, strict=True):
            if point < limit:
                return option
        return table.options[-1]

    def digits(self, count: int) -> str:
        """Return `count` digits, leading zeros included."""
        return f"{int(self.unit() * 10**count):0{count}d}"

    def fill(self, pattern: str) -> str:
        """Replace every `#` in the pattern by a digit."""
        pieces = pattern.split("#")
        if len(pieces) == 1:
            return pattern
        number = self.digits(len(pieces) - 1)
        return "".join(piece + digit for piece, digit in zip(pieces, [*number, ""], strict=True))

    def shuffle[T](self, items: MutableSequence[T]) -> None:
        """Shuffle in place (Fisher-Yates)."""
        for last in range(len(items) - 1, 0, -1):
            other = int(self.unit() * (last + 1))
            items[last], items[other] = items[other], items[last]

    def sample[T](self, items: Sequence[T], count: int) -> list[T]:
        """Return `count` different items (all when there are fewer), in the order of `items`."""
        wanted = min(count, len(items))
        chosen: set[int] = set()
        while len(chosen) < wanted:
            chosen.add(self.below(len(items)))
        return [items[index] for index in sorted(chosen)]
