"""Bring the contact persons of customers that came by webhook, without waiting for the next pass.

Where they came inside the customer they have been ingested with it; else each customer takes a call. Many
customers take one pass instead, which lists a hundred with a call. A read that fails costs only its customer's
persons.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog
from django.db import transaction
from django.db.models import F

from counterfoil import messages
from counterfoil.connectors.page import Read, ReadOutcome, Resource, Shape
from counterfoil.connectors.port import ListedByParent
from counterfoil.connectors.reader_port import Reader
from counterfoil.errors import CounterfoilError, InvalidResponse, ReadRefused, Unavailable, Unreachable
from counterfoil.ingest import inner_persons, quarantine
from counterfoil.ingest.batch import Batch
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.quarantine import Quarantined, failed_read, quarantine_entry
from counterfoil.ingest.transitions import apply_transitions, transition_of
from counterfoil.mirror import tickets
from counterfoil.mirror.database import is_outage
from counterfoil.mirror.models import Connection, ContactPerson, RunKind, State
from counterfoil.runs import lifecycle
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync.persons_of_customers import FEW, left_out
from counterfoil.webhooks.models import Delivery
from counterfoil.webhooks.queue import LostClaim
from counterfoil.webhooks.session import DeliverySession

log = structlog.get_logger()

MOST_FAILURES = 3
"""After so many the rest is left to a pass."""


@dataclass(slots=True)
class PersonsToBring:
    """What deliveries have left to read: customers, and persons who did not come inside theirs.

    Both by external id, with the delivery that named the customer.
    """

    owners: dict[str, int] = field(default_factory=dict)
    absent: dict[str, int] = field(default_factory=dict)

    def note_read(self, connection_id: int, read: Read, delivery: int, *, suspected: bool) -> None:
        """Note a customer that was found by a read."""
        if read.item is None:
            return
        if read.item.persons is None and suspected:
            self.owners[read.external_id] = delivery
        for person in inner_persons.absent_persons(connection_id, [(read.item, read.ticket)]):
            self.absent[person] = delivery


def customers_with_news_of_persons(batch: Batch, reader: Reader) -> list[str]:
    """Return the customers of a batch whose contact persons may be other ones, or have other values.

    They are new, or their modified time alone has changed, which tells of something outside the customer itself,
    or a field has changed that is their primary person's.
    """
    return [
        record.external_id
        for record in batch.records
        if record.id is None
        or not record.changes
        or any(change.field in reader.of_primary_person for change in record.changes)
    ]


def bring(connection: Connection, check: Callable[[], None], wanted: PersonsToBring) -> None:
    """Read what is wanted. Raises LostClaim, and OperationalError where the database is away; nothing else."""
    if not (wanted.owners or wanted.absent):
        return
    with DeliverySession(connection, Resource.CONTACT_PERSON, check) as session:
        if Resource.CONTACT_PERSON not in session.resources or left_out(connection.pk):
            return
        if len(wanted.owners) > FEW:
            _request_pass(connection)
        else:
            _bring_owners(session, check, wanted.owners)
        if len(wanted.absent) > FEW:
            _request_pass(connection)
        elif wanted.absent:
            _guarded(session, lambda: _read_absent(session, check, wanted.absent))


def _bring_owners(session: DeliverySession, check: Callable[[], None], owners: Mapping[str, int]) -> None:
    failures = 0
    for owner, delivery in owners.items():
        try:
            _bring_owner(session, check, owner, delivery)
        except (ReadRefused, InvalidResponse, Unavailable) as error:
            failures += 1
            if isinstance(error, Unreachable) or failures > MOST_FAILURES:
                _request_pass(session.connection)
                return
            _keep(session, owner, delivery, error)
        except Exception as error:
            _stop_or_log(session, error)
            _request_pass(session.connection)
            return


def _bring_owner(session: DeliverySession, check: Callable[[], None], owner: str, delivery: int) -> None:
    """Read all persons of a customer, and those here who are not among them."""
    collection = session.collection
    if not isinstance(collection, ListedByParent):
        return
    calls = session.calls
    page = collection.fetch_owned(owner)
    _count_calls(delivery, session.calls - calls)
    answered = tickets.latest()
    observations = [Observation(item, Origin.READ, Shape.LIST, page.ticket, answered) for item in page.items]
    listed = [item.external_id for item in page.items]
    source = session.source(dict.fromkeys(listed, delivery))
    bad = [quarantine_entry(entry, page.ticket) for entry in page.bad]
    session.reading_pipeline(check).ingest(observations, source, also_quarantine=bad)
    quarantine.resolve_owner(owner, source)
    rows = ContactPerson.objects.filter(connection=session.connection, customer_external_id=owner)
    absent = rows.filter(state=State.PRESENT).exclude(
        external_id__in=[*listed, *(e.external_id for e in page.bad)]
    )
    if page.last:
        found = [str(external_id) for external_id in absent.values_list("external_id", flat=True)[:FEW]]
        _read_absent(session, check, dict.fromkeys(found, delivery))


def _read_absent(session: DeliverySession, check: Callable[[], None], absent: Mapping[str, int]) -> None:
    """Read persons who were not where they should be; they are gone, elsewhere, or there after all."""
    if not absent:
        return
    calls = session.calls
    reads = list(session.read(list(absent)))
    _count_calls(next(iter(absent.values())), session.calls - calls)
    source = session.source(absent)
    found = [
        Observation(read.item, Origin.READ, Shape.DETAIL, read.ticket, tickets.latest())
        for read in reads
        if read.answer == ReadOutcome.FOUND and read.item is not None
    ]
    if found:
        session.reading_pipeline(check).ingest(found, source)
    with transaction.atomic():
        apply_transitions([one for read in reads if (one := transition_of(read)) is not None], source)
        quarantine.quarantine(list(map(failed_read, filter(_is_unclear, reads))), source, None)


def _count_calls(delivery: int, calls: int) -> None:
    Delivery.objects.filter(pk=delivery).update(calls=F("calls") + calls)


def _is_unclear(read: Read) -> bool:
    return read.answer == ReadOutcome.UNCLEAR


def _keep(session: DeliverySession, owner: str, delivery: int, error: CounterfoilError) -> None:
    """Keep a customer whose persons could not be read as an import problem, which the next pass retries."""
    reason = messages.ingest.OWNED_READ_FAILED(
        resource=Resource.CONTACT_PERSON.value, customer=owner, reason=error.message
    )
    failed = Quarantined(None, b"", reason, 0, to_be_read=True, owner=owner)
    with transaction.atomic():
        quarantine.quarantine([failed], session.source({owner: delivery}), None)


def _request_pass(connection: Connection) -> None:
    """Queue a pass of contact persons, once however many deliveries want it."""
    lifecycle.request_run(connection, RunKind.INCREMENTAL, RunOptions(), resource=Resource.CONTACT_PERSON)


def _guarded(session: DeliverySession, read: Callable[[], None]) -> None:
    try:
        read()
    except Exception as error:
        _stop_or_log(session, error)
        _request_pass(session.connection)


def _stop_or_log(session: DeliverySession, error: Exception) -> None:
    if isinstance(error, LostClaim) or is_outage(error):
        raise error
    log.warning("contact persons not read", connection=session.connection_id, kind=type(error).__name__)
