"""The one door: every observation of an upstream record enters the mirror here (DESIGN part 4b).

    identify   by the connector, in the fetching threads: id, modified time, hash of the bytes
    compare    one SELECT per batch                                                 -> `begin`
    order      which observation is newer; what stays open is read live             -> `begin`
    map        only new and changed ones, in another process where it pays          -> `begin`
    merge      with the edits of its row, field by field; what waits for a guard    -> `finish`
    write      rows, history, records set aside, checkpoint in one transaction      -> `commit`

`begin` may use the network and writes nothing; `commit` writes and uses no network. A row that somebody else
changed in between undoes the whole transaction, and the batch goes through the door again.
"""

from collections.abc import Callable, Sequence

from django.db import IntegrityError, transaction

from counterfoil.connectors.page import Resource, Shape
from counterfoil.errors import DatabaseBusy
from counterfoil.ingest import conflicts, created_here, edit_overlay, held_changes, links, lost_updates, quarantine
from counterfoil.ingest.batch import Batch, Checkpoint, Tally, tally
from counterfoil.ingest.classify import Ordering
from counterfoil.ingest.edit_overlay import Merging
from counterfoil.ingest.guards import Gate
from counterfoil.ingest.held_changes import HeldBack
from counterfoil.ingest.mapping_pool import MappingPool, Outcome, Payload
from counterfoil.ingest.observation import Arrival
from counterfoil.ingest.order import Origin
from counterfoil.ingest.quarantine import Aside
from counterfoil.ingest.transitions import apply_transitions
from counterfoil.mapping.mapper import Mapped
from counterfoil.mirror.changes import MADE_FROM, differences
from counterfoil.mirror.enums import State
from counterfoil.mirror.models import Action, PendingEdit, Write
from counterfoil.mirror.resources import Table
from counterfoil.mirror.row import FieldChange, Prepared, Provenance, prepare
from counterfoil.mirror.shapes import parted, seen, united
from counterfoil.mirror.store import Store
from counterfoil.mirror.store.base import Held, Row, Stamp, held, payloads, write_history

RACES = 8
"""How often a batch goes through the door again before the run gives up for now."""


class LostRace(Exception):
    """Somebody else wrote one of the batch's rows after it was compared; nothing was written."""


