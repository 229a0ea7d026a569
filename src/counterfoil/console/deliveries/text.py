"""A delivery in words: its result, and what users can do about it."""

from django.utils import timezone

from counterfoil.console.runs.text import PATIENCE, why_waiting
from counterfoil.webhooks.models import Delivery, DeliveryState
from counterfoil.webhooks.queue import MOST_TRIES

RESULTS = {
    DeliveryState.RECEIVED: "Waiting to be processed.",
    DeliveryState.APPLIED: "Its changes are saved here.",
    DeliveryState.DUPLICATE: "The same event had already arrived, so nothing was done.",
    DeliveryState.STALE: "Something newer was already here, so nothing was saved.",
    DeliveryState.IGNORED: "It is about something that Counterfoil does not copy, so nothing was done.",
    DeliveryState.FAILED: "Processing failed. It is retried automatically.",
    DeliveryState.DEAD: "It could not be processed, and is not retried automatically any more.",
}
POLL_INTERVALS = {DeliveryState.RECEIVED: 1_000, DeliveryState.FAILED: 10_000}
"""Milliseconds after which a page looks again."""


def poll_interval(delivery: Delivery) -> int:
    """Return after how many milliseconds to look again; 0 once nothing changes any more without a user."""
    return POLL_INTERVALS.get(DeliveryState(delivery.state), 0)


def advice(delivery: Delivery) -> str:
    """Say what users can do about it; empty where there is nothing to do."""
    if delivery.state == DeliveryState.RECEIVED and delivery.run_id is not None:
        return "Very many webhooks arrived at once, so one changes-only sync covers all of them."
    if delivery.state == DeliveryState.RECEIVED and timezone.now() - delivery.received_at > PATIENCE:
        return why_waiting()
    if delivery.state == DeliveryState.FAILED:
        return f"It is tried up to {MOST_TRIES} times."
    if delivery.state == DeliveryState.DEAD:
        return "Fix the problem, then replay the webhook. Newer changes stay as they are."
    return ""


def replay_refusal(delivery: Delivery) -> str:
    """Say why it cannot be replayed, as the second half of a sentence."""
    if delivery.state == DeliveryState.IGNORED:
        return "it is about something that Counterfoil does not copy."
    return "it is still being processed."
