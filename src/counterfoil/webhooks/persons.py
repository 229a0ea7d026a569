"""Bring the contact persons of customers that came by webhook, without waiting for the next scheduled pass.

Where they came inside the customer they have been ingested with it; else each customer takes a call. Many
customers take one pass instead, which lists a hundred with a call. A read that fails costs only its customer's
persons. What waits is kept in memory: after a crash the next scheduled pass brings it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

import structlog
from django.db import transaction
from django.db.models import F

from counterfoil import messages
from counterfoil.connectors.page import Page, Read, ReadOutcome, Resource, Shape
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
from counterfoil.webhooks.session import DeliverySession

log = structlog.get_logger()

MOST_FAILURES = 3
"""After so many the rest is left to a pass."""
MOST_BATCHES = 20
"""So many batches of deliveries come first at most."""


@dataclass(slots=True)
class PersonsToBring:
    """What deliveries of a connection have left to read: customers, and persons who did not come inside theirs.

    Both by external id, with the delivery that named the customer. There are at most FEW + 1 of each: the number
    that a pass reads better.
    """

    owners: dict[str, int] = field(default_factory=dict)
    absent: dict[str, int] = field(default_factory=dict)

    def note_owners(self, owners: Mapping[str, int]) -> None:
        """Note customers whose persons may be other ones."""
        self.owners |= dict(islice(owners.items(), FEW + 1 - len(self.owners)))

    def note_read(self, connection_id: int, read: Read, delivery: int, *, suspected: bool) -> None:
        """Note a customer that was found by a read."""
        if read.item is None:
            return
        if read.item.persons is None and suspected:
            self.note_owners({read.external_id: delivery})
        absent = inner_persons.absent_persons(connection_id, [(read.item, read.ticket)])
        self.absent |= dict.fromkeys(islice(absent, FEW + 1 - len(self.absent)), delivery)


@dataclass(slots=True)
class Backlog:
    """What all connections have left to read. It is read once no delivery waits: those come first."""

    by_connection: dict[int, PersonsToBring] = field(default_factory=dict)
    batches: int = 0

    def of_batch(self, connection_id: int) -> PersonsToBring:
        """Return where a batch of deliveries of this connection notes what it leaves."""
        self.batches += 1
        return self.by_connection.setdefault(connection_id, PersonsToBring())

    @property
    def has_waited(self) -> bool:
        """Whether deliveries have come first for long enough."""
        return self.batches >= MOST_BATCHES

    def bring(self) -> None:
        """Read all of it. Raises OperationalError where the database is away; nothing else."""
        self._clear(bring)

    def request_passes(self) -> None:
        """Leave all of it to passes, as where this process is to stop."""
        self._clear(lambda connection, _: _request_pass(connection))

    def _clear(self, work: Callable[[Connection, PersonsToBring], None]) -> None:
        wanted = {pk: persons for pk, persons in self.by_connection.items() if persons.owners or persons.absent}
        self.by_connection, self.batches = {}, 0
        for connection in Connection.objects.active().filter(pk__in=wanted):
            work(connection, wanted[connection.pk])


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


def bring(connection: Connection, wanted: PersonsToBring) -> None:
    """Read what is wanted. Raises OperationalError where the database is away; nothing else."""
    with DeliverySession(connection, Resource.CONTACT_PERSON) as session:
        if Resource.CONTACT_PERSON not in session.resources or left_out(connection.pk):
            return
        if len(wanted.owners) > FEW or len(wanted.absent) > FEW:
            _request_pass(connection)
        if 0 < len(wanted.owners) <= FEW:
            _guarded(session, lambda: _bring_owners(session, wanted.owners))
        if 0 < len(wanted.absent) <= FEW:
            _guarded(session, lambda: _read_absent(session, wanted.absent))


def _bring_owners(session: DeliverySession, owners: Mapping[str, int]) -> None:
    """Read all persons of these customers, and those here who are not among them."""
    collection = session.collection
    if not isinstance(collection, ListedByParent):
        return
    pages = dict(_fetch_owned(session, collection, owners))
    answered = tickets.latest()
    observations: list[Observation] = []
    bad: list[Quarantined] = []
    sources: dict[str, int] = {}
    for owner, page in pages.items():
        observations += [Observation(item, Origin.READ, Shape.LIST, page.ticket, answered) for item in page.items]
        bad += [quarantine_entry(entry, page.ticket) for entry in page.bad]
        sources |= dict.fromkeys((item.external_id for item in page.items), owners[owner])
    source = session.source(sources)
    session.reading_pipeline().ingest(observations, source, also_quarantine=bad)
    for owner in pages:
        quarantine.resolve_owner(owner, source)
    for owner, page in pages.items():
        if page.last:
            absent = _absent_persons(session.connection, owner, page)
            _read_absent(session, dict.fromkeys(absent[:FEW], owners[owner]))


def _fetch_owned(
    session: DeliverySession, collection: ListedByParent, owners: Mapping[str, int]
) -> Iterator[tuple[str, Page]]:
    """Fetch the persons of each customer. One that cannot be read is kept as an import problem."""
    failures = 0
    for owner, delivery in owners.items():
        calls = session.calls
        try:
            page = collection.fetch_owned(owner)
        except (ReadRefused, InvalidResponse, Unavailable) as error:
            failures += 1
            if isinstance(error, Unreachable) or failures > MOST_FAILURES:
                _request_pass(session.connection)
                return
            _keep(session, owner, delivery, error)
        else:
            yield owner, page
        finally:
            _count_calls(delivery, session.calls - calls)


def _absent_persons(connection: Connection, owner: str, page: Page) -> list[str]:
    """Return the persons of a customer here who are not on its complete page."""
    rows = ContactPerson.objects.filter(connection=connection, customer_external_id=owner, state=State.PRESENT)
    answered = [*(item.external_id for item in page.items), *(entry.external_id for entry in page.bad)]
    return [
        str(external_id)
        for external_id in rows.exclude(external_id__in=answered).values_list("external_id", flat=True)
    ]


def _read_absent(session: DeliverySession, absent: Mapping[str, int]) -> None:
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
        session.reading_pipeline().ingest(found, source)
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
        if is_outage(error):
            raise
        log.warning("contact persons not read", connection=session.connection_id, kind=type(error).__name__)
        _request_pass(session.connection)
