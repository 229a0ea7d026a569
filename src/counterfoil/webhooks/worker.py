"""Process waiting deliveries in the background, batch by batch."""

import threading
from contextlib import suppress

import structlog
from django.db import OperationalError

from counterfoil.mirror import hold
from counterfoil.webhooks import process, queue
from counterfoil.webhooks.queue import DeliveryBatch, LostClaim

log = structlog.get_logger()


def is_due() -> bool:
    """Tell whether a delivery can be worked on now."""
    return queue.due().exists() and not hold.is_held()


def process_due(stop: threading.Event | None = None) -> int:
    """Process what waits until nothing is left or `stop` is set. Returns how many deliveries were claimed."""
    claimed = 0
    if hold.is_held():
        return claimed
    while stop is None or not stop.is_set():
        batch = queue.claim_batch()
        if batch is None:
            return claimed
        claimed += len(batch.deliveries)
        _process(batch)
    return claimed


def _process(batch: DeliveryBatch) -> None:
    connection_id = batch.deliveries[0].connection_id
    try:
        process.process_batch(batch)
    except LostClaim:
        log.warning("deliveries taken over by another process", connection=connection_id)
    except Exception as error:
        if process.stops_work(error):
            with suppress(OperationalError):
                batch.release()
            raise
        _process_rest(batch, error)


def _process_rest(batch: DeliveryBatch, error: Exception) -> None:
    """Process what an error has left one by one, so that one delivery never blocks the others."""
    left = batch.unended()
    if len(left) > 1:
        for delivery in left:
            _process(DeliveryBatch(batch.claim, [delivery]))
    elif left:  # as where their connector no longer exists
        process.fail(batch, left, error)
