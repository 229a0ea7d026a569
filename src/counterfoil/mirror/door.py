"""The one door: every observation of an upstream record enters the mirror here (DESIGN part 4b).

    identify   by the connector, in the fetching threads: id, modified time, hash of the bytes
    compare    one SELECT per batch                                                 -> `begin`
    order      which observation is newer; what stays open is read live             -> `begin`
    map        only new and changed ones, in another process where it pays          -> `begin`
    merge      what changed, field by field; what has to wait for a guard           -> `finish`
    write      rows, history, records set aside, checkpoint in one transaction      -> `commit`

`begin` may use the network and writes nothing; `commit` writes and uses no network. A row that somebody else
changed in between undoes the whole transaction, and the batch goes through the door again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from counterfoil.connectors.contract import Resource, Shape
from counterfoil.connectors.mapping import Mapped
from counterfoil.errors import DatabaseBusy
from counterfoil.mirror import asides, links, proposals
from counterfoil.mirror.arrival import Arrival
from counterfoil.mirror.asides import Aside
from counterfoil.mirror.gate import Gate
from counterfoil.mirror.history import MADE_FROM, differences
from counterfoil.mirror.mapping_pool import MappingPool, Payload, Pending
from counterfoil.mirror.models import Action
from counterfoil.mirror.order import Origin
from counterfoil.mirror.ordering import Ordering, Ruling
from counterfoil.mirror.proposals import HeldBack
from counterfoil.mirror.record import FieldChange, Prepared, Provenance, prepare
from counterfoil.mirror.shapes import parted, seen, united
from counterfoil.mirror.state import State
from counterfoil.mirror.states import apply_transitions
from counterfoil.mirror.store import Store
from counterfoil.mirror.store.base import held, payloads, write_history
from counterfoil.mirror.store.records import Held, Row, Stamp
from counterfoil.mirror.tables import Table

RACES = 8
"""How often a batch goes through the door again before the run gives up for now."""


@dataclass(slots=True)
class Batch:
    """A batch on its way: what the order ruled, then what is to be written (or shown by a dry run)."""

    arrivals: Sequence[Arrival]
    ruling: Ruling
    mapping: Pending
    records: list[Prepared] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    held_back: list[HeldBack] = field(default_factory=list)
    unchanged: int = 0
    known: int = 0
    renamed: int = 0
    first: bool = False


@dataclass(slots=True)
class Tally:
    """Rows written and not written, as the database counted them."""

    fetched: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    failed: int = 0
    settled: int = 0
    tombstoned: int = 0
    unlisted: int = 0


type Checkpoint = Callable[[Tally], None]


class LostRace(Exception):
    """Somebody else wrote one of the batch's rows after it was compared; nothing was written."""


class Door:
    """The door of one connection for one run."""

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
        ruling = self._ordering.rule(arrivals, first=first)
        if self._only_in_detail and not first:
            ruling.apply = self._united(ruling.apply)
        mapping = self._pool.submit(
            [
                Payload(a.item.external_id, a.item.raw, _new(a) if row.id is None else None)
                for a, row in ruling.apply
            ]
        )
        return Batch(arrivals, ruling, mapping, unchanged=ruling.unchanged, first=first)

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
        outcomes = batch.mapping.result()
        before = held(self._table, [row.id for _, row in batch.ruling.apply if row.id is not None])
        ready: list[tuple[Arrival, Row, Prepared]] = []
        for (arrival, row), outcome in zip(batch.ruling.apply, outcomes, strict=True):
            if isinstance(outcome, str):
                aside = Aside(arrival.item.external_id, arrival.item.raw, outcome, arrival.begun or 0)
                batch.asides.append(aside)
            elif isinstance(outcome, Prepared):
                ready.append((arrival, row, outcome))
            elif row.id is not None and (record := self._changed(arrival, row, outcome, before[row.id])):
                ready.append((arrival, row, record))
            else:
                batch.unchanged += 1
        batch.asides.extend(batch.ruling.unclear)
        self._pass_gate(batch, ready, gate)
        return batch

    def commit(self, batch: Batch, stamp: Stamp, checkpoint: Checkpoint = lambda _: None) -> Tally:
        """Write the batch in one short transaction. Raises LostRace with nothing written."""
        with transaction.atomic():
            self._check()
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
            asides.keep(batch.asides, stamp, self._run_id)
            asides.resolve([record.external_id for record in batch.records], stamp)
            if self._run_id is not None:
                proposals.hold(batch.held_back, self._run_id)
            counted = tally(batch, tombstoned)
            checkpoint(counted)
        return counted

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

    def _changed(self, arrival: Arrival, row: Row, mapped: Mapped, before: Held) -> Prepared | None:
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
                if row.seen == before.hash or shapes == before.other_hashes:
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


def tally(batch: Batch, tombstoned: int = 0) -> Tally:
    """The counts of a batch."""
    created = sum(1 for record in batch.records if record.id is None)
    touched = sum(1 for record in batch.records if record.touch)
    return Tally(
        created=created,
        updated=len(batch.records) - created - touched,
        unchanged=batch.unchanged + touched,
        stale=batch.ruling.stale,
        failed=len(batch.asides),
        settled=batch.ruling.settled,
        tombstoned=tombstoned,
    )
