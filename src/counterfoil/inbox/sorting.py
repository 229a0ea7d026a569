"""A lot sorted: what was there before, what says everything itself, what has to be read."""

from dataclasses import dataclass, field

from counterfoil.connectors.contract import Item, Resource, Shape
from counterfoil.connectors.webhooks import Posted
from counterfoil.errors import BadRecord
from counterfoil.inbox.models import Delivery, DeliveryState
from counterfoil.mirror import catalog
from counterfoil.mirror.arrival import Arrival
from counterfoil.mirror.models import Connection
from counterfoil.mirror.order import Origin

ORIGINALS = (DeliveryState.APPLIED, DeliveryState.STALE)


@dataclass(slots=True)
class Sorted:
    """Deliveries of one lot. `whole` hold their record, those `to_read` only its id."""

    repeated: list[Delivery] = field(default_factory=list)
    whole: dict[Resource, list[tuple[Delivery, Item]]] = field(default_factory=dict)
    to_read: dict[Resource, list[Delivery]] = field(default_factory=dict)


def sort(connection: Connection, deliveries: list[Delivery]) -> Sorted:
    """By the event ids that this connection has had before, then by what their bodies hold."""
    found = Sorted()
    seen = _had(connection, deliveries)
    for delivery in deliveries:
        if seen.setdefault(delivery.event_id, delivery.pk) < delivery.pk:
            found.repeated.append(delivery)
            continue
        resource = Resource(delivery.resource)
        item = _item(connection, delivery)
        if item is None:
            found.to_read.setdefault(resource, []).append(delivery)
        else:
            found.whole.setdefault(resource, []).append((delivery, item))
    return found


def arrival(delivery: Delivery, item: Item) -> Arrival:
    """When its content was true nobody knows: it has no ticket of its own, only its place among them."""
    return Arrival(item, Origin.DELIVERY, Shape.DELIVERY, None, delivery.ticket)


def _had(connection: Connection, deliveries: list[Delivery]) -> dict[str, int]:
    """The earliest delivery of each event that came to its end."""
    events = {delivery.event_id for delivery in deliveries}
    rows = Delivery.objects.filter(connection=connection, event_id__in=events, state__in=ORIGINALS)
    return dict(rows.order_by("-id").values_list("event_id", "id"))


def _item(connection: Connection, delivery: Delivery) -> Item | None:
    webhooks = catalog.connector_class(connection).webhooks
    if webhooks is None or delivery.body is None:  # its body was taken away: the record is read instead
        return None
    posted = Posted({"content-type": delivery.content_type}, [], bytes(delivery.body))
    try:
        return webhooks.told(posted).item
    except BadRecord:
        return None
