"""One record, read live: a person's click, `sync --client-id`, and later a webhook that asks for a look."""

from dataclasses import replace
from typing import Any

from django.db import transaction

from counterfoil.connectors.contract import Answer, Shape
from counterfoil.errors import NotFound, Unavailable
from counterfoil.mirror import confirm, tickets
from counterfoil.mirror.arrival import Arrival
from counterfoil.mirror.batch import Tally, tally
from counterfoil.mirror.models import State
from counterfoil.mirror.order import Origin
from counterfoil.mirror.states import Transition, apply_transitions
from counterfoil.mirror.work import Work


def read_one(work: Work, external_id: str) -> None:
    """Read one record and take it through the door. Raises NotFound when neither side has it."""
    (read,) = work.read([external_id])
    if read.answer == Answer.UNCLEAR:
        raise Unavailable(
            f"Reading {external_id} gave no clear answer ({read.reason}).",
            "Nothing was changed; try again later.",
        )
    row = work.table.rows(work.run.connection_id).filter(external_id=external_id).first()
    if read.answer == Answer.GONE:
        _gone(work, external_id, row, read.ticket)
        return
    assert read.item is not None  # noqa: S101  FOUND comes with its item
    if row is not None and row.state == State.MISSING and not work.options.dry_run:
        work.note(Tally(fetched=1))
        confirm.confirm_these(work, [external_id], row.state_ticket)
        return
    arrival = Arrival(read.item, Origin.READ, Shape.DETAIL, read.ticket, tickets.latest())
    if work.options.dry_run:
        batch = work.door.finish(work.door.begin([arrival]))
        work.show(batch)
        work.note(replace(tally(batch), fetched=1))
    else:
        work.door.take([arrival], work.stamp(), checkpoint=lambda counted: work.note(replace(counted, fetched=1)))


def _gone(work: Work, external_id: str, row: Any | None, ticket: int) -> None:
    if row is None:
        raise NotFound(
            f"{work.connector.title} has no {work.table.noun} {external_id}, and neither has this copy.",
            "Check the id: it is the upstream's own, not its number on invoices.",
        )
    if not work.options.dry_run:
        with transaction.atomic():
            work.lease.check()
            done = apply_transitions([Transition(external_id, State.TOMBSTONE, ticket)], work.stamp())
            work.note(Tally(tombstoned=done))
