"""How far the mirror of a resource has come, looked up and moved on."""

from datetime import date, datetime, timedelta

from counterfoil.connectors.page import Resource
from counterfoil.mirror.models import Coverage


def load(connection_id: int, resource: str = Resource.CUSTOMER) -> Coverage:
    """What is known; an empty one, not stored, before the first pass came to its end."""
    found = Coverage.objects.filter(connection_id=connection_id, resource=resource).first()
    return found or Coverage(connection_id=connection_id, resource=resource)


def save(
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


OVERLAP = timedelta(minutes=5)
"""Asked again on purpose: clocks of an upstream's servers differ, and commits become visible late."""


def advance(
    watermark: datetime | None, newest_modified: datetime | None, upstream_date: datetime | None
) -> datetime | None:
    """The watermark after a complete pass: never past the upstream's own clock at the start of the pass.

    `newest_modified` is the newest modified time seen; a record dated 2099 does not count beyond
    `upstream_date`, the Date header of the pass's first response. Without either, the watermark stays.
    """
    if newest_modified is None or upstream_date is None:
        return watermark
    reached = min(newest_modified, upstream_date)
    return reached if watermark is None else max(watermark, reached)


def incremental_start(watermark: datetime) -> datetime:
    """The inclusive start of the next incremental pass."""
    return watermark - OVERLAP


def ignored_filter(since: datetime, oldest_modified: datetime | None) -> bool:
    """Whether an answer proves that the upstream did not apply `since` (unknown parameters are ignored)."""
    return oldest_modified is not None and oldest_modified < since
