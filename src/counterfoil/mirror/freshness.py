"""When a row was last known to be true. Derived, so that an unchanged row needs no rewriting (DESIGN part 4b)."""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import groupby

from django.db import connection as database

from counterfoil.connectors.contract import Resource
from counterfoil.mirror import coverage
from counterfoil.mirror.models import Invoice, Mirrored, Run, RunState, State
from counterfoil.mirror.sql import statement
from counterfoil.mirror.store.base import aware

USUAL_WINDOW = 365
"""Days back of which a complete pass lists all invoices, where the connection does not say otherwise."""


def last_synced(row: Mirrored, resource: Resource = Resource.CUSTOMER) -> datetime:
    """The newest of: its own observation, the last complete pass, its page in a pass that is under way."""
    return last_synced_all([row], resource)[row.pk]


def last_synced_all[M: Mirrored](
    rows: Collection[M], resource: Resource = Resource.CUSTOMER
) -> dict[int, datetime]:
    """The same for several rows of a resource, by their keys, with one look per connection."""
    found: dict[int, datetime] = {}
    ordered = sorted(rows, key=lambda row: row.connection_id)
    for connection_id, group in groupby(ordered, key=lambda row: row.connection_id):
        of_one = list(group)
        complete = coverage.of(connection_id, resource).complete_pass_at
        present = [row.external_id for row in of_one if row.state == State.PRESENT]
        listed = _listed_at(connection_id, resource, present)
        for row in of_one:
            spoken_for = complete is not None and _is_listed(row, complete)
            vouchers = [complete if spoken_for else None, listed.get(row.external_id)]
            if row.state != State.PRESENT:
                vouchers = []
            found[row.pk] = max([row.observed_at, *(moment for moment in vouchers if moment is not None)])
    return found


def _is_listed(row: Mirrored, complete: datetime) -> bool:
    """Whether a complete pass speaks for this row: older invoices are listed only while they are unpaid, so the
    pass is not taken to vouch for them."""
    if not isinstance(row, Invoice):
        return True
    said = str(row.connection.settings.get("window_days") or "")
    days = int(said) if said.isdecimal() else USUAL_WINDOW
    return row.date is not None and row.date >= complete.date() - timedelta(days)


def _listed_at(
    connection_id: int, resource: Resource, external_ids: Collection[str | None]
) -> dict[str | None, datetime | None]:
    """When runs that are under way had pages that held these records."""
    under_way = Run.objects.filter(connection_id=connection_id, state=RunState.RUNNING)
    if not external_ids or not under_way.exists():
        return {}
    with database.cursor() as cursor:
        values: dict[str, int | str] = {
            "connection": connection_id,
            "resource": resource,
            "ids": json.dumps(list(external_ids)),
        }
        cursor.execute(statement(database.vendor, "listed_at"), values)
        return {external_id: aware(at) for external_id, at in cursor.fetchall()}
