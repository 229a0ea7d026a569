"""When a row was last known to be true. Derived, so that an unchanged row needs no rewriting (DESIGN part 4b)."""

from datetime import datetime

from django.db import connection as database

from counterfoil.mirror.models import Customer, RunState, State
from counterfoil.mirror.sql import statement
from counterfoil.mirror.store.base import aware


def last_synced(customer: Customer) -> datetime:
    """The newest of: its own observation, the last complete pass, its page in a pass that is under way."""
    moments = [customer.observed_at]
    if customer.state == State.PRESENT:
        if customer.connection.complete_pass_at is not None:
            moments.append(customer.connection.complete_pass_at)
        listed = _listed_at(customer)
        if listed is not None:
            moments.append(listed)
    return max(moments)


def _listed_at(customer: Customer) -> datetime | None:
    running = customer.connection.runs.filter(state=RunState.RUNNING).values_list("id", flat=True)
    run_id = running.first()
    if run_id is None:
        return None
    with database.cursor() as cursor:
        values = {"run": run_id, "external_id": customer.external_id}
        cursor.execute(statement(database.vendor, "listed_at"), values)
        return aware(cursor.fetchone()[0])
