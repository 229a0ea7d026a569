"""Periodic maintenance of webhooks: a sync after a silence or an outage, and deletion of old bodies."""

import threading
import time
from datetime import datetime, timedelta
from itertools import batched

import structlog
from django.db import transaction
from django.utils import timezone

from counterfoil.mirror import app_settings, hold
from counterfoil.mirror.models import Connection
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import plan
from counterfoil.webhooks import silence
from counterfoil.webhooks.models import Delivery, Endpoint
from counterfoil.webhooks.queue import WAITING

log = structlog.get_logger()

LOOK_SECONDS, PRUNE_SECONDS = 60.0, 24 * 3600.0
ROWS_PER_TRANSACTION = 5_000


class Maintenance:
    """When this process last looked for silences (once a minute) and deleted old bodies (once a day)."""

    def __init__(self) -> None:
        self._looked_at = self._pruned_at = float("-inf")

    def is_due(self) -> bool:
        """Tell whether a minute has passed since the last look."""
        return time.monotonic() - self._looked_at >= LOOK_SECONDS

    def process_due(self, stop: threading.Event | None = None) -> int:
        """Run `look_for_silence`, and once a day `prune`. Returns for how many connections it requested a sync."""
        self._looked_at = time.monotonic()
        now = timezone.now()
        requested = 0 if hold.is_held() else look_for_silence(now)
        if time.monotonic() - self._pruned_at >= PRUNE_SECONDS:
            self._pruned_at = time.monotonic()
            prune(now)
        return requested


def look_for_silence(now: datetime) -> int:
    """Request an incremental sync for every connection that may have missed webhooks. Returns for how many."""
    requested = 0
    for connection in Connection.objects.active().filter(endpoints__isnull=False).distinct():
        with transaction.atomic():
            requested += _look(connection, now)
    return requested


def _look(connection: Connection, now: datetime) -> int:
    """Lock the endpoints first: of several processes one requests the sync, the others see that it did."""
    endpoints = list(Endpoint.objects.filter(connection=connection).order_by("id").select_for_update())
    alive_at = max((e.alive_at for e in endpoints if e.alive_at is not None), default=None)
    nudged_at = max((e.nudged_at for e in endpoints if e.nudged_at is not None), default=None)
    current = silence.current_silence(connection, now)
    sync_needed = silence.needs_sync(current, nudged_at, alive_at, now)
    changes = {"alive_at": now, **({"nudged_at": now} if sync_needed else {})}
    Endpoint.objects.filter(connection=connection).update(**changes)
    if sync_needed:
        log.info("sync requested after silence", connection=connection.pk)
        plan.request_sync(connection, full=False, options=RunOptions())
    return int(sync_needed)


def prune(now: datetime) -> int:
    """Delete the bodies of old deliveries; the deliveries and their outcome stay. Returns how many."""
    limit = now - timedelta(days=app_settings.delivery_days())
    rows = Delivery.objects.filter(received_at__lt=limit, body__isnull=False).exclude(state__in=WAITING)
    pruned = 0
    for ids in batched(list(rows.order_by("id").values_list("pk", flat=True)), ROWS_PER_TRANSACTION):
        pruned += Delivery.objects.filter(pk__in=ids).update(body=None)
    return pruned
