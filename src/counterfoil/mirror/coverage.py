"""How far the mirror of a resource reaches: read, saved and advanced."""

from datetime import date, datetime, timedelta

from counterfoil.connectors.page import Resource
from counterfoil.mirror.models import Coverage


def load(connection_id: int, resource: str = Resource.CUSTOMER) -> Coverage:
    """Read the coverage; before the first completed pass it is empty and not stored."""
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
    """Store the coverage, in the transaction that ends the pass. `dated_from` belongs to `complete_pass_at`."""
    Coverage.objects.update_or_create(
        connection_id=connection_id,
        resource=resource,
        defaults={
            "watermark": watermark,
            "complete_pass_at": complete_pass_at,
            "dated_from": dated_from,
            "warning": "",
        },
    )


def warnings(connection_id: int) -> list[str]:
    """Return why resources of a connection are left out of its syncs at present."""
    warned = Coverage.objects.filter(connection_id=connection_id).exclude(warning="")
    return list(warned.order_by("resource").values_list("warning", flat=True))


def warn(connection_id: int, resource: str, warning: str) -> None:
    """Keep why a resource was left out, until a pass over it is complete again."""
    Coverage.objects.update_or_create(
        connection_id=connection_id, resource=resource, defaults={"warning": warning}
    )


OVERLAP = timedelta(minutes=5)
"""Read twice on purpose: clocks of an upstream's servers differ, and commits become visible late."""


def advance(
    watermark: datetime | None, newest_modified: datetime | None, upstream_date: datetime | None
) -> datetime | None:
    """Return the watermark after a complete pass, never past the upstream's own clock at its start.

    `newest_modified` is the newest modified time seen; a record dated 2099 does not count beyond
    `upstream_date`, the Date header of the pass's first response. Without either, the watermark stays.
    """
    if newest_modified is None or upstream_date is None:
        return watermark
    reached = min(newest_modified, upstream_date)
    return reached if watermark is None else max(watermark, reached)


def incremental_start(watermark: datetime) -> datetime:
    """Return the inclusive start of the next incremental pass."""
    return watermark - OVERLAP


def ignored_filter(since: datetime, oldest_modified: datetime | None) -> bool:
    """Tell whether a response proves that the upstream ignored the `since` parameter."""
    return oldest_modified is not None and oldest_modified < since
