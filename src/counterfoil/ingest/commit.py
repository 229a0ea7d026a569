"""Write a batch in one short transaction: rows, history, quarantine, held changes, conflicts, checkpoint."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from counterfoil.connectors.page import Resource
from counterfoil.ingest import (
    conflicts,
    created_here,
    customer_contacts,
    edit_overlay,
    held_changes,
    inner_persons,
    links,
    lost_updates,
    quarantine,
    waiting_deletions,
)
from counterfoil.ingest.batch import Batch, Checkpoint, Counts, count_batch
from counterfoil.ingest.edit_values import EDITABLE_OF
from counterfoil.ingest.mapping_pool import Payload
from counterfoil.ingest.transitions import Transition, apply_transitions
from counterfoil.mapping.mapper import Mapped
from counterfoil.mirror.models import State
from counterfoil.mirror.store import current_dialect
from counterfoil.mirror.store.base import ChangeSource, write_history

if TYPE_CHECKING:
    from counterfoil.ingest.session import IngestSession


class LostRace(Exception):
    """Another process wrote one of the batch's rows after it was compared; nothing was written."""


def commit(
    session: "IngestSession",
    batch: Batch,
    source: ChangeSource,
    *,
    check: Callable[[], None],
    checkpoint: Checkpoint,
    run_id: int | None,
) -> Counts:
    """Write a batch and return its counts.

    `check` is called first and `checkpoint` last in the transaction. Raises LostRace with nothing written.
    """
    session.save_words()
    with transaction.atomic():
        check()
        new_conflicts = write_records(session, batch, source, run_id)
        new_conflicts += _write_persons(session, batch.persons, source, run_id)
        _restore_found_again(batch, source)
        _forget_answered_by(session, batch)
        absent = batch.classified.absent
        unlisted = apply_transitions([t for t in absent if t.state != State.TOMBSTONE], source)
        tombstoned = apply_transitions([t for t in absent if t.state == State.TOMBSTONE], source)
        quarantine.quarantine(batch.quarantined, source, run_id)
        quarantine.resolve([record.external_id for record in batch.records], source)
        quarantine.resolve_understood(_ids_unchanged(batch), source)
        counts = replace(count_batch(batch, tombstoned, unlisted), conflicts=new_conflicts)
        checkpoint(counts)
    return counts


def _write_persons(session: "IngestSession", batch: Batch | None, source: ChangeSource, run_id: int | None) -> int:
    """Write the contact persons that came inside customers. Returns how many new conflicts. Raises LostRace."""
    if batch is None or session.persons is None:
        return 0
    of_persons = inner_persons.source_of(batch, source)
    new_conflicts = write_records(session.persons, batch, of_persons, run_id)
    quarantine.quarantine(batch.quarantined, of_persons, run_id)
    quarantine.resolve([record.external_id for record in batch.records], of_persons)
    return new_conflicts


def _restore_found_again(batch: Batch, source: ChangeSource) -> None:
    """Make the rows present again that only a read has made missing."""
    observations = [*batch.observations, *(observation for observation, _ in batch.classified.apply)]
    found = waiting_deletions.found_again(observations, source)
    if found:
        apply_transitions(
            [Transition(key, State.PRESENT, answered + 1) for key, answered in found.items()], source
        )
        waiting_deletions.tidy(source.connection_id, source.resource)


def _forget_answered_by(session: "IngestSession", batch: Batch) -> None:
    """Clear which record answered for unlisted rows that have been observed themselves again."""
    ids = [row.id for _, row in batch.classified.apply if row.id is not None and row.state == State.UNLISTED]
    if ids:
        session.table.rows_by_id(ids).exclude(answered_by=None).update(answered_by=None)


def write_records(session: "IngestSession", batch: Batch, source: ChangeSource, run_id: int | None) -> int:
    """Write or hold back the records of a batch, with all that belongs to them. Returns how many new conflicts.

    Runs in the caller's transaction. Raises LostRace.
    """
    owners = _lock_owners(session, batch)
    if not created_here.adopt(session.table, batch.adoptions):
        raise LostRace
    _write_rows(session, batch, source)
    if len(session.resources) > 1:
        links.link_customers(source, _ids_to_link(session, batch), session.resources)
    write_history(
        [
            (record.id, change, source.reference_of(record.external_id))
            for record in batch.records
            if record.id is not None
            for change in record.changes
        ],
        source,
    )
    if run_id is not None:
        held_changes.hold_back(batch.held_changes, run_id)
    found = _raise_late_landings(session, batch, source)
    found += _apply_merges(batch, source) + _raise_lost_updates(session, batch, source)
    conflicts.close_for_revived(batch.records, source)
    _refresh_contacts(session, batch, owners)
    return found


