"""Very many deliveries at once: one incremental pass stands for all of them."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from counterfoil.connectors.contract import Resource
from counterfoil.inbox.models import Delivery, DeliveryState
from counterfoil.inbox.outcome import Outcome
from counterfoil.mirror import syncing
from counterfoil.mirror.models import Connection, RunKind, RunState
from counterfoil.mirror.runs import RunOptions

MOST_READS = 20
"""Records that are read one by one; a pass lists two hundred with one call."""
LOOK_AGAIN = timedelta(seconds=15)
_ON_ITS_WAY = (RunState.QUEUED, RunState.RUNNING, RunState.PARKED)


def ask(connection: Connection, resource: Resource, deliveries: Sequence[Delivery]) -> None:
    """Queue a sync, and have its run of this resource stand for the deliveries."""
    asked = syncing.ask(connection, full=False, options=RunOptions())
    passing = (RunKind.FULL, RunKind.INCREMENTAL)
    run = next(run for run in asked if run.resource == resource and run.kind in passing)
    ids = [delivery.pk for delivery in deliveries]
    Delivery.objects.filter(pk__in=ids).update(
        run=run, next_try_at=timezone.now() + LOOK_AGAIN, claim="", claimed_until=None
    )


def settle(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """End those whose run began after they came and is complete; wait for a run that is on its way. Returns those
    that no run stands for, or not any more."""
    now, ended, left = timezone.now(), Outcome(), []
    waiting: list[int] = []
    for delivery in deliveries:
        run = delivery.run
        if run is None:
            left.append(delivery)
        elif run.state in _ON_ITS_WAY:
            waiting.append(delivery.pk)
        elif run.state == RunState.COMPLETED and run.started_at and run.started_at >= delivery.received_at:
            ended.end(delivery, DeliveryState.APPLIED, f"By run {run.pk}, which listed what changed.")
        else:
            left.append(delivery)
    ended.write(now)
    Delivery.objects.filter(pk__in=waiting).update(next_try_at=now + LOOK_AGAIN, claim="", claimed_until=None)
    return left
