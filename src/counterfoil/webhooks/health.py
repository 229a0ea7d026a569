"""The health of a connection's webhooks: the last one, failures, refused requests, unusual silence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Sum
from django.utils import timezone

from counterfoil.mirror.models import Connection
from counterfoil.mirror.selection import changed_since
from counterfoil.webhooks import refusals, silence
from counterfoil.webhooks.models import Delivery, DeliveryState, Endpoint, Refusal
from counterfoil.webhooks.silence import Silence

DAYS = 7
"""Days before today: one of the periods that lists offer, so that a list can show what was counted."""


@dataclass(frozen=True, slots=True)
class WebhookHealth:
    """The webhooks of one connection with endpoints. Counts are of the last DAYS; `waiting` and `failed` of now.

    `unsure` counts the endpoints whose registration may not have arrived. `refusals` are refused requests by
    reason; `unassigned` are those of the same upstream whose connection is unknown, as with every wrong signature.
    """

    endpoints: int
    unsure: int
    last_at: datetime | None
    by_state: Mapping[str, int]
    waiting: int
    failed: int
    refusals: Mapping[str, int]
    unassigned: Mapping[str, int]
    clock_is_off: bool
    silence: Silence

    @property
    def received(self) -> int:
        """How many deliveries were received, whatever their state."""
        return sum(self.by_state.values())

    @property
    def dead(self) -> int:
        """How many deliveries failed for good."""
        return self.by_state.get(DeliveryState.DEAD, 0)

    @property
    def refused(self) -> int:
        """How many requests were refused that are known to be meant for this connection."""
        return sum(self.refusals.values())


def webhook_health(connection: Connection, now: datetime) -> WebhookHealth | None:
    """Read the health of a connection's webhooks. None where it has no endpoint and never received a delivery."""
    rows = Delivery.objects.filter(connection=connection)
    current = silence.current_silence(connection, now)
    unsure = list(Endpoint.objects.filter(connection=connection).values_list("unsure", flat=True))
    if not unsure and current.since is None:
        return None
    since = changed_since(str(DAYS), now) or now
    refused = Refusal.objects.filter(upstream=connection.connector, day__gte=timezone.localdate(since))
    return WebhookHealth(
        endpoints=len(unsure),
        unsure=sum(unsure),
        last_at=current.since,
        by_state=count_by_state(rows.filter(received_at__gte=since)),
        waiting=rows.filter(state=DeliveryState.RECEIVED).count(),
        failed=rows.filter(state=DeliveryState.FAILED).count(),
        refusals=_by_reason(refused.filter(connection=connection)),
        unassigned=_by_reason(refused.filter(connection=None)),
        clock_is_off=refusals.clock_is_off(connection.pk, now),
        silence=current,
    )


def count_by_state(rows: "QuerySet[Delivery]") -> dict[str, int]:
    """Count deliveries by state, without states that do not occur. One query a state: an index answers each."""
    counts = {state.value: rows.filter(state=state).count() for state in DeliveryState}
    return {state: count for state, count in counts.items() if count}


def _by_reason(rows: "QuerySet[Refusal]") -> dict[str, int]:
    return dict(rows.order_by("reason").values_list("reason").annotate(Sum("count")))