def _lock_owners(session: "IngestSession", batch: Batch) -> list[int]:
    """Lock the customers of the persons that are written: those that they had, and those that they will have."""
    if session.table.resource != Resource.CONTACT_PERSON or not batch.records:
        return []
    written = {record.external_id for record in batch.records}
    named = {item.owner for item in (one.item for one in batch.observations) if item.external_id in written}
    named.update(one.item.owner for one, _ in batch.classified.apply)
    named.update(_mapped_owners(session, batch, written))
    adopted = [adoption.row.id for adoption in batch.adoptions if adoption.row.id is not None]
    owners = {owner for owner in named if owner}
    return customer_contacts.lock_customers_of(session.connection_id, written, owners, keys=adopted)


def _mapped_owners(session: "IngestSession", batch: Batch, written: Collection[str]) -> Iterator[str | None]:
    """Yield whom the mapping names, where a payload does not say by itself whose person it is, as a file's."""
    for observation, _ in batch.classified.apply:
        item = observation.item
        if item.owner is None and item.external_id in written:
            mapped = session.pool.map_here(Payload(item.external_id, observation.payload))
            if isinstance(mapped, Mapped):
                yield mapped.values["customer_external_id"]


def _refresh_contacts(session: "IngestSession", batch: Batch, owners: Sequence[int]) -> None:
    """Choose again how to reach the customers whose persons, or who themselves, were written."""
    if session.table.resource == Resource.CONTACT_PERSON:
        customer_contacts.refresh_locked(session.connection_id, owners)
        return
    written = [record.external_id for record in batch.records]
    changed = bool(written) and session.table.resource == Resource.CUSTOMER
    if changed and customer_contacts.has_persons(session.connection_id):
        customer_contacts.refresh_by_external_id(session.connection_id, written)


def _ids_unchanged(batch: Batch) -> Iterator[str]:
    """Yield the ids of the records that have been read again as they are stored."""
    others = {entry.external_id for entry in batch.quarantined}
    others.update(batch.writes(), batch.classified.undecided, batch.classified.stale_ids)
    return (id_ for one in batch.observations if (id_ := one.item.external_id) not in others)


def _write_rows(session: "IngestSession", batch: Batch, source: ChangeSource) -> None:
    if not batch.first or batch.classified.refetched:
        if len(session.store.write(batch.records, source)) != len(batch.records):
            raise LostRace
        return
    try:
        session.store.load(batch.records, source)
    except IntegrityError as error:
        if current_dialect().refuses_value(error):
            raise
        raise LostRace from None


def _ids_to_link(session: "IngestSession", batch: Batch) -> list[str]:
    """Pick the new customers, whom other records may name already; of other resources every written record."""
    every = session.table.resource != Resource.CUSTOMER
    return [record.external_id for record in batch.records if every or record.id is None]


def _apply_merges(batch: Batch, source: ChangeSource) -> int:
    """Apply the merges of written rows; edits of rows that are held back wait too. Returns the new conflicts."""
    if not batch.merges:
        return 0
    written = {record.external_id for record in batch.records}
    return sum(
        edit_overlay.apply(merges, source, source.reference_of(external_id))
        for external_id, merges in batch.merges.items()
        if external_id in written
    )


def _raise_late_landings(session: "IngestSession", batch: Batch, source: ChangeSource) -> int:
    if session.table.resource not in EDITABLE_OF:
        return 0
    return lost_updates.raise_late_landings(batch.records, batch.merges, source)


def _raise_lost_updates(session: "IngestSession", batch: Batch, source: ChangeSource) -> int:
    if session.table.resource != Resource.CUSTOMER:
        return 0
    applied = [observation for observation, _ in batch.classified.apply]
    return lost_updates.raise_lost_updates(
        batch.observations, applied, source, session.pool.map_here, session.merge_payloads
    )