class Door:
    """The door of one resource of a connection. `merging` knows the edits of its rows."""

    def __init__(
        self,
        store: Store,
        table: Table,
        pool: MappingPool,
        ordering: Ordering,
        run_id: int | None,
        check: Callable[[], None],
        others: Sequence[Resource] = (),
    ) -> None:
        """`check` is called first in every transaction: it raises where the run is no longer ours. `others` are
        the resources that the connection has."""
        self._store = store
        self._pool = pool
        self._ordering = ordering
        self._run_id = run_id
        self._check = check
        self._others = others
        self._connection_id = ordering.connection_id
        self.merging = Merging(ordering.connection_id, table, pool)
        self._only_in_detail = ordering.only_in_detail
        self._parted = parted(ordering.only_in_detail)
        self._table = table

    def take(
        self,
        arrivals: Sequence[Arrival],
        stamp: Stamp,
        *,
        gate: Gate | None = None,
        checkpoint: Checkpoint = lambda _: None,
        also_aside: Sequence[Aside] = (),
    ) -> Tally:
        """All of it, again where a race was lost. `checkpoint` runs inside the transaction."""
        for _ in range(RACES):
            batch = self.finish(self.begin(arrivals), gate)
            batch.asides.extend(also_aside)
            try:
                return self.commit(batch, stamp, checkpoint)
            except LostRace:
                if gate is not None:
                    gate.count(-batch.known, -batch.renamed)
        raise DatabaseBusy(
            "The same customers are being written by several processes over and over.", "Try again later."
        )

    def begin(self, arrivals: Sequence[Arrival], *, first: bool = False) -> Batch:
        """Compare, order, settle; start mapping. Writes nothing.

        `first` says that the connection had no rows: then nothing is compared, and a record that is there after
        all loses the race.
        """
        creating = self._creating()
        first = first and not creating
        ruling = self._ordering.rule(arrivals, first=first)
        if self._only_in_detail and not first:
            ruling.apply = self._united(ruling.apply)
        edits = {} if first else self.merging.edits([row.id for _, row in ruling.apply if row.id is not None])
        mapping = self._pool.submit(
            [self._payload(a, row, edits.get(row.id or 0), creating=creating) for a, row in ruling.apply]
        )
        return Batch(arrivals, ruling, mapping, edits=edits, unchanged=ruling.unchanged, first=first)

    def _creating(self) -> bool:
        """Whether new records may be ones that we have created ourselves."""
        return created_here.awaited(self._connection_id, self._table.resource).exists()

    @staticmethod
    def _payload(arrival: Arrival, row: Row, edits: list[PendingEdit] | None, *, creating: bool) -> Payload:
        new = _new(arrival) if row.id is None and not creating else None
        item = arrival.item
        return Payload(item.external_id, item.raw, new, edit_overlay.values(edits) if edits else None)

    def _united(self, apply: Sequence[tuple[Arrival, Row]]) -> list[tuple[Arrival, Row]]:
        """List rows and details of one record say different things: each keeps what only the other says."""
        held = payloads(self._table, [row.id for _, row in apply if row.id is not None])
        found: list[tuple[Arrival, Row]] = []
        for arrival, row in apply:
            before = held.get(row.id) if row.id is not None else None
            raw = united(before, arrival.item.raw, self._parted) if before else arrival.item.raw
            found.append((arrival._replace(item=arrival.item._replace(raw=raw)), row))
        return found

    def finish(self, batch: Batch, gate: Gate | None = None) -> Batch:
        """Wait for the mapping and work out what is to be written. With a gate, renamed rows are held back."""
        ready: list[tuple[Arrival, Row, Prepared]] = []
        merged = self._merged(batch)
        before = held(self._table, [row.id for _, row, _ in merged if row.id is not None])
        for arrival, row, outcome in merged:
            if isinstance(outcome, str):
                aside = Aside(arrival.item.external_id, arrival.item.raw, outcome, arrival.begun or 0)
                batch.asides.append(aside)
            elif isinstance(outcome, Prepared):
                ready.append((arrival, row, outcome))
            elif row.id is None:
                ready.append((arrival, row, self._created(arrival, outcome)))
            elif record := self._changed(arrival, row, outcome, before[row.id], batch):
                ready.append((arrival, row, record))
            else:
                batch.unchanged += 1
        batch.asides.extend(batch.ruling.unclear)
        self._pass_gate(batch, ready, gate)
        return batch

    def _merged(self, batch: Batch) -> list[tuple[Arrival, Row, Outcome]]:
        """What was mapped, each with the edits of its row, a new one with the local row that has created it."""
        found: list[tuple[Arrival, Row, Outcome]] = []
        waiting: list[Write] | None = None
        for (arrival, row), outcome in zip(batch.ruling.apply, batch.mapping.result(), strict=True):
            edits = batch.edits.get(row.id or 0)
            if row.id is None and isinstance(outcome, Mapped):
                if waiting is None:
                    waiting = list(created_here.awaited(self._connection_id, self._table.resource))
                row, outcome, edits = self._adopted(arrival, row, outcome, waiting, batch)  # noqa: PLW2901
            if edits:
                payload = self._payload(arrival, row, edits, creating=True)
                merged = self.merging.merge(payload, outcome, edits)
                outcome = merged.outcome  # noqa: PLW2901
                if merged.moved:
                    batch.merges[arrival.item.external_id] = merged.merges
            found.append((arrival, row, outcome))
        return found

    def _adopted(
        self, arrival: Arrival, row: Row, mapped: Mapped, waiting: list[Write], batch: Batch
    ) -> tuple[Row, Outcome, list[PendingEdit] | None]:
        external_id = arrival.item.external_id
        write = created_here.match(waiting, external_id, mapped, self.merging.region)
        one = created_here.adopted(self._table, write, external_id) if write else None
        if write is None or one is None or one.row.id is None:
            return row, mapped, None
        waiting.remove(write)
        batch.adopted.append(one)
        edits = self.merging.edits([one.row.id]).get(one.row.id)
        local = one.row._replace(seen=self._ordering.digest(arrival.item.raw))
        return local, self._pool.map_here(self._payload(arrival, local, edits, creating=True)), edits

    def _created(self, arrival: Arrival, mapped: Mapped) -> Prepared:
        item = arrival.item
        digest = self._ordering.digest(item.raw)
        return prepare(self._table.form, item.external_id, mapped, _new(arrival), digest)

    def commit(self, batch: Batch, stamp: Stamp, checkpoint: Checkpoint = lambda _: None) -> Tally:
        """Write the batch in one short transaction. Raises LostRace with nothing written."""
        with transaction.atomic():
            self._check()
            if not created_here.take(self._table, batch.adopted):
                raise LostRace
            self._write(batch, stamp)
            if len(self._others) > 1:
                links.follow(stamp, self._to_be_tied(batch), self._others)
            write_history(
                [
                    (r.id, change, stamp.reference_of(r.external_id))
                    for r in batch.records
                    if r.id is not None
                    for change in r.changes
                ],
                stamp,
            )
            tombstoned = apply_transitions(batch.ruling.gone, stamp)
            quarantine.keep(batch.asides, stamp, self._run_id)
            quarantine.resolve([record.external_id for record in batch.records], stamp)
            if self._run_id is not None:
                held_changes.hold(batch.held_back, self._run_id)
            counted = tally(batch, tombstoned)
            counted.conflicts = self._apply_merges(batch, stamp) + self._overwritten(batch, stamp)
            conflicts.end_of_revived(batch.records, stamp)
            checkpoint(counted)
        return counted

    def _overwritten(self, batch: Batch, stamp: Stamp) -> int:
        if self._table.resource != Resource.CUSTOMER:
            return 0
        applied = [arrival for arrival, _ in batch.ruling.apply]
        return lost_updates.look(batch.arrivals, applied, stamp, self._pool.map_here, self._only_in_detail)

    def _apply_merges(self, batch: Batch, stamp: Stamp) -> int:
        """Of rows that are held back nothing becomes of the edits either."""
        if not batch.merges:
            return 0
        written = {record.external_id for record in batch.records}
        return sum(
            edit_overlay.apply(merges, stamp, stamp.reference_of(external_id))
            for external_id, merges in batch.merges.items()
            if external_id in written
        )

    def _unlisted(self, changes: Sequence[FieldChange]) -> bool:
        """Whether list rows say nothing of what changed: fields and keys that only details have, and normal forms
        that became other ones by them."""
        return all(
            change.field.removeprefix("extra.") in self._only_in_detail
            or change.field in MADE_FROM
            or (change.before is None and change.field.startswith("extra."))
            for change in changes
        )

    def _to_be_tied(self, batch: Batch) -> list[str]:
        """New customers, whom others may have named before; of others all that were written."""
        every = self._table.resource != Resource.CUSTOMER
        return [record.external_id for record in batch.records if every or record.id is None]

    def _write(self, batch: Batch, stamp: Stamp) -> None:
        if not batch.first or batch.ruling.settled:
            if len(self._store.write(batch.records, stamp)) != len(batch.records):
                raise LostRace
            return
        try:
            self._store.load(batch.records, stamp)
        except IntegrityError:
            raise LostRace from None

    def _changed(self, arrival: Arrival, row: Row, mapped: Mapped, before: Held, batch: Batch) -> Prepared | None:
        """The row to write; None where only the body is new: another shape of it, seen before."""
        state = _state(row, arrival.origin)
        if state == State.UNLISTED and self._table.has("is_active"):
            mapped.values["is_active"] = False
        changes = differences(self._table.form.columns, before, mapped.values, mapped.extra)
        if row.state != state:
            changes.append(FieldChange("state", row.state.value, state.value))
        shapes = seen(before.other_hashes, _shape_hash(arrival, row.seen), moved=_outdates(arrival, row, changes))
        known = _new(arrival)._replace(other_hashes=shapes)
        digest, touch = row.seen, False
        if arrival.shape != Shape.LIST and row.modified == arrival.item.modified and self._unlisted(changes):
            digest = before.hash  # a list row says what it said before
            if not changes:
                known_body = row.seen == before.hash or shapes == before.other_hashes
                if known_body and arrival.item.external_id not in batch.merges:
                    return None
                touch = True
        ticket = row.state_ticket if row.state == state else known.begun
        return prepare(
            self._table.form,
            arrival.item.external_id,
            mapped,
            known._replace(state=state, state_ticket=ticket),
            digest,
            id=row.id,
            version=row.version,
            changes=tuple(changes),
            touch=touch,
        )

    @staticmethod
    def _pass_gate(batch: Batch, ready: list[tuple[Arrival, Row, Prepared]], gate: Gate | None) -> None:
        renamed = {record.external_id for _, row, record in ready if _renames(row, record)}
        new = sum(1 for _, row in batch.ruling.apply if row.id is None)
        batch.known = batch.ruling.distinct - new
        batch.renamed = len(renamed)
        if gate is not None:
            gate.count(batch.known, batch.renamed)
        for arrival, row, record in ready:
            if gate is not None and (gate.closed or record.external_id in renamed):
                batch.held_back.append(_hold(arrival, row, record))
            else:
                batch.records.append(record)


