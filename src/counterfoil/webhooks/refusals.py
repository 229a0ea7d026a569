"""Counts of refused requests, and the single read that a misdated one leads to all the same."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from counterfoil.mirror.models import Connection, RunKind
from counterfoil.runs import lifecycle
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.webhooks.models import Refusal
from counterfoil.webhooks.verify import Reason, Verification


def count_refusal(upstream: str, verification: Verification, now: datetime) -> None:
    """Count a refused request, for its connection where that is known.

    One that is only misdated was sent by the upstream, so a read of its record is requested.
    """
    reason, endpoint, event = verification.refusal, verification.endpoint, verification.event
    assert reason is not None  # noqa: S101  else nothing is refused
    _count(endpoint.connection_id if endpoint else None, upstream, reason, now)
    if reason == Reason.MISDATED and endpoint and event and event.resource is not None:
        connection = Connection.objects.filter(pk=endpoint.connection_id).first()
        if connection is None:  # deleted a moment ago
            return
        options = RunOptions(client_id=event.external_id)
        lifecycle.request_run(connection, RunKind.SINGLE, options, resource=event.resource)


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
    except IntegrityError:  # another process was first
        rows.update(count=F("count") + 1, last_at=now)


def clock_is_off(connection_id: int, now: datetime) -> bool:
    """Tell whether deliveries with the right secret were misdated within the last day."""
    misdated = Refusal.objects.filter(connection_id=connection_id, reason=Reason.MISDATED.value)
    return misdated.filter(last_at__gt=now - timedelta(days=1)).exists()
