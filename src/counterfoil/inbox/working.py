"""Deliveries worked off in the background, lot by lot."""

import threading

import structlog

from counterfoil.inbox import applying, claims
from counterfoil.inbox.claims import LostClaim

log = structlog.get_logger()


def is_due() -> bool:
    """Whether a delivery waits."""
    return claims.due().exists()


def work_off(stop: threading.Event | None = None) -> int:
    """Work on what waits until nothing is left or `stop` is set. Returns how many deliveries were taken up."""
    done = 0
    while stop is None or not stop.is_set():
        lot = claims.take()
        if lot is None:
            return done
        done += len(lot.deliveries)
        try:
            applying.apply(lot)
        except LostClaim:
            log.warning(
                "deliveries were taken over by another process", connection=lot.deliveries[0].connection_id
            )
    return done
