"""A lot of deliveries worked on: through the one door, in the order that the door rules (DESIGN law 6).

    whole records   taken in together; what only a live read can settle is left over
    ids, leftovers  one read each, however many deliveries speak of it; of very many, one incremental pass

What a delivery did and how it ended are written in one transaction, so a crash in between repeats it without harm.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

import structlog
from django.db import OperationalError, transaction
from django.utils import timezone

from counterfoil.connectors.contract import Answer, Item, Shape
from counterfoil.errors import CounterfoilError, Unavailable
from counterfoil.inbox import outcome, passes, sorting
from counterfoil.inbox.claims import LostClaim, Lot
from counterfoil.inbox.desk import Desk
from counterfoil.inbox.models import Delivery, DeliveryState
from counterfoil.inbox.outcome import Outcome
from counterfoil.mirror import tickets
from counterfoil.mirror.arrival import Arrival
from counterfoil.mirror.batch import Batch, Tally
from counterfoil.mirror.door import RACES, LostRace
from counterfoil.mirror.models import State
from counterfoil.mirror.order import Origin
from counterfoil.mirror.states import Transition, apply_transitions

log = structlog.get_logger()

type Whole = tuple[Delivery, Item]


def apply(lot: Lot) -> None:
    """Work on a lot: every delivery of it ends, or is tried again later. Raises LostClaim, and
    OperationalError where the database is away: then nothing is known of them."""
    connection = lot.deliveries[0].connection
    waiting = passes.settle(lot.deliveries)
    found = sorting.sort(connection, waiting)
    _end(lot, found.repeated, DeliveryState.DUPLICATE)
    for resource in {*found.whole, *found.to_read}:
        with Desk(connection, resource) as desk:
            left = _take_whole(lot, desk, found.whole.get(resource, []))
            _read(lot, desk, [*left, *found.to_read.get(resource, [])])


def _take_whole(lot: Lot, desk: Desk, whole: Sequence[Whole]) -> list[Delivery]:
    """Returns those whose order a live read has to settle. Where all together stumble, each is taken alone."""
    if not whole:
        return []
    try:
        return _through_the_door(lot, desk, whole)
    except (LostClaim, OperationalError):
        raise
    except Exception as error:
        if len(whole) == 1:
            fail(lot, [delivery for delivery, _ in whole], error)
            return []
        return [left for one in whole for left in _take_whole(lot, desk, [one])]


def _through_the_door(lot: Lot, desk: Desk, whole: Sequence[Whole]) -> list[Delivery]:
    ids = [delivery.pk for delivery, _ in whole]
    door = desk.door(lambda: lot.check(ids), reading=False)
    arrivals = [sorting.arrival(delivery, item) for delivery, item in whole]
    for _ in range(RACES):
        batch = door.finish(door.begin(arrivals))
        ended, left = _endings(batch, whole)
        outdone = {id(arrival.item) for arrival in batch.ruling.outdone}
        brought = {delivery.external_id: delivery.pk for delivery, item in whole if id(item) not in outdone}
        with suppress(LostRace):
            door.commit(batch, desk.stamp(brought), partial(_write, ended))
            return left
    raise Unavailable("The same records are being written by several processes over and over.", "")


def _write(ended: Outcome, _: Tally) -> None:
    ended.write(timezone.now())


def _endings(batch: Batch, whole: Sequence[Whole]) -> tuple[Outcome, list[Delivery]]:
    ended, left = Outcome(), []
    asides = {aside.external_id: aside.reason for aside in batch.asides}
    outdone = {id(arrival.item) for arrival in batch.ruling.outdone}
    for delivery, item in whole:
        if item.external_id in batch.ruling.open:
            left.append(delivery)
        elif id(item) in outdone or item.external_id in batch.ruling.older:
            ended.end(delivery, DeliveryState.STALE, "Something newer is known of this record.")
        elif item.external_id in asides:
            ended.end(delivery, DeliveryState.DEAD, f"Set aside: {asides[item.external_id]}")
        else:
            ended.end(delivery, DeliveryState.APPLIED)
    return ended, left


def _read(lot: Lot, desk: Desk, deliveries: Sequence[Delivery]) -> None:
    """One live read per record; one that fails holds up no other."""
    by_record: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        by_record.setdefault(delivery.external_id, []).append(delivery)
    if len(by_record) > passes.MOST_READS:
        passes.ask(desk.connection, desk.table.resource, deliveries)
        return
    for external_id, some in by_record.items():
        try:
            _read_one(lot, desk, external_id, some)
        except (LostClaim, OperationalError):
            raise
        except Exception as error:
            fail(lot, some, error)
        lot.renew()


def _read_one(lot: Lot, desk: Desk, external_id: str, deliveries: Sequence[Delivery]) -> None:
    before = desk.calls
    (read,) = desk.read([external_id])
    if read.answer == Answer.UNCLEAR:
        raise Unavailable(f"Reading {external_id} gave no clear answer ({read.reason}).", "")
    ids = [delivery.pk for delivery in deliveries]
    stamp = desk.stamp({external_id: ids[-1]})
    calls = {ids[-1]: desk.calls - before}
    ended = _all(deliveries, DeliveryState.APPLIED, calls=calls)
    if read.item is None:
        with transaction.atomic():
            lot.check(ids)
            apply_transitions([Transition(external_id, State.TOMBSTONE, read.ticket)], stamp)
            ended.write(timezone.now())
        return
    arrival = Arrival(read.item, Origin.READ, Shape.DETAIL, read.ticket, tickets.latest())
    door = desk.door(lambda: lot.check(ids), reading=True)
    aside = _all(deliveries, DeliveryState.DEAD, "What was read of it is set aside.", calls=calls)
    door.take([arrival], stamp, checkpoint=lambda counted: _write(aside if counted.failed else ended, counted))


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
) -> Outcome:
    """They end in the same way."""
    ended = Outcome(calls=calls or {})
    for delivery in deliveries:
        ended.end(delivery, state, reason)
    return ended


def fail(lot: Lot, deliveries: Sequence[Delivery], error: Exception) -> None:
    """These could not be worked on now, for that reason."""
    if isinstance(error, CounterfoilError):
        log.warning("delivery failed", delivery=deliveries[0].pk, error=error.message)
    else:
        log.error("delivery failed", delivery=deliveries[0].pk, exc_info=error)
    outcome.failed(deliveries, lot.claim, error, timezone.now())
