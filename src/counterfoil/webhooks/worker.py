"""Deliveries worked off in the background, lot by lot."""

import threading
from contextlib import suppress

import structlog
from django.db import OperationalError

from counterfoil.webhooks import process, queue
from counterfoil.webhooks.queue import LostClaim, Lot

log = structlog.get_logger()


def is_due() -> bool:
    """Whether a delivery waits."""
    return queue.due().exists()


def process_due(stop: threading.Event | None = None) -> int:
    """Work on what waits until nothing is left or `stop` is set. Returns how many deliveries were taken up."""
    done = 0
    while stop is None or not stop.is_set():
        lot = queue.claim_lot()
        if lot is None:
            return done
        done += len(lot.deliveries)
        _apply(lot)
    return done


def _apply(lot: Lot) -> None:
    connection_id = lot.deliveries[0].connection_id
    try:
        process.process_lot(lot)
    except LostClaim:
        log.warning("deliveries were taken over by another process", connection=connection_id)
    except OperationalError:
        with suppress(OperationalError):
            lot.let_go()
        raise
    except Exception as error:  # as where their connector is gone
        process.fail(lot, lot.deliveries, error)
