"""The tables of the inbox."""

from counterfoil.inbox.models.delivery import Delivery, DeliveryState
from counterfoil.inbox.models.endpoint import Endpoint
from counterfoil.inbox.models.refusal import Refusal

__all__ = ["Delivery", "DeliveryState", "Endpoint", "Refusal"]
