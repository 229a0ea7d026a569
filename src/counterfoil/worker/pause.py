"""Pause a connection: its runs, its schedules, its pushes. Webhooks are received and stored meanwhile."""

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from counterfoil import messages
from counterfoil.connections import standing
from counterfoil.mirror.models import Connection, Run, RunState
from counterfoil.runs.lease import LEASES
from counterfoil.worker import wake

log = structlog.get_logger()


@transaction.atomic
def pause_connection(connection: Connection, user: AbstractBaseUser | None = None) -> bool:
    """Make no calls for a connection until it is resumed. Returns whether it was not paused yet.

    A run under way stops at its next write, and continues from there afterwards. Raises NotPossibleNow for a
    removed connection.
    """
    standing.require_present(connection)
    fresh = Connection.objects.locked(connection.pk)
    if fresh.paused_at is not None:
        return False
    Connection.objects.filter(pk=connection.pk).update(paused_at=Now())
    running = Run.objects.filter(connection=connection, state=RunState.RUNNING)
    for run in running.select_for_update():
        dry = bool(run.options.get("dry_run"))
        LEASES.release(
            Run.objects.filter(pk=run.pk),
            state=RunState.CANCELLED if dry else RunState.PARKED,
            resumable=not dry,
            parked_until=Now(),
            fence=F("fence") + 1,
            note=messages.runs.PAUSED(),
        )
    log.info("connection paused", connection=connection.pk, user=user.pk if user else None)
    connection.refresh_from_db(fields=["paused_at"])
    return True


@transaction.atomic
def unpause_connection(connection: Connection, user: AbstractBaseUser | None = None) -> bool:
    """Let a paused connection work again. Returns whether it was paused."""
    if not Connection.objects.filter(pk=connection.pk, paused_at__isnull=False).update(paused_at=None):
        return False
    log.info("connection resumed", connection=connection.pk, user=user.pk if user else None)
    wake.nudge()
    connection.refresh_from_db(fields=["paused_at"])
    return True
