"""How the webhooks of a connection do: the last one, what fails, what is turned away, too long a silence."""

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
"""Before today: one of the periods of lists, so that a list can show what was counted."""


@dataclass(frozen=True, slots=True)
class WebhookHealth:
    """Of one connection that has endpoints, `unsure` ones among them. Counts are of the latest DAYS; `waiting` and
    `failed` of now.

    `refusals` are what was turned away, by reason; `nobodys` the same of this upstream where it is not known whose
    connection was meant, as with every wrong signature.
    """

    endpoints: int
    unsure: int
    last_at: datetime | None
    by_state: Mapping[str, int]
    waiting: int
    failed: int
    refusals: Mapping[str, int]
    nobodys: Mapping[str, int]
    clock_is_off: bool
    silence: Silence

    @property
    def received(self) -> int:
        """All of them."""
        return sum(self.by_state.values())

    @property
    def dead(self) -> int:
        """Given up."""
        return self.by_state.get(DeliveryState.DEAD, 0)

    @property
    def refused(self) -> int:
        """Turned away, where it is known that they were meant for this connection."""
        return sum(self.refusals.values())


def webhook_health(connection: Connection, now: datetime) -> WebhookHealth | None:
    """None where nothing is listened for and nothing ever came."""
    rows = Delivery.objects.filter(connection=connection)
    quiet = silence.current_silence(connection, now)
    unsure = list(Endpoint.objects.filter(connection=connection).values_list("unsure", flat=True))
    if not unsure and quiet.since is None:
        return None
    since = changed_since(str(DAYS), now) or now
    days = timezone.localdate(since)
    turned_away = Refusal.objects.filter(upstream=connection.connector, day__gte=days)
    return WebhookHealth(
        endpoints=len(unsure),
        unsure=sum(unsure),
        last_at=quiet.since,
        by_state=count_by_state(rows.filter(received_at__gte=since)),
        waiting=rows.filter(state=DeliveryState.RECEIVED).count(),
        failed=rows.filter(state=DeliveryState.FAILED).count(),
        refusals=_by_reason(turned_away.filter(connection=connection)),
        nobodys=_by_reason(turned_away.filter(connection=None)),
        clock_is_off=refusals.clock_is_off(connection.pk, now),
        silence=quiet,
    )


def count_by_state(rows: "QuerySet[Delivery]") -> dict[str, int]:
    """How many there are in each state that occurs: counted state by state, as an index has them."""
    counts = {state.value: rows.filter(state=state).count() for state in DeliveryState}
    return {state: count for state, count in counts.items() if count}


def _by_reason(rows: "QuerySet[Refusal]") -> dict[str, int]:
    return dict(rows.order_by("reason").values_list("reason").annotate(Sum("count")))
