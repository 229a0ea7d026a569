"""How the webhooks of a connection do: the last one, what fails, what is turned away, too long a silence."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Sum

from counterfoil.inbox import refusals
from counterfoil.inbox.models import Delivery, DeliveryState, Endpoint, Refusal
from counterfoil.inbox.silence import Silence, silence
from counterfoil.mirror.models import Connection

LOOKED_AT = 50
"""Latest deliveries from which what is usual is told."""
DAYS = 7


@dataclass(frozen=True, slots=True)
class Health:
    """Of one connection that has endpoints. Counts are of the latest DAYS; `waiting` and `failed` of now."""

    endpoints: int
    last_at: datetime | None
    received: int
    waiting: int
    failed: int
    dead: int
    refused: int
    clock_is_off: bool
    silence: Silence


def of(connection: Connection, now: datetime) -> Health | None:
    """None where nothing is listened for and nothing ever came."""
    rows = Delivery.objects.filter(connection=connection)
    latest = list(rows.order_by("-id").values_list("received_at", flat=True)[:LOOKED_AT])
    endpoints = Endpoint.objects.filter(connection=connection).count()
    if not endpoints and not latest:
        return None
    since = now - timedelta(days=DAYS)
    counts = dict(rows.filter(received_at__gte=since).order_by().values_list("state").annotate(Count("id")))
    turned_away = Refusal.objects.filter(connection=connection, day__gte=since.date())
    return Health(
        endpoints=endpoints,
        last_at=latest[0] if latest else None,
        received=sum(counts.values()),
        waiting=rows.filter(state=DeliveryState.RECEIVED).count(),
        failed=rows.filter(state=DeliveryState.FAILED).count(),
        dead=counts.get(DeliveryState.DEAD, 0),
        refused=turned_away.aggregate(all=Sum("count"))["all"] or 0,
        clock_is_off=refusals.clock_is_off(connection.pk, now),
        silence=silence(latest),
    )
