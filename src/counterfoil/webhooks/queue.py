"""The queue of deliveries: batches claimed by one process, how each delivery ends, retries and replays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from counterfoil.errors import QuotaExhausted, describe
from counterfoil.mirror import claims
from counterfoil.mirror.claims import Claims
from counterfoil.mirror.heartbeat import Heartbeat
from counterfoil.mirror.models import Connection, of_active_connection
from counterfoil.mirror.portions import in_portions
from counterfoil.webhooks.models import Delivery, DeliveryState

BATCH_SIZE = 500
CLAIMS = Claims(timedelta(seconds=60))
WAITING = (DeliveryState.RECEIVED, DeliveryState.FAILED)


class LostClaim(Exception):
    """Another process has taken these deliveries over; nothing was written."""


@dataclass(frozen=True, slots=True)
class DeliveryBatch:
    """Deliveries of one connection, in their order, that this process holds by `claim`."""

    claim: str
    deliveries: list[Delivery]

    def check(self, ids: list[int]) -> None:
        """Lock deliveries, as the first step of a transaction that writes. Raises LostClaim if one is not ours."""
        if CLAIMS.lock(Delivery.objects.filter(pk__in=ids), self.claim) != len(ids):
            raise LostClaim

    def heartbeat(self) -> Heartbeat:
        """Build what keeps the claim on the deliveries that have not ended yet; its `check` raises LostClaim."""
        return Heartbeat(CLAIMS.term, self._renew, LostClaim)

    def release(self) -> None:
        """Give the deliveries that have not ended yet back to the queue."""
        CLAIMS.release(self._held())

    def unended(self) -> list[Delivery]:
        """Return the deliveries that have not ended yet."""
        held = set(self._held().values_list("pk", flat=True))
        return [delivery for delivery in self.deliveries if delivery.pk in held]

    def _renew(self) -> bool:
        """Extend the claim. Returns whether none of them is another process's now; all may have ended."""
        if CLAIMS.renew(self._held()):
            return True
        rows = Delivery.objects.filter(pk__in=[delivery.pk for delivery in self.deliveries])
        return not rows.exclude(claim="").exists()

    def _held(self) -> "QuerySet[Delivery]":
        return Delivery.objects.filter(CLAIMS.held_by(self.claim))


def due() -> "QuerySet[Delivery]":
    """Query the deliveries that can be worked on now; those of paused connections wait."""
    is_time = Q(next_try_at=None) | Q(next_try_at__lte=timezone.now())
    return Delivery.objects.filter(CLAIMS.free(), is_time, of_active_connection(), state__in=WAITING)


def claim_batch() -> DeliveryBatch | None:
    """Claim the oldest waiting deliveries of a connection that no process works on. None where nothing waits."""
    waiting = Delivery.objects.filter(state__in=WAITING)
    CLAIMS.release_gone(waiting)
    busy = waiting.filter(CLAIMS.held())
    free = due().exclude(connection__in=busy.values("connection"))
    connection_id = free.order_by("id").values_list("connection", flat=True).first()
    if connection_id is None:
        return None
    claim = claims.new_claim()
    ids = CLAIMS.claim_first(due().filter(connection=connection_id).order_by("id"), BATCH_SIZE, claim)
    rows = Delivery.objects.filter(pk__in=ids)
    deliveries = next(in_portions(rows.select_related("connection", "run"), "body", BATCH_SIZE), [])
    if deliveries and len(deliveries) < len(ids):  # the others wait for the next batch
        CLAIMS.release(rows.filter(CLAIMS.held_by(claim), pk__gt=deliveries[-1].pk))
    return DeliveryBatch(claim, deliveries) if deliveries else None


type Ending = tuple[DeliveryState, str]
"""A state, and the reason in words."""


