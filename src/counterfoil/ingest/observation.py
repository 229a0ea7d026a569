"""One observation of an upstream record on its way through the door."""

from typing import NamedTuple

from counterfoil.connectors.page import Item, Shape
from counterfoil.ingest.order import Origin, Seen


class Arrival(NamedTuple):
    """One observation. `begun` is the ticket drawn before its request, `ended` the highest when it was over."""

    item: Item
    origin: Origin
    shape: Shape
    begun: int | None
    ended: int

    @property
    def seen(self) -> Seen:
        """What the order looks at."""
        return Seen(self.origin, self.item.modified, self.begun, self.ended)
