"""How deliveries end, written in the transaction of what they did."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F

from counterfoil.errors import AllowanceSpent, CounterfoilError
from counterfoil.inbox import backoff
from counterfoil.inbox.claims import WAITING
from counterfoil.inbox.models import Delivery, DeliveryState

type Ending = tuple[DeliveryState, str]
"""A state, and why in words."""


@dataclass(slots=True)
class Outcome:
    """Which deliveries end how. `calls` by delivery, where there were any."""

    ends: dict[Ending, list[int]] = field(default_factory=dict)
    calls: Mapping[int, int] = field(default_factory=dict)

    def end(self, delivery: Delivery, state: DeliveryState, reason: str = "") -> None:
        """Say how one ends."""
        self.ends.setdefault((state, reason), []).append(delivery.pk)

    def write(self, now: datetime) -> None:
        """Write it down, and let the deliveries go."""
        for (state, reason), ids in self.ends.items():
            Delivery.objects.filter(pk__in=ids).update(
                state=state, reason=reason, ended_at=now, next_try_at=None, claim="", claimed_until=None
            )
        for delivery_id, calls in self.calls.items():
            Delivery.objects.filter(pk=delivery_id).update(calls=F("calls") + calls)


def failed(deliveries: Iterable[Delivery], claim: str, error: Exception, now: datetime) -> None:
    """They could not be worked on: tried again later, or given up. A spent allowance counts as no try. Those that
    `claim` does not hold any more are left alone."""
    known = isinstance(error, CounterfoilError)
    reason = str(error) if known else f"Unexpected error ({type(error).__name__}). The log has the details."
    for delivery in deliveries:
        rows = Delivery.objects.filter(pk=delivery.pk, claim=claim, state__in=WAITING)
        let_go = {"reason": reason, "claim": "", "claimed_until": None}
        if isinstance(error, AllowanceSpent):
            rows.update(state=DeliveryState.FAILED, next_try_at=error.until, **let_go)
            continue
        tries = delivery.tries + 1
        again = backoff.next_try(tries, now)
        if again is None:
            rows.update(state=DeliveryState.DEAD, tries=tries, ended_at=now, next_try_at=None, **let_go)
        else:
            rows.update(state=DeliveryState.FAILED, tries=tries, next_try_at=again, **let_go)