@dataclass(slots=True)
class BatchOutcome:
    """How each delivery ends. `calls` are the calls made upstream, by delivery."""

    endings: dict[Ending, list[int]] = field(default_factory=dict)
    calls: Mapping[int, int] = field(default_factory=dict)

    def end(self, delivery: Delivery, state: DeliveryState, reason: str = "") -> None:
        self.endings.setdefault((state, reason), []).append(delivery.pk)

    def write(self, now: datetime) -> None:
        """Write how they ended, and release them. Belongs in the transaction that checked the claim."""
        for (state, reason), ids in self.endings.items():
            rows = Delivery.objects.filter(pk__in=ids)
            CLAIMS.release(rows, state=state, reason=reason, ended_at=now, next_try_at=None)
        for delivery_id, calls in self.calls.items():
            Delivery.objects.filter(pk=delivery_id).update(calls=F("calls") + calls)


def record_failure(deliveries: Iterable[Delivery], claim: str, error: Exception, now: datetime) -> None:
    """Schedule another try of the deliveries that `claim` still holds, or end them as dead after the last one.

    A spent allowance counts as no try.
    """
    reason = describe(error)
    for delivery in deliveries:
        rows = Delivery.objects.filter(CLAIMS.held_by(claim), pk=delivery.pk, state__in=WAITING)
        if isinstance(error, QuotaExhausted):
            CLAIMS.release(rows, state=DeliveryState.FAILED, reason=reason, next_try_at=error.until)
            continue
        tries = delivery.tries + 1
        retry_at = next_try(tries, now)
        state, ended_at = (DeliveryState.DEAD, now) if retry_at is None else (DeliveryState.FAILED, None)
        CLAIMS.release(rows, state=state, reason=reason, tries=tries, ended_at=ended_at, next_try_at=retry_at)


def try_now(connection: Connection) -> int:
    """Let failed deliveries of a connection be tried at once, not at their next time. Returns how many."""
    failed = Delivery.objects.filter(connection=connection, state=DeliveryState.FAILED, run=None, claim="")
    return failed.filter(next_try_at__gt=timezone.now()).update(next_try_at=None)


FIRST = timedelta(seconds=15)
LONGEST = timedelta(hours=1)
MOST_TRIES = 10
"""Tries before a delivery is dead, which take some four hours; a person may replay it."""


def next_try(tries: int, now: datetime) -> datetime | None:
    """Tell when to try again after so many failed tries: each wait doubles, up to LONGEST. None after the last."""
    if tries >= MOST_TRIES:
        return None
    return now + min(FIRST * (1 << (tries - 1)), LONGEST)


ENDED = (DeliveryState.APPLIED, DeliveryState.DUPLICATE, DeliveryState.STALE, DeliveryState.DEAD)
REPLAYABLE = (*ENDED, DeliveryState.FAILED)
"""An ignored delivery is about nothing that is mirrored, and a received one is processed anyway."""
ROWS_PER_TRANSACTION = 2_000
"""Webhooks that arrive meanwhile have to be written too."""


def replay(rows: "QuerySet[Delivery]") -> int:
    """Queue deliveries again, for any worker. Returns how many."""
    chosen = list(rows.filter(state__in=REPLAYABLE, claim="").order_by("id").values_list("pk", flat=True))
    replayed = 0
    for ids in batched(chosen, ROWS_PER_TRANSACTION):
        replayed += Delivery.objects.filter(pk__in=ids, state__in=REPLAYABLE, claim="").update(
            state=DeliveryState.RECEIVED, reason="", tries=0, next_try_at=None, ended_at=None, run=None
        )
    return replayed


def replayable(rows: "QuerySet[Delivery]") -> dict[str, int]:
    """Count the deliveries that `replay` would queue again, by state; states without any are left out."""
    counts = {state.value: rows.filter(state=state).count() for state in ENDED}
    counts[DeliveryState.FAILED.value] = rows.filter(state=DeliveryState.FAILED, claim="").count()
    return {state: count for state, count in counts.items() if count}
