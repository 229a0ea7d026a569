"""What was turned away, counted; and what a misdated delivery leads to all the same."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from counterfoil.mirror.models import Connection, RunKind
from counterfoil.runs import lifecycle
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.webhooks.models import Refusal
from counterfoil.webhooks.verify import Reason, Verification

SHOWN = timedelta(days=7)


def count_refusal(upstream: str, judged: Verification, now: datetime) -> None:
    """Count it, for the connection where it is known. One that is only misdated has its record read once."""
    assert judged.refused is not None  # noqa: S101  else nothing is refused
    connection_id = judged.known.connection_id if judged.known else None
    _count(connection_id, upstream, judged.refused, now)
    if judged.refused == Reason.MISDATED and judged.known and judged.event and judged.event.resource is not None:
        connection = Connection.objects.filter(pk=judged.known.connection_id).first()
        if connection is None:  # deleted a moment ago
            return
        options = RunOptions(client_id=judged.event.external_id)
        lifecycle.request_run(connection, RunKind.SINGLE, options, resource=judged.event.resource)


def _count(connection_id: int | None, upstream: str, reason: Reason, now: datetime) -> None:
    key = {
        "connection_id": connection_id,
        "upstream": upstream,
        "reason": reason.value,
        "day": timezone.localdate(now),
    }
    rows = Refusal.objects.filter(**key)
    if rows.update(count=F("count") + 1, last_at=now):
        return
    try:
        with transaction.atomic():
            Refusal.objects.create(**key, count=1, last_at=now)
    except IntegrityError:  # somebody else was first
        rows.update(count=F("count") + 1, last_at=now)


def clock_is_off(connection_id: int, now: datetime) -> bool:
    """Whether deliveries with the right secret were dated too far off within the last day."""
    late = Refusal.objects.filter(connection_id=connection_id, reason=Reason.MISDATED.value)
    return late.filter(last_at__gt=now - timedelta(days=1)).exists()
