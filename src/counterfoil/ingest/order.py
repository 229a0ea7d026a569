"""Which of two observations of one record is the newer one. Pure (DESIGN law 1 and part 4b, order).

A *ticket* is a number drawn from our database before a request is sent. An observation lies between the
ticket drawn before its request and the highest ticket drawn when its answer was there: if another request
began after that, its answer is certainly newer. Where both carry the upstream's modified time and the times
differ, those decide. Our clock is never compared with theirs.
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
    """What to do with an observation whose content differs from the row, or whose row is not present."""

    APPLY = "apply"
    STALE = "stale"
    REFETCH = "refetch"
    """The order is undecided: read the record live."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An observation, as far as its order goes.

    `requested` is the ticket drawn before its request, None for a webhook: when its content was true is unknown.
    `answered` is the highest ticket drawn when it was there.
    """

    origin: Origin
    modified: datetime | None
    requested: int | None
    answered: int


@dataclass(frozen=True, slots=True)
class Stored:
    """The newest observation of a row, and the ticket since which the row is in its state.

    `seen_from` and `seen_to` are the tickets of the newest observation that found the row unchanged, and so did
    not rewrite it; 0 where there is none.
    """

    state: State
    modified: datetime | None
    requested: int
    answered: int
    state_ticket: int
    seen_from: int = 0
    seen_to: int = 0


def judge(stored: Stored, incoming: Incoming) -> Verdict:
    """Decide whether an observation is newer than what its row holds."""
    if stored.state == State.TOMBSTONE:
        return _against_tombstone(stored, incoming)
    if (
        stored.state == State.MISSING
        and incoming.requested is not None
        and incoming.requested < stored.state_ticket
    ):
        return Verdict.STALE
    requested = max(stored.requested, stored.seen_from)
    answered = max(stored.answered, stored.seen_to)
    later = incoming.requested is not None and incoming.requested > answered
    if stored.modified and incoming.modified and incoming.modified != stored.modified:
        return _by_modified(incoming, later=later, newer=incoming.modified > stored.modified)
    if later:
        return Verdict.APPLY
    if incoming.requested is not None and incoming.answered < requested:
        return Verdict.STALE
    return Verdict.REFETCH


def _by_modified(incoming: Incoming, *, later: bool, newer: bool) -> Verdict:
    """Decide by the upstream's own times. A later request with an older time may show a restored backup."""
    if newer:
        return Verdict.APPLY
    if not later:
        return Verdict.STALE
    return Verdict.APPLY if incoming.origin == Origin.READ else Verdict.REFETCH


def _against_tombstone(stored: Stored, incoming: Incoming) -> Verdict:
    """Let only a live single read that began after the tombstone revive a row; others merely ask for one."""
    if incoming.origin != Origin.READ:
        over_before = incoming.requested is not None and incoming.answered < stored.state_ticket
        return Verdict.STALE if over_before else Verdict.REFETCH
    later = incoming.requested is not None and incoming.requested > stored.state_ticket
    return Verdict.APPLY if later else Verdict.STALE
