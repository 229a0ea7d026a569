"""Which of two observations of one record is the newer one. Pure (DESIGN law 1 and part 4b, order).

A *ticket* is a number drawn from our database before a request is sent. An observation lies between the
ticket drawn before it began and the highest ticket drawn when it was over: if another one began after that,
it is certainly newer. Where both carry the upstream's modified time and the times differ, those decide.
Our clock is never compared with theirs.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from counterfoil.mirror.enums import State


class Origin(StrEnum):
    """Where an observation comes from."""

    PAGE = "page"
    READ = "read"
    DELIVERY = "delivery"


class Verdict(StrEnum):
    """What becomes of an observation whose content differs from the row, or whose row is not present."""

    APPLY = "apply"
    STALE = "stale"
    REFETCH = "settle"
    """One live read decides."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An observation. `begun` is None for a webhook: nobody knows when its content was true."""

    origin: Origin
    modified: datetime | None
    requested: int | None
    answered: int


@dataclass(frozen=True, slots=True)
class Stored:
    """What the row holds: its newest observation, and since which ticket it is in its state.

    `vouched_from`/`vouched_to` is the newest observation that confirmed the row unchanged without rewriting it.
    """

    state: State
    modified: datetime | None
    requested: int
    answered: int
    state_ticket: int
    seen_from: int = 0
    seen_to: int = 0


def judge(known: Stored, seen: Incoming) -> Verdict:
    """Decide between the row and the observation."""
    if known.state == State.TOMBSTONE:
        return _against_tombstone(known, seen)
    if known.state == State.MISSING and seen.requested is not None and seen.requested < known.state_ticket:
        return Verdict.STALE
    requested = max(known.requested, known.seen_from)
    answered = max(known.answered, known.seen_to)
    later = seen.requested is not None and seen.requested > answered
    if known.modified and seen.modified and seen.modified != known.modified:
        return _by_modified(seen, later=later, newer=seen.modified > known.modified)
    if later:
        return Verdict.APPLY
    if seen.requested is not None and seen.answered < requested:
        return Verdict.STALE
    return Verdict.REFETCH


def _by_modified(seen: Incoming, *, later: bool, newer: bool) -> Verdict:
    """The upstream's own times differ. A later request that brings an older time may be a restored backup."""
    if newer:
        return Verdict.APPLY
    if not later:
        return Verdict.STALE
    return Verdict.APPLY if seen.origin == Origin.READ else Verdict.REFETCH


def _against_tombstone(known: Stored, seen: Incoming) -> Verdict:
    """Only a live single read that began after the tombstone revives a row; others merely ask for one."""
    if seen.origin != Origin.READ:
        return Verdict.STALE if _over_before(seen, known.state_ticket) else Verdict.REFETCH
    return Verdict.APPLY if seen.requested is not None and seen.requested > known.state_ticket else Verdict.STALE


def _over_before(seen: Incoming, ticket: int) -> bool:
    return seen.requested is not None and seen.answered < ticket
