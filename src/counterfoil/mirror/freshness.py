"""When a row was last known to be true. Derived, so that an unchanged row needs no rewriting (DESIGN part 4b)."""

import json
from collections.abc import Collection
from datetime import datetime
from itertools import groupby

from django.db import connection as database

from counterfoil.mirror import coverage
from counterfoil.mirror.models import Customer, Run, RunState, State
from counterfoil.mirror.sql import statement
from counterfoil.mirror.store.base import aware


def last_synced(customer: Customer) -> datetime:
    """The newest of: its own observation, the last complete pass, its page in a pass that is under way."""
    return last_synced_all([customer])[customer.pk]


def last_synced_all(customers: Collection[Customer]) -> dict[int, datetime]:
    """The same for several rows, by their keys, with one look per connection."""
    found: dict[int, datetime] = {}
    ordered = sorted(customers, key=lambda customer: customer.connection_id)
    for connection_id, group in groupby(ordered, key=lambda customer: customer.connection_id):
        rows = list(group)
        complete = coverage.of(connection_id).complete_pass_at
        listed = _listed_at(connection_id, [row.external_id for row in rows if row.state == State.PRESENT])
        for row in rows:
            vouchers = [complete, listed.get(row.external_id)]
            if row.state != State.PRESENT:
                vouchers = []
            found[row.pk] = max([row.observed_at, *(moment for moment in vouchers if moment is not None)])
    return found


def _listed_at(connection_id: int, external_ids: Collection[str | None]) -> dict[str | None, datetime | None]:
    """When runs that are under way had pages that held these records."""
    under_way = Run.objects.filter(connection_id=connection_id, state=RunState.RUNNING)
    if not external_ids or not under_way.exists():
        return {}
    with database.cursor() as cursor:
        values: dict[str, int | str] = {
            "connection": connection_id,
            "resource": "customer",
            "ids": json.dumps(list(external_ids)),
        }
        cursor.execute(statement(database.vendor, "listed_at"), values)
        return {external_id: aware(at) for external_id, at in cursor.fetchall()}
