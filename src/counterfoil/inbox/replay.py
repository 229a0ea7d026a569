"""Deliveries worked on once more: they keep their place in the order, so what is newer stays."""

from itertools import batched

from django.db.models import QuerySet

from counterfoil.inbox.models import Delivery, DeliveryState

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
