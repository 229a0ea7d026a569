"""Faults on order: what goes wrong, for which requests, how often (contract sections 4 and 7)."""

import threading
from collections.abc import Callable, Container
from typing import Any, Literal, get_args

import msgspec

from counterfoil.simulator.robaws.data.dice import Dice
from counterfoil.simulator.robaws.matching import Match

type EdgeKind = Literal["latency", "html_error", "interstitial", "temp_blocked", "wrong_credentials"]
"""In front of the application: before authentication and limits."""
type LimitKind = Literal["rate_limited", "daily_exhausted"]
type AppKind = Literal["server_error", "forbidden"]
"""In the application: the request was counted."""
type WireKind = Literal["timeout", "dropped", "truncated"]
type PageKind = Literal[
    "empty_list",
    "empty_page",
    "short_page",
    "duplicate_rows",
    "drift_delete",
    "drift_insert",
    "ignore_updated_from",
    "wrong_total",
]
type ItemKind = Literal["garbage", "invalid_utf8"]


def _names(*aliases: Any) -> frozenset[str]:
    return frozenset(name for alias in aliases for name in get_args(alias.__value__))


KINDS = _names(EdgeKind, LimitKind, AppKind, WireKind, PageKind, ItemKind)


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One fault. Parameters that a kind does not use are left alone."""

    kind: str
    times: int | None = None
    """How often it strikes; None: until it is cleared."""
    skip: int = 0
    """How many matching requests it lets pass first."""
    probability: float = 1.0
    match: Match = Match()
    after: bool = False
    """Strike after the request was carried out: a write has happened, only its answer is lost."""
    ms: float = 0.0
    """latency: at least so long."""
    jitter_ms: float = 0.0
    """latency: up to so much longer."""
    status: Literal[500, 502, 503, 504] = 502
    """html_error: which."""
    seconds: float = 30.0
    """timeout: when the connection is closed at last."""
    at: Literal["body", "start"] = "body"
    """dropped: in the middle of the body, or before the first byte."""
    count: int = 1
    """short_page, duplicate_rows: how many items; drift_*: how many clients."""
    client: str | None = None
    """drift_delete: which client; garbage, invalid_utf8: spoil this client wherever it is read."""
    position: int = 0
    """garbage, invalid_utf8 without client: which item of the page."""
    shape: Literal["string", "no_id", "name_object", "integer_id", "null"] = "string"
    """garbage: what the item looks like."""
    total: int | None = None
    """wrong_total: the number claimed; None: one too few."""
    number: int = 0
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(sorted(KINDS))}")
        if self.kind == "truncated" or (self.kind == "dropped" and self.at == "body"):
            self.after = True


class Faults:
    """The faults on order. Each throws its own dice, so that one does not disturb the other."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._lock = threading.Lock()
        self._faults: list[tuple[Fault, Dice]] = []
        self._made = 0

    def add(self, fault: Fault) -> int:
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

    def all(self) -> list[Fault]:
        """The faults that were ordered and not cleared, with their hits."""
        return [fault for fault, _ in self._faults]

    def take(
        self, kinds: Container[str], fits: Callable[[Fault], bool], *, after: bool, at_most: int | None
    ) -> list[Fault]:
        """The faults of these kinds that strike now, in the order in which they were ordered."""
        struck: list[Fault] = []
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
