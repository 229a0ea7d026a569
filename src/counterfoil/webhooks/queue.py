"""Deliveries taken up by one process at a time. A claim of a process that is gone counts for nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from counterfoil.errors import CounterfoilError, QuotaExhausted
from counterfoil.mirror import claims
from counterfoil.mirror.claims import Claims
from counterfoil.webhooks.models import Delivery, DeliveryState

LOT = 500
CLAIMS = Claims(timedelta(seconds=60))
WAITING = (DeliveryState.RECEIVED, DeliveryState.FAILED)


class LostClaim(Exception):
    """Another process has taken these deliveries over; nothing was written."""


@dataclass(frozen=True, slots=True)
class Lot:
    """Deliveries of one connection, in their order, claimed by `claim`."""

    claim: str
    deliveries: list[Delivery]

    def check(self, ids: list[int]) -> None:
        """First thing in a transaction that writes: these are still ours. Raises LostClaim."""
        if CLAIMS.lock(Delivery.objects.filter(pk__in=ids), self.claim) != len(ids):
            raise LostClaim

    def renew(self) -> None:
        """Prolong the claim of what is not done yet."""
        CLAIMS.renew(Delivery.objects.filter(claim=self.claim))

    def let_go(self) -> None:
        """Somebody may take up what is not done yet."""
        CLAIMS.release(Delivery.objects.filter(claim=self.claim))


def due() -> "QuerySet[Delivery]":
    """Deliveries that can be worked on now."""
    its_turn = Q(next_try_at=None) | Q(next_try_at__lte=timezone.now())
    return Delivery.objects.filter(CLAIMS.free(), its_turn, state__in=WAITING)


def claim_lot() -> Lot | None:
    """The oldest that wait of a connection that nobody works for. None where nothing waits."""
    waiting = Delivery.objects.filter(state__in=WAITING)
    CLAIMS.release_gone(waiting)
    busy = waiting.filter(CLAIMS.held())
    free = due().exclude(connection__in=busy.values("connection"))
    connection_id = free.order_by("id").values_list("connection", flat=True).first()
    if connection_id is None:
        return None
    claim = claims.new_claim()
    ids = CLAIMS.claim_first(due().filter(connection=connection_id).order_by("id"), LOT, claim)
    found = Delivery.objects.filter(pk__in=ids).order_by("id").select_related("connection", "run")
    return Lot(claim, list(found)) if ids else None


type Ending = tuple[DeliveryState, str]
"""A state, and why in words."""


@dataclass(slots=True)
class LotOutcome:
    """Which deliveries end how. `calls` by delivery, where there were any."""

    ends: dict[Ending, list[int]] = field(default_factory=dict)
    calls: Mapping[int, int] = field(default_factory=dict)

    def end(self, delivery: Delivery, state: DeliveryState, reason: str = "") -> None:
        """Say how one ends."""
        self.ends.setdefault((state, reason), []).append(delivery.pk)

    def write(self, now: datetime) -> None:
        """Write it down, and let the deliveries go."""
        for (state, reason), ids in self.ends.items():
            rows = Delivery.objects.filter(pk__in=ids)
            CLAIMS.release(rows, state=state, reason=reason, ended_at=now, next_try_at=None)
        for delivery_id, calls in self.calls.items():
            Delivery.objects.filter(pk=delivery_id).update(calls=F("calls") + calls)


def failed_outcome(deliveries: Iterable[Delivery], claim: str, error: Exception, now: datetime) -> None:
    """They could not be worked on: tried again later, or given up. A spent allowance counts as no try. Those that
    `claim` does not hold any more are left alone."""
    known = isinstance(error, CounterfoilError)
    reason = str(error) if known else f"Unexpected error ({type(error).__name__}). The log has the details."
    for delivery in deliveries:
        rows = Delivery.objects.filter(pk=delivery.pk, claim=claim, state__in=WAITING)
        if isinstance(error, QuotaExhausted):
            CLAIMS.release(rows, state=DeliveryState.FAILED, reason=reason, next_try_at=error.until)
            continue
        tries = delivery.tries + 1
        again = next_try(tries, now)
        state, ended_at = (DeliveryState.DEAD, now) if again is None else (DeliveryState.FAILED, None)
        CLAIMS.release(rows, state=state, reason=reason, tries=tries, ended_at=ended_at, next_try_at=again)


FIRST = timedelta(seconds=15)
LONGEST = timedelta(hours=1)
MOST_TRIES = 10
"""After these, which take some four hours, a delivery is dead: a person may replay it."""


def next_try(tries: int, now: datetime) -> datetime | None:
    """After so many tries, the last of which has just failed; None: it is given up."""
    if tries >= MOST_TRIES:
        return None
    return now + min(FIRST * (1 << (tries - 1)), LONGEST)


ENDED = (DeliveryState.APPLIED, DeliveryState.DUPLICATE, DeliveryState.STALE, DeliveryState.DEAD)
AGAIN = (*ENDED, DeliveryState.FAILED)
"""What can be replayed. Nothing of an ignored one is mirrored; a received one is worked on anyway."""
A_TRANSACTION = 2_000
"""Webhooks that come meanwhile have to be written too."""


def replay(rows: "QuerySet[Delivery]") -> int:
    """Let them be worked on again, soon, by whoever works in the background. Returns how many."""
    chosen = list(rows.filter(state__in=AGAIN, claim="").order_by("id").values_list("pk", flat=True))
    done = 0
    for some in batched(chosen, A_TRANSACTION):
        done += Delivery.objects.filter(pk__in=some, state__in=AGAIN, claim="").update(
            state=DeliveryState.RECEIVED, reason="", tries=0, next_try_at=None, ended_at=None, run=None
        )
    return done


def replayable(rows: "QuerySet[Delivery]") -> dict[str, int]:
    """How many of them would be worked on again, by the state that they are in; only states that occur."""
    counts = {state.value: rows.filter(state=state).count() for state in ENDED}
    counts[DeliveryState.FAILED.value] = rows.filter(state=DeliveryState.FAILED, claim="").count()
    return {state: count for state, count in counts.items() if count}
