"""A delivery in words: what has become of it, and what a person can do about it."""

from django.utils import timezone

from counterfoil.console.runs.text import NO_WORKER, PATIENCE
from counterfoil.webhooks.models import Delivery, DeliveryState
from counterfoil.webhooks.queue import MOST_TRIES

SAID = {
    DeliveryState.RECEIVED: "It waits to be worked on.",
    DeliveryState.APPLIED: "What it tells is in the mirror.",
    DeliveryState.DUPLICATE: "The same event had come before: nothing was done.",
    DeliveryState.STALE: "Something newer was known already: nothing was written.",
    DeliveryState.IGNORED: "It is about something that is not mirrored: it is kept, nothing was done.",
    DeliveryState.FAILED: "It could not be worked on, and is tried again by itself.",
    DeliveryState.DEAD: "It was given up.",
}
LOOKED_AT_AGAIN = {DeliveryState.RECEIVED: 1_000, DeliveryState.FAILED: 10_000}
"""Milliseconds after which something may have become of it."""


def again(delivery: Delivery) -> int:
    """After how many milliseconds it is worth looking again; 0 when nothing changes by itself any more."""
    return LOOKED_AT_AGAIN.get(DeliveryState(delivery.state), 0)


def advice(delivery: Delivery) -> str:
    """What a person can do about it; empty where there is nothing to do."""
    if delivery.state == DeliveryState.RECEIVED and delivery.run_id is not None:
        return "Very many came at once: a run that lists what changed stands for all of them."
    if delivery.state == DeliveryState.RECEIVED and timezone.now() - delivery.received_at > PATIENCE:
        return NO_WORKER
    if delivery.state == DeliveryState.FAILED:
        return f"After {MOST_TRIES} tries it is given up."
    if delivery.state == DeliveryState.DEAD:
        return "Mend the cause, then replay it: it keeps its place in the order, so what is newer stays."
    return ""


def no_replay(delivery: Delivery) -> str:
    """Why it cannot be replayed."""
    if delivery.state == DeliveryState.IGNORED:
        return "nothing of it is mirrored."
    return "it is being worked on anyway."
