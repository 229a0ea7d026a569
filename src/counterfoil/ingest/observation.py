"""One observation of an upstream record on its way through the door."""

from typing import NamedTuple

from counterfoil.connectors.page import Item, Shape
from counterfoil.ingest.order import Incoming, Origin


class Observation(NamedTuple):
    """One observation. `begun` is the ticket drawn before its request, `ended` the highest when it was over."""

    item: Item
    origin: Origin
    shape: Shape
    requested: int | None
    answered: int

    @property
    def seen(self) -> Incoming:
        """What the order looks at."""
        return Incoming(self.origin, self.item.modified, self.requested, self.answered)
