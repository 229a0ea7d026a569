"""How far the mirror of a resource has come, looked up and moved on."""

from datetime import date, datetime

from counterfoil.connectors.contract import Resource
from counterfoil.mirror.models import Coverage


def of(connection_id: int, resource: str = Resource.CUSTOMER) -> Coverage:
    """What is known; an empty one, not stored, before the first pass came to its end."""
    found = Coverage.objects.filter(connection_id=connection_id, resource=resource).first()
    return found or Coverage(connection_id=connection_id, resource=resource)


def move_on(
    connection_id: int,
    resource: str,
    *,
    watermark: datetime | None,
    complete_pass_at: datetime | None,
    dated_from: date | None = None,
) -> None:
    """Store it; inside the transaction that ends the pass. `dated_from` goes with `complete_pass_at`."""
    Coverage.objects.update_or_create(
        connection_id=connection_id,
        resource=resource,
        defaults={"watermark": watermark, "complete_pass_at": complete_pass_at, "dated_from": dated_from},
    )