def _new(arrival: Arrival) -> Provenance:
    """A row that is not there yet: nothing to compare, nothing to keep."""
    item = arrival.item
    begun = arrival.begun if arrival.begun is not None else arrival.ended
    return Provenance(
        item.raw, item.raw_hash, _shape_hash(arrival, item.raw_hash), begun, arrival.ended, item.modified
    )


def _outdates(arrival: Arrival, row: Row, changes: Sequence[FieldChange]) -> bool:
    """Whether a list row says that what other shapes told before may be different now."""
    if arrival.shape != Shape.LIST:
        return False
    if row.modified is not None and arrival.item.modified is not None:
        return row.modified != arrival.item.modified
    return bool(changes)


def _shape_hash(arrival: Arrival, digest: bytes | None) -> dict[str, str]:
    """What is remembered of a body that is no list entry."""
    return {} if arrival.shape == Shape.LIST or digest is None else {arrival.shape.value: digest.hex()}


_NOT_LISTED = (State.MISSING, State.UNLISTED)


def _state(row: Row, origin: Origin) -> State:
    """What is listed, or revived, is present. A read alone lists nothing; nothing revives a merged row."""
    if row.state == State.MERGED or (row.state in _NOT_LISTED and origin != Origin.PAGE):
        return row.state
    return State.PRESENT


def _renames(row: Row, record: Prepared) -> bool:
    return row.id is not None and bool(row.name) and row.name != record.name


def _hold(arrival: Arrival, row: Row, record: Prepared) -> HeldBack:
    action = Action.CREATE if row.id is None else Action.RENAME if _renames(row, record) else Action.CHANGE
    return HeldBack(
        external_id=record.external_id,
        action=action,
        before=row.name,
        after=record.name,
        payload=arrival.item.raw,
        begun=arrival.begun or 0,
        ended=arrival.ended,
    )
