"""How webhooks are delivered, as far as the upstreams differ in nothing but numbers."""

from typing import Annotated

import msgspec


class DeliverySwitches(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The switches of an outbox; shares are of all events, from 0 to 1."""

    webhook_senders: Annotated[int, msgspec.Meta(ge=1, le=32)] = 1
    """Deliveries under way at once; with more than one, nothing keeps them in order."""
    webhook_retry_seconds: tuple[float, ...] = ()
    """The pause before each retry; there are no more retries than pauses."""
    webhook_timeout_seconds: float = 2.0
    """For connecting, and again for the answer."""
    webhook_suspend_after: int = 0
    """Suspend an endpoint after so many events in a row ran out of retries; 0 never does."""
    webhook_delay_seconds: float = 0.0
    webhook_duplicates: float = 0.0
    """Share of the events that are delivered twice."""
    webhook_reorder: float = 0.0
    """Share of the events that are held back by `webhook_reorder_seconds`, so that later ones overtake."""
    webhook_reorder_seconds: float = 2.0
    webhook_loss: float = 0.0
    """Share of the events that are never sent."""
