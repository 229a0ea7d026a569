"""Ingest the contact persons that came inside their customers, in the transaction that writes these.

So a number that changed is the person's, the customer's best one and its invoices' at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from counterfoil.connectors.page import Item, Resource, Shape
from counterfoil.ingest import links, prepare
from counterfoil.ingest.batch import Batch
from counterfoil.ingest.classify import Classifier
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.quarantine import quarantine_entry
from counterfoil.mirror.models import ContactPerson, State
from counterfoil.mirror.store.base import ChangeSource

if TYPE_CHECKING:
    from counterfoil.ingest.session import IngestSession


def prepare_inner(session: "IngestSession", batch: Batch) -> Batch | None:
    """Prepare the persons inside the customers of a batch that are here, or will be; None where there are none.

    Of persons whose order only a live read can decide nothing is written: the next pass decides.
    """
    if session.table.resource != Resource.CUSTOMER:
        return None
    observed = _with_persons(batch)
    if not observed or session.persons is None:
        return None
    here = links.known_customers(session.connection_id, observed)
    here.update(record.external_id for record in batch.records)
    told = [one for owner, one in observed.items() if owner in here]
    persons = session.persons
    classifier = Classifier(session.connection_id, persons.store, None, persons.reader)
    inner = prepare.resolve(persons, classifier, prepare.compare(persons, classifier, list(_observations(told))))
    for one in told:
        bad = one.item.persons.bad if one.item.persons else ()
        inner.quarantined.extend(quarantine_entry(entry, one.requested or 0) for entry in bad)
    return inner


def source_of(batch: Batch, source: ChangeSource) -> ChangeSource:
    """Return the source of the persons' changes: that of the customer in which each came."""
    references = {
        one.item.external_id: reference
        for one in batch.observations
        if (reference := source.references.get(one.item.owner or "")) is not None
    }
    return replace(source, resource=Resource.CONTACT_PERSON.value, references=references)


def absent_persons(connection_id: int, items: Iterable[tuple[Item, int]]) -> list[str]:
    """Return the ids of present persons who were not inside their customer, each read with this ticket.

    They may have been deleted, or belong to another customer now: only a read of each tells.
    """
    found: list[str] = []
    for item, ticket in items:
        if item.persons is None:
            continue
        listed = [person.external_id for person in item.persons.items]
        listed += [entry.external_id for entry in item.persons.bad if entry.external_id]
        rows = ContactPerson.objects.filter(
            connection_id=connection_id, customer_external_id=item.external_id, state=State.PRESENT
        )
        absent = rows.exclude(external_id__in=listed).filter(ticket_from__lt=ticket)
        found += [str(external_id) for external_id in absent.values_list("external_id", flat=True)]
    return found


def _with_persons(batch: Batch) -> dict[str, Observation]:
    """Return the newest observations that say which persons their customers have, by customer."""
    every = [*batch.observations, *(one for one, _ in batch.classified.apply)]
    said = [one for one in every if one.origin == Origin.READ and one.item.persons is not None]
    return {one.item.external_id: one for one in sorted(said, key=lambda one: one.requested or 0)}


def _observations(customers: Sequence[Observation]) -> Iterator[Observation]:
    for one in customers:
        for person in one.item.persons.items if one.item.persons else ():
            yield Observation(person, Origin.READ, Shape.DETAIL, one.requested, one.answered)
