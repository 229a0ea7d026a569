"""Bring the contact persons of customers that were read by themselves, without waiting for the next pass.

Where they came inside the customer they have been ingested with it, and only those who did not come are read. Else
they take a call for each customer, by which their connector lists them. What fails costs only that customer's
persons: it is kept as an import problem, and read again later (DESIGN law 9).
"""

from collections.abc import Sequence

from django.db import transaction

from counterfoil.connectors.page import Read, ReadOutcome, Resource
from counterfoil.connectors.port import Connector, ListedByParent, ListedWithParent
from counterfoil.errors import CounterfoilError, InvalidResponse, NeedsPerson, ReadRefused, Unavailable
from counterfoil.ingest import inner_persons, quarantine
from counterfoil.mirror import coverage, tickets
from counterfoil.mirror.models import Customer, State
from counterfoil.runs.context import RunContext
from counterfoil.sync import children
from counterfoil.sync.read_results import absent_transitions, apply_absences, found_observations

FEW = 20
"""So many customers, or persons who did not come, are read by a call of their own; a pass finds the others."""
FAILED = (Unavailable, InvalidResponse, ReadRefused, NeedsPerson)


def bring_persons(context: RunContext, reads: Sequence[Read]) -> None:
    """Bring the persons of the customers that these reads have found."""
    if context.table.resource != Resource.CUSTOMER or context.options.dry_run:
        return
    if Resource.CONTACT_PERSON not in context.session.resources:
        return
    found = [read for read in reads if read.answer == ReadOutcome.FOUND and read.item is not None]
    items = [(read.item, read.ticket) for read in found if read.item is not None]
    absent = inner_persons.absent_persons(context.connection.pk, items)
    owners = [item.external_id for item, _ in items if item.persons is None]
    if absent:
        with context.of_resource(Resource.CONTACT_PERSON) as inner:
            read_absent(inner, absent[:FEW])
    if owners and (context.run.expected or 0) <= FEW and not left_out(context.connection.pk):
        _read_owned(context, owners)


def take_calls(connector: type[Connector], customers: int) -> bool:
    """Tell whether the persons of so many customers, read in one run, take a call for each customer."""
    collection = connector.collections.get(Resource.CONTACT_PERSON)
    return collection is not None and issubclass(collection, ListedWithParent) and customers <= FEW


def left_out(connection_id: int) -> bool:
    """Tell whether contact persons are left out of syncs, because the connection may not read them."""
    return bool(coverage.load(connection_id, Resource.CONTACT_PERSON).warning)


def read_absent(context: RunContext, absent: Sequence[str]) -> None:
    """Read persons who were not where they should be; they are gone, elsewhere, or there after all."""
    try:
        reads = list(context.read(absent))
    except FAILED as error:
        reads = [_unclear(external_id, error) for external_id in absent]
    observations = found_observations(reads, tickets.latest())
    if observations:
        context.pipeline.ingest(observations, context.source())
    with transaction.atomic():
        context.lease.check()
        apply_absences(absent_transitions(reads), context.source())
        quarantine.settle_reads(reads, context.source(), context.run.pk)


def _read_owned(context: RunContext, owners: Sequence[str]) -> None:
    present = Customer.objects.filter(connection=context.connection, external_id__in=owners, state=State.PRESENT)
    here = list(present.values_list("external_id", flat=True))
    with context.of_resource(Resource.CONTACT_PERSON) as inner:
        if not isinstance(inner.collection, ListedByParent):
            return
        reader = children.ParentReader(inner)
        for owner in here:
            try:
                reader.read(str(owner))
            except FAILED as error:
                reader.keep(str(owner), error)


def _unclear(external_id: str, error: CounterfoilError) -> Read:
    return Read(external_id, 0, ReadOutcome.UNCLEAR, reason=error.message)
