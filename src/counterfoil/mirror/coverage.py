"""How far the mirror of a resource reaches: read, saved and advanced."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from counterfoil import messages
from counterfoil.connectors.page import Resource
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.mirror import value_forms
from counterfoil.mirror.models import Connection, Coverage


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
    seen_at: datetime | None = None,
    clock_warning: str = "",
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
            "seen_at": seen_at,
            "clock_warning": clock_warning,
        },
    )


def save_unannounced(connection_id: int, resource: str, passes: Mapping[str, int]) -> None:
    """Store how many passes saw each field change without a new modified time."""
    Coverage.objects.update_or_create(
        connection_id=connection_id, resource=resource, defaults={"unannounced": dict(passes)}
    )


def warnings(connection_id: int) -> list[str]:
    """Return why resources of a connection are left out of its syncs at present, and what is odd about others.

    That is that its clock went back, which fields change without a new modified time, and which values are left
    empty because they can be read in two ways.
    """
    settings = Connection.objects.filter(pk=connection_id).values_list("settings", flat=True).first() or {}
    found: list[str] = value_forms.warnings(settings)
    rows = Coverage.objects.filter(connection_id=connection_id).select_related("connection")
    for covered in rows.order_by("resource"):
        found += [warning for warning in (covered.warning, covered.clock_warning) if warning]
        if fields := reported_fields(covered.unannounced):
            kind = CONNECTORS.get(covered.connection.connector)
            title = kind.title if kind else covered.connection.connector
            found.append(
                messages.sync.UNANNOUNCED(system=title, resource=covered.resource, fields=", ".join(fields))
            )
    return found


def warn(connection_id: int, resource: str, warning: str) -> None:
    """Keep why a resource was left out, until a pass over it is complete again."""
    Coverage.objects.update_or_create(
        connection_id=connection_id, resource=resource, defaults={"warning": warning}
    )


REPORTED_FROM = 2
"""Passes that saw a field change without a new modified time before it is reported: once may be a correction."""


def passes_by_field(before: Mapping[str, int], seen: Collection[str], *, full: bool) -> dict[str, int]:
    """Count the passes that saw each field change. A full pass that does not see one any more forgets it."""
    kept = {} if full else {name: passes for name, passes in before.items() if name not in seen}
    return {**kept, **{name: before.get(name, 0) + 1 for name in seen}}


def reported_fields(passes: Mapping[str, int]) -> list[str]:
    """Return the fields to report, sorted."""
    return sorted(name for name, count in passes.items() if count >= REPORTED_FROM)


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


def earlier_start(since: datetime, upstream_date: datetime, elapsed: timedelta | None) -> datetime | None:
    """Return from when on to list again, where the upstream's clock went back; None where it did not.

    `elapsed` is the time by our clock since the last pass that saw all changes began: on the upstream's present
    clock it began that long before `upstream_date`, and what changed since then must not lie before `since`.
    """
    seen_until = upstream_date - (elapsed or timedelta())
    return seen_until - OVERLAP if seen_until < since else None


def after_clock_went_back(watermark: datetime | None, upstream_date: datetime | None) -> datetime | None:
    """Return the watermark after a pass that listed again for the clock: on the upstream's present clock."""
    known = [moment for moment in (watermark, upstream_date) if moment is not None]
    return min(known, default=None)


def ignored_filter(since: datetime, oldest_modified: datetime | None) -> bool:
    """Tell whether a response proves that the upstream ignored the `since` parameter."""
    return oldest_modified is not None and oldest_modified < since
