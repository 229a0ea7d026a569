"""What is done now and then: a sync after a silence or an outage, and bodies taken away when they are old."""

import threading
import time
from datetime import datetime, timedelta
from itertools import batched

import structlog
from django.db import transaction
from django.utils import timezone

from counterfoil.mirror import app_settings
from counterfoil.mirror.models import Connection
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import plan
from counterfoil.webhooks import silence
from counterfoil.webhooks.models import Delivery, Endpoint
from counterfoil.webhooks.queue import WAITING
from counterfoil.webhooks.silence import worth_a_sync

log = structlog.get_logger()

LOOK_SECONDS, PRUNE_SECONDS = 60.0, 24 * 3600.0
A_TRANSACTION = 5_000


class Maintenance:
    """One process's sense of what is due."""

    def __init__(self) -> None:
        self._looked_at = self._pruned_at = float("-inf")

    def is_due(self) -> bool:
        """Once a minute."""
        return time.monotonic() - self._looked_at >= LOOK_SECONDS

    def process_due(self, stop: threading.Event | None = None) -> int:
        """See `look_for_silence` and `prune`."""
        self._looked_at = time.monotonic()
        now = timezone.now()
        found = look_for_silence(now)
        if time.monotonic() - self._pruned_at >= PRUNE_SECONDS:
            self._pruned_at = time.monotonic()
            prune(now)
        return found


def look_for_silence(now: datetime) -> int:
    """Ask for an incremental sync of every connection that may have missed something. Returns of how many."""
    found = 0
    for connection in Connection.objects.filter(endpoints__isnull=False).distinct():
        with transaction.atomic():
            found += _look(connection, now)
    return found


def _look(connection: Connection, now: datetime) -> int:
    """One process of several finds that it is time; the others find that it has been done."""
    endpoints = list(Endpoint.objects.filter(connection=connection).order_by("id").select_for_update())
    alive_at = max((e.alive_at for e in endpoints if e.alive_at is not None), default=None)
    nudged_at = max((e.nudged_at for e in endpoints if e.nudged_at is not None), default=None)
    known = silence.current_silence(connection, now)
    wanted = worth_a_sync(known, nudged_at, alive_at, now)
    changed = {"alive_at": now, **({"nudged_at": now} if wanted else {})}
    Endpoint.objects.filter(connection=connection).update(**changed)
    if wanted:
        log.info("sync asked for after a silence", connection=connection.pk)
        plan.request_sync(connection, full=False, options=RunOptions())
    return int(wanted)


def prune(now: datetime) -> int:
    """Take the bodies of old deliveries away; that they came, and what became of them, stays. Returns how many."""
    old = now - timedelta(days=app_settings.delivery_days())
    rows = Delivery.objects.filter(received_at__lt=old, body__isnull=False).exclude(state__in=WAITING)
    done = 0
    for some in batched(list(rows.order_by("id").values_list("pk", flat=True)), A_TRANSACTION):
        done += Delivery.objects.filter(pk__in=some).update(body=None)
    return done
