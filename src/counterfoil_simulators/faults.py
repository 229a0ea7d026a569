"""Ordered faults: what goes wrong and how often. Each upstream defines which requests a fault matches."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Container
from typing import Any, ClassVar, Literal, get_args

import msgspec

from counterfoil_simulators.data.dice import Dice

type WireKind = Literal["timeout", "dropped", "truncated", "dripping", "huge_body", "gzip_bomb", "header"]
"""Faults of a finished answer, the same for every upstream: late, cut short, endless, with an absurd header."""


def kinds(*aliases: Any) -> frozenset[str]:
    """Return the names in these literal types."""
    return frozenset(name for alias in aliases for name in get_args(alias.__value__))


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One fault. Parameters that a kind does not use are ignored."""

    KINDS: ClassVar[frozenset[str]] = frozenset()
    """The kinds of this upstream."""

    kind: str
    times: int | None = None
    """How many requests it strikes; None: all until it is cleared."""
    skip: int = 0
    """How many matching requests to spare first."""
    probability: float = 1.0
    after: bool = False
    """Strike after the request was carried out: a write was stored, only its answer is lost."""
    ms: float = 0.0
    """latency: the least delay."""
    jitter_ms: float = 0.0
    """latency: the greatest random delay on top."""
    seconds: float = 30.0
    """timeout: seconds until the connection is closed; dripping: seconds between two bytes."""
    megabytes: int = 1024
    """huge_body, gzip_bomb: how many megabytes of spaces follow the body; a bomb sends them compressed."""
    name: str = "retry-after"
    """header: its name."""
    value: str = "99999999999"
    """header: its value."""
    at: Literal["body", "start"] = "body"
    """dropped: in the middle of the body (of the head where there is none), or before the first byte.

    dripping: the body byte by byte, or all of the answer.

    `at="start"` loses the answer to a write: with `after` the write was carried out, without `after` it was not.
    """
    fields: dict[str, Any] = {}
    """altered: values that replace the record's."""
    without: tuple[str, ...] = ()
    """altered: keys that the record lacks."""
    other: str = ""
    """answered_by: the record that answers."""
    number: int = 0
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind not in self.KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(sorted(self.KINDS))}")
        if self.kind in _OF_ANSWERS or (self.kind == "dropped" and self.at == "body"):
            self.after = True

    def alter(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return a record as this fault alters it."""
        return {key: value for key, value in (record | self.fields).items() if key not in self.without}


_OF_ANSWERS = frozenset({"truncated", "dripping", "huge_body", "gzip_bomb", "header"})


class Faults[F: Fault]:
    """The ordered faults. Each has dice of its own, so that one does not change the other's sequence."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._lock = threading.Lock()
        self._faults: list[tuple[F, Dice]] = []
        self._made = 0

    def add(self, fault: F) -> int:
        """Add a fault; returns its number."""
        with self._lock:
            self._made += 1
            fault.number = self._made
            self._faults.append((fault, Dice(self._seed, 1000 + self._made)))
            return self._made

    def clear(self, number: int | None = None) -> None:
        """Remove one fault, or all."""
        with self._lock:
            self._faults = [pair for pair in self._faults if number is not None and pair[0].number != number]

    def all(self) -> list[F]:
        """Return the faults that were not cleared, with their hits."""
        return [fault for fault, _ in self._faults]

    def take(
        self, kinds: Container[str], fits: Callable[[F], bool], *, after: bool, at_most: int | None
    ) -> list[F]:
        """Return the faults of these kinds that strike now, in the order in which they were added."""
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


class FaultyCall[F: Fault](ABC):
    """A request that ordered faults can strike."""

    @abstractmethod
    def is_matched_by(self, fault: F) -> bool:
        """Return whether the fault is meant for this request."""

    @abstractmethod
    def ordered_faults(self) -> Faults[F]:
        """Return the faults of the tenant."""

    def faults(self, *kinds: str, after: bool = False, meant: Callable[[F], bool] = lambda _: True) -> list[F]:
        """Return all faults of these kinds that strike this request now."""
        return self._take(kinds, after, meant, None)

    def fault(self, *kinds: str, after: bool = False) -> F | None:
        """Return the first fault of these kinds that strikes this request now; the others strike later."""
        return next(iter(self._take(kinds, after, lambda _: True, 1)), None)

    def _take(
        self, kinds: tuple[str, ...], after: bool, meant: Callable[[F], bool], at_most: int | None
    ) -> list[F]:
        def fits(fault: F) -> bool:
            return self.is_matched_by(fault) and meant(fault)

        return self.ordered_faults().take(kinds, fits, after=after, at_most=at_most)


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
