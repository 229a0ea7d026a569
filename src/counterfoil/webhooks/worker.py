"""Process waiting deliveries in the background, batch by batch."""

import threading
from contextlib import suppress

import structlog
from django.db import OperationalError

from counterfoil.mirror import hold
from counterfoil.webhooks import process, queue
from counterfoil.webhooks.persons import Backlog
from counterfoil.webhooks.queue import DeliveryBatch, LostClaim

log = structlog.get_logger()


def is_due() -> bool:
    """Tell whether a delivery can be worked on now."""
    return queue.due().exists() and not hold.is_held()


def process_due(stop: threading.Event | None = None) -> int:
    """Process what waits until nothing is left or `stop` is set. Returns how many deliveries were claimed."""
    if hold.is_held():
        return 0
    backlog = Backlog()
    try:
        claimed = _process_waiting(backlog, stop)
    except Exception:
        with suppress(OperationalError):
            backlog.request_passes()
        raise
    if stop is not None and stop.is_set():
        backlog.request_passes()
    else:
        backlog.bring()
    return claimed


def _process_waiting(backlog: Backlog, stop: threading.Event | None) -> int:
    claimed = 0
    while (stop is None or not stop.is_set()) and (batch := queue.claim_batch()) is not None:
        claimed += len(batch.deliveries)
        _process(batch, backlog)
        if backlog.has_waited:
            backlog.bring()
    return claimed


def _process(batch: DeliveryBatch, backlog: Backlog) -> None:
    connection_id = batch.deliveries[0].connection_id
    try:
        process.process_batch(batch, backlog.of_batch(connection_id))
    except LostClaim:
        log.warning("deliveries taken over by another process", connection=connection_id)
    except Exception as error:
        if process.stops_work(error):
            with suppress(OperationalError):
                batch.release()
            raise
        _process_rest(batch, backlog, error)


def _process_rest(batch: DeliveryBatch, backlog: Backlog, error: Exception) -> None:
    """Process what an error has left one by one, so that one delivery never blocks the others."""
    left = batch.unended()
    if len(left) > 1:
        for delivery in left:
            _process(DeliveryBatch(batch.claim, [delivery]), backlog)
    elif left:  # as where their connector no longer exists
        process.fail(batch, left, error)
