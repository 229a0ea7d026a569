"""Read the customers that invoices name and that are not here: created or hidden while they were listed."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from itertools import batched
from typing import Any

import structlog

from counterfoil.connectors.page import Resource
from counterfoil.errors import InvalidResponse, NeedsPerson, Unavailable
from counterfoil.ingest.live_read import LiveReader
from counterfoil.ingest.session import IngestSession
from counterfoil.mirror import coverage, tickets
from counterfoil.mirror.models import State
from counterfoil.mirror.resources import table
from counterfoil.mirror.store.base import ChangeSource
from counterfoil.runs.context import RunContext
from counterfoil.sync.read_results import READS_PER_BATCH, found_observations

log = structlog.get_logger()

MAX_READS = 100
"""Customers that one pass reads by themselves."""


def read_named_customers(context: RunContext) -> None:
    """Read the customers that invoices written by this run name, those of newer invoices first.

    A customer that is a vendor now, or does not exist, makes no row, and is not asked for again until its invoice
    changes: an unchanged day costs no calls. One that could not be read is found by the next listing of customers.
    """
    if context.table.resource != Resource.INVOICE or Resource.CUSTOMER not in context.session.resources:
        return
    if coverage.load(context.run.connection_id, Resource.CUSTOMER).complete_pass_at is None:
        return  # a listing takes fewer calls
    written = context.table.rows(context.run.connection_id).filter(updated_at__gte=context.run.started_at)
    names = unknown_customers(written)[:MAX_READS]
    if not names:
        return
    with IngestSession(context.connection, Resource.CUSTOMER) as session:
        collection = context.connector.collection(Resource.CUSTOMER)
        read = LiveReader(collection, session.table, context.run.connection_id, context.budget.draw_anew)
        source = replace(context.source(), resource=Resource.CUSTOMER.value)
        try:
            ingest_customers(session, read, names, source, context.lease.check, context.run.pk)
        except (Unavailable, InvalidResponse, NeedsPerson) as error:
            log.warning("customers of invoices not read", run=context.run.pk, error=error.message)


def unknown_customers(invoices: Any) -> list[str]:
    """Return the ids of customers without a row that these invoices name, those of newer invoices first."""
    unlinked = invoices.filter(customer=None, state=State.PRESENT).exclude(customer_external_id=None)
    return list(dict.fromkeys(unlinked.order_by("-pk").values_list("customer_external_id", flat=True)))


def named_by(connection_id: int, invoices: Collection[str]) -> list[str]:
    """Return the ids of customers without a row that the invoices with these ids name."""
    return unknown_customers(table(Resource.INVOICE).rows(connection_id).filter(external_id__in=invoices))


def ingest_customers(
    session: IngestSession,
    read: LiveReader,
    names: Sequence[str],
    source: ChangeSource,
    check: Callable[[], None],
    run_id: int | None = None,
) -> None:
    """Read customers and ingest those that exist; their invoices are linked to them in the same transaction."""
    for batch in batched(names, READS_PER_BATCH):
        observations = found_observations(list(read(batch)), tickets.latest())
        if observations:
            session.pipeline(check, read=read, run_id=run_id).ingest(observations, source)
