"""Prepare a batch: compare it, put it in order, map it, merge it with edits, hold back what a guard must judge.

`compare` may use the network, for records whose order only a live read can decide. Nothing here writes.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from counterfoil.ingest import created_here, edit_overlay, retyped_ids
from counterfoil.ingest.batch import Batch
from counterfoil.ingest.classify import Classifier
from counterfoil.ingest.diff import new_row_meta, renames, row_change, unannounced_changes
from counterfoil.ingest.guards import ChangeGate
from counterfoil.ingest.held_changes import HeldChange
from counterfoil.ingest.mapping_pool import MappingOutcome, Payload
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.quarantine import Quarantined
from counterfoil.mapping.mapper import Mapped
from counterfoil.mirror.changes import FOLLOWS
from counterfoil.mirror.models import Action, PendingEdit, Write
from counterfoil.mirror.row import FieldChange, Prepared, prepare_record
from counterfoil.mirror.store.base import StoredRow, StoredValues, payloads, stored_values

if TYPE_CHECKING:
    from counterfoil.ingest.session import IngestSession

MOST_SHOWN, LONGEST_SHOWN = 3, 60
"""Fields of a change that is held back, and characters of each value, that a user sees."""

type Ready = tuple[Observation, StoredRow, Prepared]
"""A record that is ready to be written, with its observation and the row it was compared with."""


def compare(
    session: "IngestSession", classifier: Classifier, observations: Sequence[Observation], *, first: bool = False
) -> Batch:
    """Compare observations with the rows, put them in order, and start mapping those that are new or changed.

    With `first` the connection had no rows and nothing is compared; where a row was added meanwhile, writing the
    batch raises LostRace.
    """
    creations_awaited = created_here.awaited_creations(session.connection_id, session.table.resource).exists()
    first = first and not creations_awaited
    classified = classifier.classify(observations, first=first)
    if session.reader.complete_keys is not None and not first:
        classified.apply = _with_merged_payloads(session, classified.apply)
    row_ids = [row.id for _, row in classified.apply if row.id is not None]
    edits = {} if first else session.merger.edits(row_ids)
    mapping = session.pool.submit(
        [
            _payload(one, row, edits.get(row.id or 0), creations_awaited=creations_awaited)
            for one, row in classified.apply
        ]
    )
    return Batch(observations, classified, mapping, edits=edits, unchanged=classified.unchanged, first=first)


def resolve(
    session: "IngestSession", classifier: Classifier, batch: Batch, change_gate: ChangeGate | None = None
) -> Batch:
    """Wait for the mapping, merge edits, work out what is to be written. With a gate, renames are held back."""
    ready: list[Ready] = []
    merged = _merge_edits(session, classifier, batch)
    before = stored_values(session.table, [row.id for _, row, _ in merged if row.id is not None])
    for observation, row, outcome in merged:
        if isinstance(outcome, str):
            item = observation.item
            batch.quarantined.append(Quarantined(item.external_id, item.raw, outcome, observation.requested or 0))
        elif isinstance(outcome, Prepared):
            ready.append((observation, row, outcome))
        elif row.id is None:
            ready.append((observation, row, _new_record(session, classifier, observation, outcome)))
        elif record := _changed_record(session, observation, row, outcome, before[row.id], batch):
            ready.append((observation, row, record))
        else:
            batch.unchanged += 1
    batch.quarantined.extend(batch.classified.quarantined)
    if change_gate is not None:
        batch.retyped = _retyped(session, batch)
    _hold_back(batch, ready, change_gate)
    return batch


def _payload(
    observation: Observation, row: StoredRow, edits: list[PendingEdit] | None, *, creations_awaited: bool
) -> Payload:
    """Build the payload to map. While creations are awaited, a new record may be ours: it is not prepared yet."""
    new = new_row_meta(observation) if row.id is None and not creations_awaited else None
    ours = edit_overlay.edited_values(edits) if edits else None
    name = edit_overlay.upstream_name(row.name, edits or ()) if row.id is not None else ""
    return Payload(observation.item.external_id, observation.payload, new, ours, name)


def _with_merged_payloads(
    session: "IngestSession", apply: Sequence[tuple[Observation, StoredRow]]
) -> list[tuple[Observation, StoredRow]]:
    """Merge payloads with the stored ones: what an observation does not say stays."""
    stored = payloads(session.table, [row.id for _, row in apply if row.id is not None])
    merged: list[tuple[Observation, StoredRow]] = []
    for observation, row in apply:
        before = stored.get(row.id) if row.id is not None else None
        payload = session.merge_payloads(before, observation.item.raw) if before else None
        merged.append((observation._replace(merged=payload), row))
    return merged


def _merge_edits(
    session: "IngestSession", classifier: Classifier, batch: Batch
) -> list[tuple[Observation, StoredRow, MappingOutcome]]:
    """Merge mapped records with the pending edits of their rows; a record that we created gets its local row."""
    resolved: list[tuple[Observation, StoredRow, MappingOutcome]] = []
    creations: list[Write] | None = None
    for (observation, row), outcome in zip(batch.classified.apply, batch.mapping.result(), strict=True):
        edits = batch.edits.get(row.id or 0)
        if row.id is None and isinstance(outcome, Mapped):
            if creations is None:
                awaited = created_here.awaited_creations(session.connection_id, session.table.resource)
                creations = list(awaited)
            row, outcome, edits = _adopt(session, classifier, observation, row, outcome, creations, batch)  # noqa: PLW2901
        if edits:
            payload = _payload(observation, row, edits, creations_awaited=True)
            merged = session.merger.merge(payload, outcome, edits)
            outcome = merged.mapping  # noqa: PLW2901
            if merged.moved:
                batch.merges[observation.item.external_id] = merged.merges
        resolved.append((observation, row, outcome))
    return resolved


def _adopt(
    session: "IngestSession",
    classifier: Classifier,
    observation: Observation,
    row: StoredRow,
    mapped: Mapped,
    creations: list[Write],
    batch: Batch,
) -> tuple[StoredRow, MappingOutcome, list[PendingEdit] | None]:
    """Give a new record to the local row that it was created from, if there is one."""
    external_id = observation.item.external_id
    write = created_here.match(creations, external_id)
    adoption = created_here.find_adoption(session.table, write, external_id) if write else None
    if write is None or adoption is None or adoption.row.id is None:
        return row, mapped, None
    creations.remove(write)
    batch.adoptions.append(adoption)
    edits = session.merger.edits([adoption.row.id]).get(adoption.row.id)
    local = adoption.row._replace(seen=classifier.digest(observation.item.raw))
    return local, session.pool.map_here(_payload(observation, local, edits, creations_awaited=True)), edits


def _new_record(
    session: "IngestSession", classifier: Classifier, observation: Observation, mapped: Mapped
) -> Prepared:
    item = observation.item
    meta, digest = new_row_meta(observation), classifier.digest(item.raw)
    return prepare_record(session.table.form, item.external_id, mapped, meta, digest)


def _changed_record(
    session: "IngestSession",
    observation: Observation,
    row: StoredRow,
    mapped: Mapped,
    before: StoredValues,
    batch: Batch,
) -> Prepared | None:
    external_id = observation.item.external_id
    change = row_change(
        observation,
        row,
        mapped,
        before,
        columns=session.table.form.columns,
        only_in_detail=session.reader.only_in_detail,
        edits_moved=external_id in batch.merges,
    )
    if change is None:
        return None
    if external_id not in batch.merges:
        batch.unannounced.update(unannounced_changes(observation, row, change.changes, session.reader.silent))
    return prepare_record(
        session.table.form,
        external_id,
        change.mapped,
        change.meta,
        change.hash,
        id=row.id,
        version=row.version,
        changes=change.changes,
        touch=change.touch,
    )


def _retyped(session: "IngestSession", batch: Batch) -> dict[str, str]:
    if batch.first or not session.ids_may_be_retyped:
        return {}
    new_ids = [row.external_id for _, row in batch.classified.apply if row.id is None]
    return retyped_ids.earlier_ids(session.table, session.connection_id, new_ids)


def _hold_back(batch: Batch, ready: Sequence[Ready], change_gate: ChangeGate | None) -> None:
    """Divide records into those to write and, with a gate, those to hold back: renames, or all once it closes."""
    renamed = {record.external_id for _, row, record in ready if renames(row, record.name)}
    new = sum(1 for _, row in batch.classified.apply if row.id is None)
    batch.known = batch.classified.distinct - new
    batch.renamed = len(renamed)
    if change_gate is not None:
        change_gate.count(batch.known, batch.renamed, len(batch.retyped))
        change_gate.example = next(iter(batch.retyped.items()), change_gate.example)
    gate = change_gate if change_gate is not None and not change_gate.dry_run else None
    for observation, row, record in ready:
        if gate is not None and (gate.closed or record.external_id in renamed):
            batch.held_changes.append(_held_change(observation, row, record))
        else:
            batch.records.append(record)


def _held_change(observation: Observation, row: StoredRow, record: Prepared) -> HeldChange:
    renamed = renames(row, record.name)
    action = Action.CREATE if row.id is None else Action.RENAME if renamed else Action.CHANGE
    shown = _values_shown(record.changes) if action == Action.CHANGE else ("", "")
    return HeldChange(
        external_id=record.external_id,
        action=action,
        before=row.name + shown[0],
        after=record.name + shown[1],
        payload=observation.item.raw,
        requested=observation.requested or 0,
        answered=observation.answered,
    )


def _values_shown(changes: Sequence[FieldChange]) -> tuple[str, str]:
    """Return what a user sees of a change: "; phone: 03 234 56 78" before it, "; phone: –" after it."""
    told = [change for change in changes if change.field not in FOLLOWS][:MOST_SHOWN]
    before = "".join(f"; {change.field}: {_short(change.before)}" for change in told)
    return before, "".join(f"; {change.field}: {_short(change.after)}" for change in told)


def _short(value: object) -> str:
    return "–" if value in (None, "") else str(value)[:LONGEST_SHOWN]
