"""A lot of deliveries worked on: through the one door, in the order that the door rules (DESIGN law 6).

    whole records   taken in together; what only a live read can settle is left over
    ids, leftovers  one read each, however many deliveries speak of it; of very many, one incremental pass

What a delivery did and how it ended are written in one transaction, so a crash in between repeats it without harm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog
from django.db import OperationalError, transaction
from django.utils import timezone

from counterfoil.connections import factory
from counterfoil.connectors.page import Item, ReadOutcome, Resource, Shape
from counterfoil.connectors.webhook_port import WebhookRequest
from counterfoil.errors import BadRecord, CounterfoilError, Unavailable
from counterfoil.ingest.batch import Batch, Checkpoint, Counts
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.transitions import Transition, apply_transitions
from counterfoil.mirror import tickets
from counterfoil.mirror.models import Connection, RunKind, RunState, State
from counterfoil.mirror.store.base import ChangeSource
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import plan
from counterfoil.webhooks import queue
from counterfoil.webhooks.models import Delivery, DeliveryState
from counterfoil.webhooks.queue import LostClaim, Lot, LotOutcome
from counterfoil.webhooks.session import DeliverySession

log = structlog.get_logger()

type Whole = tuple[Delivery, Item]


def process_lot(lot: Lot) -> None:
    """Work on a lot: every delivery of it ends, or is tried again later. Raises LostClaim, and
    OperationalError where the database is away: then nothing is known of them."""
    connection = lot.deliveries[0].connection
    waiting = end_covered(lot.deliveries)
    found = sort_lot(connection, waiting)
    _end(lot, found.repeated, DeliveryState.DUPLICATE)
    for resource in {*found.whole, *found.to_read}:
        with DeliverySession(connection, resource) as session:
            left = _take_whole(lot, session, found.whole.get(resource, []))
            _read(lot, session, [*left, *found.to_read.get(resource, [])])


def _take_whole(lot: Lot, session: DeliverySession, whole: Sequence[Whole]) -> list[Delivery]:
    """Returns those whose order a live read has to settle. Where all together stumble, each is taken alone."""
    if not whole:
        return []
    try:
        return _ingest_whole(lot, session, whole)
    except (LostClaim, OperationalError):
        raise
    except Exception as error:
        if len(whole) == 1:
            fail(lot, [delivery for delivery, _ in whole], error)
            return []
        return [left for one in whole for left in _take_whole(lot, session, [one])]


def _ingest_whole(lot: Lot, session: DeliverySession, whole: Sequence[Whole]) -> list[Delivery]:
    ids = [delivery.pk for delivery, _ in whole]
    left: list[Delivery] = []

    def plan(batch: Batch) -> tuple[ChangeSource, Checkpoint]:
        ended, undecided = _endings(batch, whole)
        left[:] = undecided
        superseded = {id(one.item) for one in batch.classified.superseded}
        brought = {delivery.external_id: delivery.pk for delivery, item in whole if id(item) not in superseded}
        return session.source(brought), partial(_write, ended)

    pipeline = session.pipeline(lambda: lot.check(ids))
    pipeline.ingest_planned([observation(delivery, item) for delivery, item in whole], plan)
    return left


def _write(ended: LotOutcome, _: Counts) -> None:
    ended.write(timezone.now())


def _endings(batch: Batch, whole: Sequence[Whole]) -> tuple[LotOutcome, list[Delivery]]:
    ended, left = LotOutcome(), []
    asides = {aside.external_id: aside.reason for aside in batch.quarantined}
    superseded = {id(observation.item) for observation in batch.classified.superseded}
    for delivery, item in whole:
        if item.external_id in batch.classified.undecided:
            left.append(delivery)
        elif id(item) in superseded or item.external_id in batch.classified.stale_ids:
            ended.end(delivery, DeliveryState.STALE, "Something newer is known of this record.")
        elif item.external_id in asides:
            ended.end(delivery, DeliveryState.DEAD, f"Set aside: {asides[item.external_id]}")
        else:
            ended.end(delivery, DeliveryState.APPLIED)
    return ended, left


def _read(lot: Lot, session: DeliverySession, deliveries: Sequence[Delivery]) -> None:
    """One live read per record; one that fails holds up no other."""
    by_record: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        by_record.setdefault(delivery.external_id, []).append(delivery)
    if len(by_record) > MOST_READS:
        request_pass(session.connection, session.table.resource, deliveries)
        return
    for external_id, some in by_record.items():
        try:
            _read_one(lot, session, external_id, some)
        except (LostClaim, OperationalError):
            raise
        except Exception as error:
            fail(lot, some, error)
        lot.renew()


def _read_one(lot: Lot, session: DeliverySession, external_id: str, deliveries: Sequence[Delivery]) -> None:
    before = session.calls
    (read,) = session.read([external_id])
    if read.answer == ReadOutcome.UNCLEAR:
        raise Unavailable(f"Reading {external_id} gave no clear answer ({read.reason}).", "")
    ids = [delivery.pk for delivery in deliveries]
    source = session.source({external_id: ids[-1]})
    calls = {ids[-1]: session.calls - before}
    ended = _all(deliveries, DeliveryState.APPLIED, calls=calls)
    if read.item is None:
        with transaction.atomic():
            lot.check(ids)
            apply_transitions([Transition(external_id, State.TOMBSTONE, read.ticket)], source)
            ended.write(timezone.now())
        return
    observation = Observation(read.item, Origin.READ, Shape.DETAIL, read.ticket, tickets.latest())
    aside = _all(deliveries, DeliveryState.DEAD, "What was read of it is set aside.", calls=calls)
    session.reading_pipeline(lambda: lot.check(ids)).ingest(
        [observation], source, checkpoint=lambda counted: _write(aside if counted.failed else ended, counted)
    )


def _end(lot: Lot, deliveries: Sequence[Delivery], state: DeliveryState) -> None:
    if not deliveries:
        return
    with transaction.atomic():
        lot.check([delivery.pk for delivery in deliveries])
        _all(deliveries, state).write(timezone.now())


def _all(
    deliveries: Sequence[Delivery],
    state: DeliveryState,
    reason: str = "",
    *,
    calls: Mapping[int, int] | None = None,
) -> LotOutcome:
    """They end in the same way."""
    ended = LotOutcome(calls=calls or {})
    for delivery in deliveries:
        ended.end(delivery, state, reason)
    return ended


def fail(lot: Lot, deliveries: Sequence[Delivery], error: Exception) -> None:
    """These could not be worked on now, for that reason."""
    if isinstance(error, CounterfoilError):
        log.warning("delivery failed", delivery=deliveries[0].pk, error=error.message)
    else:
        log.error("delivery failed", delivery=deliveries[0].pk, exc_info=error)
    queue.failed_outcome(deliveries, lot.claim, error, timezone.now())


ORIGINALS = (DeliveryState.APPLIED, DeliveryState.STALE)


@dataclass(slots=True)
class SortedLot:
    """Deliveries of one lot. `whole` hold their record, those `to_read` only its id."""

    repeated: list[Delivery] = field(default_factory=list)
    whole: dict[Resource, list[tuple[Delivery, Item]]] = field(default_factory=dict)
    to_read: dict[Resource, list[Delivery]] = field(default_factory=dict)


def sort_lot(connection: Connection, deliveries: list[Delivery]) -> SortedLot:
    """By the event ids that this connection has had before, then by what their bodies hold."""
    found = SortedLot()
    seen = _had(connection, deliveries)
    for delivery in deliveries:
        if seen.setdefault(delivery.event_id, delivery.pk) < delivery.pk:
            found.repeated.append(delivery)
            continue
        resource = Resource(delivery.resource)
        item = _item(connection, delivery)
        if item is None:
            found.to_read.setdefault(resource, []).append(delivery)
        else:
            found.whole.setdefault(resource, []).append((delivery, item))
    return found


def observation(delivery: Delivery, item: Item) -> Observation:
    """When its content was true nobody knows: it has no ticket of its own, only its place among them."""
    return Observation(item, Origin.DELIVERY, Shape.DELIVERY, None, delivery.ticket)


def _had(connection: Connection, deliveries: list[Delivery]) -> dict[str, int]:
    """The earliest delivery of each event that came to its end."""
    events = {delivery.event_id for delivery in deliveries}
    rows = Delivery.objects.filter(connection=connection, event_id__in=events, state__in=ORIGINALS)
    return dict(rows.order_by("-id").values_list("event_id", "id"))


def _item(connection: Connection, delivery: Delivery) -> Item | None:
    webhooks = factory.connector_class(connection).webhooks
    if webhooks is None or delivery.body is None:  # its body was taken away: the record is read instead
        return None
    posted = WebhookRequest({"content-type": delivery.content_type}, [], bytes(delivery.body))
    try:
        return webhooks.read_event(posted).item
    except BadRecord:
        return None


MOST_READS = 20
"""Records that are read one by one; a pass lists two hundred with one call."""
LOOK_AGAIN = timedelta(seconds=15)
_ON_ITS_WAY = (RunState.QUEUED, RunState.RUNNING, RunState.PARKED)


def request_pass(connection: Connection, resource: Resource, deliveries: Sequence[Delivery]) -> None:
    """Queue a sync, and have its run of this resource stand for the deliveries."""
    asked = plan.request_sync(connection, full=False, options=RunOptions())
    passing = (RunKind.FULL, RunKind.INCREMENTAL)
    run = next(run for run in asked if run.resource == resource and run.kind in passing)
    ids = [delivery.pk for delivery in deliveries]
    queue.CLAIMS.release(Delivery.objects.filter(pk__in=ids), run=run, next_try_at=timezone.now() + LOOK_AGAIN)


def end_covered(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """End those whose run began after they came and is complete; wait for a run that is on its way. Returns those
    that no run stands for, or not any more."""
    now, ended, left = timezone.now(), LotOutcome(), []
    waiting: list[int] = []
    for delivery in deliveries:
        run = delivery.run
        if run is None:
            left.append(delivery)
        elif run.state in _ON_ITS_WAY:
            waiting.append(delivery.pk)
        elif run.state == RunState.COMPLETED and run.started_at and run.started_at >= delivery.received_at:
            ended.end(delivery, DeliveryState.APPLIED, f"By run {run.pk}, which listed what changed.")
        else:
            left.append(delivery)
    ended.write(now)
    queue.CLAIMS.release(Delivery.objects.filter(pk__in=waiting), next_try_at=now + LOOK_AGAIN)
    return left
