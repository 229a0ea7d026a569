"""Faults on order: what goes wrong, how often. Which requests are meant is for each upstream to say."""

import threading
from collections.abc import Callable, Container
from typing import Any, ClassVar, Literal, get_args

import msgspec

from counterfoil_simulators.data.dice import Dice

type WireKind = Literal["timeout", "dropped", "truncated"]
"""What happens to an answer on its way, whichever upstream made it."""


def kinds(*aliases: Any) -> frozenset[str]:
    """The names in these literal types."""
    return frozenset(name for alias in aliases for name in get_args(alias.__value__))


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One fault. Parameters that a kind does not use are left alone."""

    KINDS: ClassVar[frozenset[str]] = frozenset()
    """The kinds that this upstream knows."""

    kind: str
    times: int | None = None
    """How often it strikes; None: until it is cleared."""
    skip: int = 0
    """How many matching requests it lets pass first."""
    probability: float = 1.0
    after: bool = False
    """Strike after the request was carried out: a write has happened, only its answer is lost."""
    ms: float = 0.0
    """latency: at least so long."""
    jitter_ms: float = 0.0
    """latency: up to so much longer."""
    seconds: float = 30.0
    """timeout: when the connection is closed at last."""
    at: Literal["body", "start"] = "body"
    """dropped: in the middle of the body (of the head where there is none), or before the first byte.

    A write that was carried out while its answer is lost: `after` with `at="start"`. One that was not: without."""
    number: int = 0
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind not in self.KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(sorted(self.KINDS))}")
        if self.kind == "truncated" or (self.kind == "dropped" and self.at == "body"):
            self.after = True


class Faults[F: Fault]:
    """The faults on order. Each throws its own dice, so that one does not disturb the other."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._lock = threading.Lock()
        self._faults: list[tuple[F, Dice]] = []
        self._made = 0

    def add(self, fault: F) -> int:
        """Order a fault; returns its number."""
        with self._lock:
            self._made += 1
            fault.number = self._made
            self._faults.append((fault, Dice(self._seed, 1000 + self._made)))
            return self._made

    def clear(self, number: int | None = None) -> None:
        """Cancel one fault, or all."""
        with self._lock:
            self._faults = [pair for pair in self._faults if number is not None and pair[0].number != number]

    def all(self) -> list[F]:
        """The faults that were ordered and not cleared, with their hits."""
        return [fault for fault, _ in self._faults]

    def take(
        self, kinds: Container[str], fits: Callable[[F], bool], *, after: bool, at_most: int | None
    ) -> list[F]:
        """The faults of these kinds that strike now, in the order in which they were ordered."""
        struck: list[F] = []
        if not self._faults:
            return struck
        with self._lock:
            for fault, dice in self._faults:
                if len(struck) == at_most:
                    break
                if fault.kind in kinds and fault.after == after and fits(fault) and _strikes(fault, dice):
                    struck.append(fault)
        return struck


def _strikes(fault: Fault, dice: Dice) -> bool:
    if fault.times is not None and fault.hits >= fault.times:
        return False
    if fault.skip > 0:
        fault.skip -= 1
        return False
    if fault.probability < 1 and not dice.chance(fault.probability):
        return False
    fault.hits += 1
    return True
