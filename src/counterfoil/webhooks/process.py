"""Process a batch of deliveries through the one ingest, which decides their order (DESIGN law 6).

    complete records     ingested together; those whose order only a live read can decide are left over
    ids and leftovers    one read per record, however many deliveries name it; for very many, one incremental pass

A delivery's ending is written in the transaction of its effect, so repeating it after a crash does no harm.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog
from django.db import transaction
from django.utils import timezone

from counterfoil import messages
from counterfoil.connections import factory
from counterfoil.connectors.page import Item, ReadOutcome, Resource, Shape
from counterfoil.connectors.webhook_port import WebhookEvent, WebhookRequest
from counterfoil.errors import BadRecord, CounterfoilError, Unavailable
from counterfoil.ingest import waiting_deletions
from counterfoil.ingest.batch import Batch, Checkpoint, Counts
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.transitions import apply_transitions, transition_of
from counterfoil.mirror import tickets
from counterfoil.mirror.database import is_outage
from counterfoil.mirror.models import Connection, Run, RunKind, RunState, State
from counterfoil.mirror.resources import table
from counterfoil.mirror.store.base import ChangeSource
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import named_customers, plan
from counterfoil.sync.left_out import LEFT_OUT
from counterfoil.webhooks import queue
from counterfoil.webhooks.models import Delivery, DeliveryState
from counterfoil.webhooks.persons import PersonsToBring, customers_with_news_of_persons
from counterfoil.webhooks.queue import BatchOutcome, DeliveryBatch, LostClaim
from counterfoil.webhooks.session import DeliverySession

log = structlog.get_logger()

type CompleteRecord = tuple[Delivery, Item]
"""A delivery and the record that its body holds in full."""


def process_batch(claimed: DeliveryBatch, persons: PersonsToBring) -> None:
    """Work on every delivery of a batch: each ends, or is tried again later.

    What it leaves to read of contact persons is noted in `persons`. Raises LostClaim where another process took
    the batch over, and OperationalError where the database is away: then the deliveries are as they were.
    """
    connection = claimed.deliveries[0].connection
    waiting = end_covered(claimed.deliveries)
    contents = sort_deliveries(connection, waiting)
    _end(claimed, contents.repeated, DeliveryState.DUPLICATE)
    _end(claimed, contents.unlisted, DeliveryState.IGNORED)
    _end_unreadable(claimed, contents.unreadable)
    with claimed.heartbeat() as heartbeat:
        for resource in {*contents.complete, *contents.to_read}:
            with DeliverySession(connection, resource, heartbeat.check) as session:
                undecided = _ingest_complete(claimed, session, contents.complete.get(resource, []), persons)
                _read_records(claimed, session, [*undecided, *contents.to_read.get(resource, [])], persons)
        _read_named_customers(claimed, heartbeat.check, waiting)


def _read_named_customers(
    claimed: DeliveryBatch, check: Callable[[], None], deliveries: Sequence[Delivery]
) -> None:
    """Read the customers that delivered invoices name and that are not here; where that fails, a pass does it."""
    connection = claimed.deliveries[0].connection
    invoices = {one.external_id: one.pk for one in deliveries if one.resource == Resource.INVOICE}
    names = named_customers.named_by(connection.pk, invoices)[:MOST_READS] if invoices else []
    if not names:
        return
    with DeliverySession(connection, Resource.CUSTOMER, check) as session:
        source = session.source(dict.fromkeys(names, max(invoices.values())))
        try:
            named_customers.ingest_customers(session, session.read, names, source, check)
        except Exception as error:
            if stops_work(error):
                raise
            log.warning("customers of invoices not read", connection=connection.pk, kind=type(error).__name__)


def stops_work(error: Exception) -> bool:
    """Tell whether an error concerns all deliveries: another process has taken them, or the database is away."""
    return isinstance(error, LostClaim) or is_outage(error)


def _ingest_complete(
    claimed: DeliveryBatch, session: DeliverySession, records: Sequence[CompleteRecord], persons: PersonsToBring
) -> list[Delivery]:
    """Ingest records together; where that fails, one by one, so that one bad record stops no other.

    Returns the deliveries whose order only a live read can decide.
    """
    if not records:
        return []
    try:
        return _ingest_together(claimed, session, records, persons)
    except Exception as error:
        if stops_work(error):
            raise
        if len(records) == 1:
            fail(claimed, [delivery for delivery, _ in records], error)
            return []
        return [left for record in records for left in _ingest_complete(claimed, session, [record], persons)]


def _ingest_together(
    claimed: DeliveryBatch, session: DeliverySession, records: Sequence[CompleteRecord], persons: PersonsToBring
) -> list[Delivery]:
    ids = [delivery.pk for delivery, _ in records]
    left: list[Delivery] = []
    suspected: list[str] = []

    def plan(batch: Batch) -> tuple[ChangeSource, Checkpoint]:
        outcome, undecided = _outcome_of(batch, records)
        left[:] = undecided
        suspected[:] = customers_with_news_of_persons(batch, session.reader)
        superseded = {id(one.item) for one in batch.classified.superseded}
        sources = {delivery.external_id: delivery.pk for delivery, item in records if id(item) not in superseded}
        return session.source(sources), partial(_write, outcome)

    pipeline = session.pipeline(lambda: claimed.check(ids))
    pipeline.ingest_planned([observation(delivery, item) for delivery, item in records], plan)
    if session.table.resource == Resource.CUSTOMER:
        deliveries = {delivery.external_id: delivery.pk for delivery, _ in records}
        persons.note_owners({owner: deliveries[owner] for owner in suspected})
    return left


def _write(outcome: BatchOutcome, _: Counts) -> None:
    outcome.write(timezone.now())


def _outcome_of(batch: Batch, records: Sequence[CompleteRecord]) -> tuple[BatchOutcome, list[Delivery]]:
    """Decide how each delivery ends. Returns the undecided ones apart."""
    outcome, undecided = BatchOutcome(), []
    problems = {quarantined.external_id: quarantined.reason for quarantined in batch.quarantined}
    superseded = {id(observation.item) for observation in batch.classified.superseded}
    for delivery, item in records:
        if item.external_id in batch.classified.undecided:
            undecided.append(delivery)
        elif id(item) in superseded or item.external_id in batch.classified.stale_ids:
            outcome.end(delivery, DeliveryState.STALE, messages.webhooks.NEWER_HERE())
        elif item.external_id in problems:
            reason = messages.webhooks.NOT_IMPORTED(reason=problems[item.external_id])
            outcome.end(delivery, DeliveryState.DEAD, reason)
        else:
            outcome.end(delivery, DeliveryState.APPLIED)
    return outcome, undecided


def _read_records(
    claimed: DeliveryBatch, session: DeliverySession, deliveries: Sequence[Delivery], persons: PersonsToBring
) -> None:
    """Read each record once; one that fails does not stop the others."""
    by_record: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        by_record.setdefault(delivery.external_id, []).append(delivery)
    if len(by_record) > MOST_READS:
        request_pass(session.connection, session.table.resource, deliveries)
        return
    for external_id, of_record in by_record.items():
        try:
            _read_record(claimed, session, external_id, of_record, persons)
        except Exception as error:
            if stops_work(error):
                raise
            fail(claimed, of_record, error)


def _read_record(
    claimed: DeliveryBatch,
    session: DeliverySession,
    external_id: str,
    deliveries: Sequence[Delivery],
    persons: PersonsToBring,
) -> None:
    calls_before = session.calls
    (read,) = session.read([external_id])
    if read.answer == ReadOutcome.UNCLEAR:
        raise Unavailable(messages.webhooks.UNCLEAR_DELIVERY(record=external_id, reason=read.reason))
    ids = [delivery.pk for delivery in deliveries]
    source = session.source({external_id: ids[-1]})
    calls = {ids[-1]: session.calls - calls_before}
    applied = _same_outcome(deliveries, DeliveryState.APPLIED, calls=calls)
    if (transition := transition_of(read)) is not None:
        with transaction.atomic():
            claimed.check(ids)
            apply_transitions([transition], source)
            if external_id in waiting_deletions.waiting_ids(session.connection_id, session.table.resource):
                waiting = messages.webhooks.DELETION_WAITS()
                applied = _same_outcome(deliveries, DeliveryState.APPLIED, waiting, calls=calls)
            applied.write(timezone.now())
        return
    assert read.item is not None  # noqa: S101  FOUND comes with its item
    observation = Observation(read.item, Origin.READ, Shape.DETAIL, read.ticket, tickets.latest())
    problem = _same_outcome(deliveries, DeliveryState.DEAD, messages.webhooks.FETCHED_NOT_IMPORTED(), calls=calls)
    suspected: list[str] = []

    def plan(batch: Batch) -> tuple[ChangeSource, Checkpoint]:
        suspected[:] = customers_with_news_of_persons(batch, session.reader)
        return source, lambda counts: _write(problem if counts.failed else applied, counts)

    session.reading_pipeline(lambda: claimed.check(ids)).ingest_planned([observation], plan)
    if session.table.resource == Resource.CUSTOMER:
        persons.note_read(session.connection_id, read, ids[-1], suspected=bool(suspected))


def _end(claimed: DeliveryBatch, deliveries: Sequence[Delivery], state: DeliveryState) -> None:
    if not deliveries:
        return
    with transaction.atomic():
        claimed.check([delivery.pk for delivery in deliveries])
        _same_outcome(deliveries, state).write(timezone.now())


def _end_unreadable(claimed: DeliveryBatch, deliveries: Mapping[str, Sequence[Delivery]]) -> None:
    for reason, unread in deliveries.items():
        with transaction.atomic():
            claimed.check([delivery.pk for delivery in unread])
            _same_outcome(unread, DeliveryState.DEAD, reason).write(timezone.now())


def _same_outcome(
    deliveries: Sequence[Delivery],
    state: DeliveryState,
    reason: str = "",
    *,
    calls: Mapping[int, int] | None = None,
) -> BatchOutcome:
    outcome = BatchOutcome(calls=calls or {})
    for delivery in deliveries:
        cut = messages.webhooks.CUT(size=delivery.full_size) if delivery.full_size else ""
        outcome.end(delivery, state, reason or cut)
    return outcome


def fail(claimed: DeliveryBatch, deliveries: Sequence[Delivery], error: Exception) -> None:
    """Log why deliveries could not be processed, and have them tried again later."""
    if isinstance(error, CounterfoilError):
        log.warning("delivery failed", delivery=deliveries[0].pk, error=error.message)
    else:
        log.error("delivery failed", delivery=deliveries[0].pk, exc_info=error)
    queue.record_failure(deliveries, claimed.claim, error, timezone.now())


ORIGINALS = (DeliveryState.APPLIED, DeliveryState.STALE)
"""Endings that make a later delivery of the same event a duplicate."""


@dataclass(slots=True)
class BatchContents:
    """Deliveries sorted by what their bodies hold: a repeated event, the complete record, or only its id.

    `unlisted` ones are about records that are not here and would not be listed, such as vendors.
    `unreadable` ones, by reason, were kept although nobody knows what they are about, and have been replayed.
    """

    repeated: list[Delivery] = field(default_factory=list)
    unlisted: list[Delivery] = field(default_factory=list)
    unreadable: dict[str, list[Delivery]] = field(default_factory=dict)
    complete: dict[Resource, list[CompleteRecord]] = field(default_factory=dict)
    to_read: dict[Resource, list[Delivery]] = field(default_factory=dict)


def sort_deliveries(connection: Connection, deliveries: list[Delivery]) -> BatchContents:
    """Sort deliveries of a connection by what has to be done with each."""
    contents = BatchContents()
    first_deliveries = _earlier_events(connection, deliveries)
    for delivery in deliveries:
        if first_deliveries.setdefault(delivery.event_id, delivery.pk) < delivery.pk:
            contents.repeated.append(delivery)
            continue
        event = _read_event(connection, delivery)
        if not delivery.resource and not _adopt_event(delivery, event):
            reason = event if isinstance(event, str) else messages.webhooks.ABOUT_NOTHING()
            contents.unreadable.setdefault(reason, []).append(delivery)
            continue
        resource = Resource(delivery.resource)
        if isinstance(event, WebhookEvent) and event.unlisted and not _is_listed_here(connection, resource, event):
            contents.unlisted.append(delivery)
            continue
        item = event.item if isinstance(event, WebhookEvent) else None
        if item is None:
            contents.to_read.setdefault(resource, []).append(delivery)
        else:
            contents.complete.setdefault(resource, []).append((delivery, item))
    return contents


def _is_listed_here(connection: Connection, resource: Resource, event: WebhookEvent) -> bool:
    rows = table(resource).rows(connection.pk).filter(external_id=event.external_id)
    return bool(rows.filter(state__in=(State.PRESENT, State.MISSING)).exists())


def observation(delivery: Delivery, item: Item) -> Observation:
    """Build the observation of a delivered record.

    It has no ticket of its own, because nobody knows when the content was read; only the newest ticket there was
    when the delivery arrived.
    """
    return Observation(item, Origin.DELIVERY, Shape.DELIVERY, None, delivery.ticket)


def _earlier_events(connection: Connection, deliveries: list[Delivery]) -> dict[str, int]:
    """Return the earliest processed delivery of each event id."""
    events = {delivery.event_id for delivery in deliveries}
    rows = Delivery.objects.filter(connection=connection, event_id__in=events, state__in=ORIGINALS)
    return dict(rows.order_by("-id").values_list("event_id", "id"))


def _read_event(connection: Connection, delivery: Delivery) -> WebhookEvent | str:
    """Read the body again. Returns the reason why it cannot be read."""
    webhooks = factory.connector_class(connection).webhooks
    if webhooks is None or delivery.body is None:
        return delivery.reason
    request = WebhookRequest({"content-type": delivery.content_type}, [], bytes(delivery.body))
    try:
        return webhooks.read_event(request)
    except BadRecord as error:
        return error.text


def _adopt_event(delivery: Delivery, event: WebhookEvent | str) -> bool:
    """Note what a delivery is about that could not be read when it arrived. False where that is still unknown."""
    if isinstance(event, str) or event.resource is None:
        return False
    delivery.resource, delivery.external_id, delivery.event = event.resource.value, event.external_id, event.event
    delivery.save(update_fields=["resource", "external_id", "event"])
    return True


MOST_READS = 20
"""Records that are read one by one; a pass lists two hundred with one call."""
RUN_CHECK = timedelta(seconds=15)
"""How long deliveries wait before looking again whether their run is complete."""


def request_pass(connection: Connection, resource: Resource, deliveries: Sequence[Delivery]) -> None:
    """Queue a sync instead of many single reads; the deliveries end when its run of this resource is complete."""
    runs = plan.request_sync(connection, full=False, options=RunOptions())
    passes = (RunKind.FULL, RunKind.INCREMENTAL)
    run = next(run for run in runs if run.resource == resource and run.kind in passes)
    rows = Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries])
    queue.CLAIMS.release(rows, run=run, next_try_at=timezone.now() + RUN_CHECK)


def _has_covered(run: Run, delivery: Delivery) -> bool:
    began = run.started_at
    completed = run.state == RunState.COMPLETED and LEFT_OUT not in run.options
    return completed and began is not None and began >= delivery.received_at


def end_covered(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """End the deliveries whose run began after they arrived and is complete; let those wait whose run is underway.

    Returns the others: they have no run, or one that does not cover them.
    """
    now, outcome, left = timezone.now(), BatchOutcome(), []
    waiting: list[int] = []
    for delivery in deliveries:
        run = delivery.run
        if run is None:
            left.append(delivery)
        elif run.state in RunState.UNDERWAY:
            waiting.append(delivery.pk)
        elif _has_covered(run, delivery):
            outcome.end(delivery, DeliveryState.APPLIED, messages.webhooks.COVERED(run=run.pk))
        else:
            left.append(delivery)
    outcome.write(now)
    queue.CLAIMS.release(Delivery.objects.filter(pk__in=waiting), next_try_at=now + RUN_CHECK)
    return left
