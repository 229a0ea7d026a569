"""Whose turn is next while several wait for one. Pure: claims and time in, claims out (DESIGN law 7).

Whoever goes before others and has to wait leaves a claim, and renews it whenever it asks again. While a claim is
live nobody of a lower priority takes a turn. It ends with the turn it was for, or by itself soon after its owner
should have come back: one who died holds up nobody for long.
"""

from collections.abc import Mapping
from datetime import datetime

from counterfoil.connectors.priority import Priority

type Claims = Mapping[str, Mapping[str, float]]
"""By priority: until when each of those who wait is waited for, in Unix seconds. Plain enough for JSON."""

GRACE = 1.0
"""Seconds that a claim outlives the moment at which its owner means to ask again."""
ORDER = tuple(Priority)
CLAIMING = frozenset({Priority.PERSON, Priority.DELIVERY, Priority.PUSH})
"""Runs leave no claims: what comes after them waits for a full bucket anyway."""


def ahead(claims: Claims, priority: Priority, now: datetime) -> int:
    """How many wait whose turn comes before that of this priority."""
    higher = ORDER[: ORDER.index(priority)]
    return sum(until > now.timestamp() for first in higher for until in claims.get(first, {}).values())


def claimed(claims: Claims, priority: Priority, waiter: str, wait: float, now: datetime) -> Claims:
    """With the claim of one who asks again in so many seconds."""
    live = _live(claims, now)
    return live | {priority.value: {**live.get(priority, {}), waiter: now.timestamp() + wait + GRACE}}


def settled(claims: Claims, priority: Priority, waiter: str, now: datetime) -> Claims:
    """Without the claim of one who has got a turn."""
    live = _live(claims, now)
    rest = {name: until for name, until in live.pop(priority.value, {}).items() if name != waiter}
    return live | ({priority.value: rest} if rest else {})


def _live(claims: Claims, now: datetime) -> dict[str, dict[str, float]]:
    at = now.timestamp()
    live = {priority: {name: end for name, end in each.items() if end > at} for priority, each in claims.items()}
    return {priority: each for priority, each in live.items() if each}
