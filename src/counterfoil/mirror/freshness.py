"""When a row was last confirmed. Derived, so that unchanged rows need no rewriting (DESIGN part 4b)."""

import json
from collections.abc import Collection
from datetime import datetime
from itertools import groupby

from django.db import connection as database

from counterfoil.connectors.page import Resource
from counterfoil.mirror import coverage
from counterfoil.mirror.models import Coverage, Invoice, Mirrored, Run, RunState, State
from counterfoil.mirror.store import current_dialect
from counterfoil.mirror.store.base import as_utc


def last_synced(row: Mirrored, resource: Resource = Resource.CUSTOMER) -> datetime | None:
    """Return the newest of its observation, the last complete pass, and its page in a running pass.

    None where the upstream does not have it yet: an edit made here is no sync.
    """
    return last_synced_all([row], resource)[row.pk]


def last_synced_all[M: Mirrored](
    rows: Collection[M], resource: Resource = Resource.CUSTOMER
) -> dict[int, datetime | None]:
    """Return the same for several rows of a resource, by their keys, with the same queries per connection."""
    found: dict[int, datetime | None] = {}
    ordered = sorted(rows, key=lambda row: row.connection_id)
    for connection_id, group in groupby(ordered, key=lambda row: row.connection_id):
        of_one = list(group)
        reach = coverage.load(connection_id, resource)
        present = [row.external_id for row in of_one if row.state == State.PRESENT]
        listed = _listed_at(connection_id, resource, present)
        for row in of_one:
            if row.external_id is None:
                found[row.pk] = None
                continue
            sightings = [reach.complete_pass_at if _is_within(row, reach) else None, listed.get(row.external_id)]
            if row.state != State.PRESENT:
                sightings = []
            found[row.pk] = max([row.observed_at, *(moment for moment in sightings if moment is not None)])
    return found


def _is_within(row: Mirrored, reach: Coverage) -> bool:
    """Tell whether the last complete pass confirms this row.

    It did not list invoices older than its window, except some (unpaid ones), so it confirms none of them.
    """
    if reach.dated_from is None or not isinstance(row, Invoice):
        return True
    return row.date is not None and row.date >= reach.dated_from


def _listed_at(
    connection_id: int, resource: Resource, external_ids: Collection[str | None]
) -> dict[str | None, datetime | None]:
    """Return when running passes listed these records."""
    under_way = Run.objects.filter(connection_id=connection_id, state=RunState.RUNNING)
    if not external_ids or not under_way.exists():
        return {}
    with database.cursor() as cursor:
        values: dict[str, int | str] = {
            "connection": connection_id,
            "resource": resource,
            "ids": json.dumps(list(external_ids)),
        }
        cursor.execute(current_dialect().statement("listed_at"), values)
        return {external_id: as_utc(at) for external_id, at in cursor.fetchall()}
