"""The switches for the delivery of webhooks that all upstreams have."""

from typing import Annotated

import msgspec


class DeliverySwitches(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How webhooks are sent; shares are of all events, from 0 to 1."""

    webhook_senders: Annotated[int, msgspec.Meta(ge=1, le=32)] = 1
    """Deliveries sent at the same time; with more than one, their order is not kept."""
    webhook_retry_seconds: tuple[float, ...] = ()
    """The pause before each retry; one retry per pause."""
    webhook_timeout_seconds: float = 2.0
    """Timeout for connecting, and again for the answer."""
    webhook_suspend_after: int = 0
    """Suspend an endpoint after so many events in a row ran out of retries; 0 never does."""
    webhook_delay_seconds: float = 0.0
    webhook_duplicates: float = 0.0
    """Share of the events that are delivered twice."""
    webhook_reorder: float = 0.0
    """Share of the events that are held back by `webhook_reorder_seconds`, so that later ones arrive first."""
    webhook_reorder_seconds: float = 2.0
    webhook_loss: float = 0.0
    """Share of the events that are never sent."""
