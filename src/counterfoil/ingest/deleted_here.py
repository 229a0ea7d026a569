"""Recognise deletions of our own: by whatever way "does not exist" comes back, it ends them (DESIGN law 5)."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from django.utils import timezone

from counterfoil.connectors.page import Resource
from counterfoil.errors import BadRecord
from counterfoil.ingest import conflicts
from counterfoil.ingest.rewrite import rewrite
from counterfoil.mirror.models import (
    Conflict,
    Customer,
    Decision,
    PendingDeletion,
    PendingEdit,
    Source,
    Write,
    WriteKind,
    WriteState,
)
from counterfoil.mirror.store.base import ChangeSource

_MAY_STILL_ARRIVE = (*WriteState.UNFINISHED, WriteState.FAILED)
"""States of a deletion that was sent: one that was looked up in vain may have been carried out later."""


class ConfirmedDeletion(NamedTuple):
    """A deletion that a person has confirmed, and the write that sent it; None where it was not sent yet."""

    pending: PendingDeletion
    write: Write | None


def confirmed_deletions(resource: str, record_ids: Collection[int]) -> dict[int, ConfirmedDeletion]:
    """Find the confirmed deletions of these records, by record."""
    pending = PendingDeletion.objects.for_records(record_ids, resource).select_related("asked_by")
    found = {deletion.record_id: ConfirmedDeletion(deletion, None) for deletion in pending}
    if found:
        writes = Write.objects.for_records(found, resource).filter(
            kind=WriteKind.DELETE, state__in=_MAY_STILL_ARRIVE
        )
        for write in writes.order_by("id"):
            found[write.record_id] = found[write.record_id]._replace(write=write)
    return found


def source_of(deletion: ConfirmedDeletion | None, observed: ChangeSource) -> ChangeSource:
    """Return the source of a tombstone: the person's own deletion where it was sent, else what observed it.

    Tombstones with the source DELETION are no absences: guards leave them out.
    """
    if deletion is None or deletion.write is None:
        return observed
    return replace(
        observed,
        source=Source.DELETION,
        reference=deletion.write.run_id,
        references={},
        actor_id=deletion.pending.asked_by_id,
    )


def end(deletion: ConfirmedDeletion, source: ChangeSource) -> None:
    """End a deletion whose record is proven gone, in the transaction that makes its row a tombstone.

    Its edits end and its conflicts are closed: the person saw them before confirming.
    """
    pending = deletion.pending
    if deletion.write is not None:
        Write.objects.filter(pk=deletion.write.pk).update(
            state=WriteState.DONE, error="", ended_at=timezone.now(), claim="", claimed_until=None
        )
    for conflict in Conflict.objects.for_record(pending.record_id, pending.resource).open():
        conflicts.close(conflict, Decision.DROP, source, pending.asked_by)
    edits = PendingEdit.objects.for_record(pending.record_id, pending.resource)
    if edits.delete()[0] and pending.resource == Resource.CUSTOMER:
        row = Customer.objects.select_related("connection").get(pk=pending.record_id)
        with suppress(BadRecord):  # the row then keeps what it shows
            rewrite(row, pending.asked_by, None)
    pending.delete()
