"""One look at an upstream record: from a page, a webhook, a single read, or the answer to our own write."""

from typing import NamedTuple

from counterfoil.connectors.page import Item, Shape
from counterfoil.ingest.order import Incoming, Origin


class Observation(NamedTuple):
    """A record as it was observed.

    `requested` is the ticket drawn before the request, None for a webhook; `answered` the highest ticket drawn
    when the answer was there. `merged` is its payload laid over the stored one, where it does not say everything.
    """

    item: Item
    origin: Origin
    shape: Shape
    requested: int | None
    answered: int
    merged: bytes | None = None

    @property
    def payload(self) -> bytes:
        """What is mapped and stored: all that is known of the record, not only what this observation says."""
        return self.item.raw if self.merged is None else self.merged

    @property
    def incoming(self) -> Incoming:
        """The part of it that decides its order."""
        return Incoming(self.origin, self.item.modified, self.requested, self.answered)
