"""Deliveries worked on once more: they keep their place in the order, so what is newer stays."""

from django.db.models import QuerySet

from counterfoil.inbox.models import Delivery, DeliveryState

ENDED = (DeliveryState.APPLIED, DeliveryState.DUPLICATE, DeliveryState.STALE, DeliveryState.DEAD)
AGAIN = (*ENDED, DeliveryState.FAILED)
"""What can be replayed. Nothing of an ignored one is mirrored; a received one is worked on anyway."""


def replay(rows: "QuerySet[Delivery]") -> int:
    """Let them be worked on again, soon, by whoever works in the background. Returns how many."""
    return rows.filter(state__in=AGAIN, claim="").update(
        state=DeliveryState.RECEIVED, reason="", tries=0, next_try_at=None, ended_at=None, run=None
    )
