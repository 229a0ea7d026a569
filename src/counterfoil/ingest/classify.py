"""Puts a batch of observations in order against the rows: what applies, what is stale, what a live read decides.

The rule itself is the pure function `order.judge`; this is its edge: it asks the database what the rows hold
and who vouches for them, and the upstream for the few records that the order leaves open.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import orjson

from counterfoil.connectors.page import Answer, Read, Shape
from counterfoil.connectors.reader_port import Reader
from counterfoil.ingest.live_read import Reading
from counterfoil.ingest.observation import Arrival
from counterfoil.ingest.order import Known, Origin, Verdict, judge
from counterfoil.ingest.quarantine import Aside
from counterfoil.ingest.transitions import Transition
from counterfoil.mirror import tickets
from counterfoil.mirror.models import State
from counterfoil.mirror.store import Store
from counterfoil.mirror.store.base import Row, new_row

ROUNDS = 3
"""How often a record is read to settle its order, when other observations keep coming in between."""


@dataclass(slots=True)
class Ruling:
    """What becomes of each observation of a batch. `distinct` counts the records it spoke of.

    `older` are the records of which the row knows better, `outdone` the observations that another one of the same
    record in the batch outdid, `open` the records that only a live read can settle, where none was to be made.
    """

    apply: list[tuple[Arrival, Row]] = field(default_factory=list)
    gone: list[Transition] = field(default_factory=list)
    unclear: list[Aside] = field(default_factory=list)
    unchanged: int = 0
    stale: int = 0
    settled: int = 0
    distinct: int = 0
    older: set[str] = field(default_factory=set)
    outdone: list[Arrival] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


class Ordering:
    """The order of one connection's observations."""

    def __init__(self, connection_id: int, store: Store, read: Reading | None, reader: Reader) -> None:
        """Without `read` nothing is settled: what is left open stands in the ruling."""
        self.connection_id = connection_id
        self._store = store
        self._read = read
        self._reader = reader
        self.only_in_detail = reader.only_in_detail
        """What list rows do not say: where there is something, the shapes of a record are united."""

    def rule(self, arrivals: Sequence[Arrival], *, first: bool = False) -> Ruling:
        """Rule on a batch. Uses the network only for what has to be settled.

        With `first`, nothing is compared: the connection had no rows, so every record is taken for new.
        """
        ruling = Ruling()
        chosen, contested = self._one_each(arrivals, ruling)
        ruling.distinct = len(chosen)
        rows = {external_id: new_row(external_id) for external_id in chosen} if first else None
        if rows is None:
            rows = self._compare(list(chosen.values()))
        ruling.unchanged += len(chosen) - len(rows)
        unsettled = self._judge(chosen, rows, contested, ruling)
        if unsettled and self._read is None:
            ruling.open = unsettled
        elif unsettled:
            self._settle(unsettled, chosen, ruling)
        return ruling

    def _one_each(self, arrivals: Sequence[Arrival], ruling: Ruling) -> tuple[dict[str, Arrival], set[str]]:
        """One observation per record: rows that a listing holds twice are ordered among themselves first."""
        chosen: dict[str, Arrival] = {}
        contested: set[str] = set()
        for arrival in arrivals:
            first = chosen.setdefault(arrival.item.external_id, arrival)
            if first is arrival:
                continue
            if first.item.raw_hash == arrival.item.raw_hash:
                ruling.unchanged += 1
                continue
            ruling.stale += 1  # one of the two will not be written
            known = Known(State.PRESENT, first.item.modified, first.begun or 0, first.ended, 0)
            verdict = judge(known, arrival.seen)
            ruling.outdone.append(first if verdict == Verdict.APPLY else arrival)
            if verdict == Verdict.APPLY:
                chosen[arrival.item.external_id] = arrival
            elif verdict == Verdict.SETTLE:
                contested.add(arrival.item.external_id)
        return chosen, contested

    def _compare(self, arrivals: Sequence[Arrival]) -> dict[str, Row]:
        """The rows that are not simply what a present row holds: equal bytes never leave the database, others
        are compared by their canonical hash here."""
        if not arrivals:
            return {}
        rows = self._store.compare(
            self.connection_id,
            [arrival.item.external_id for arrival in arrivals],
            [arrival.item.raw_hash for arrival in arrivals],
        )
        if all(row.id is None for row in rows):
            return {row.external_id: row for row in rows}
        raws = {arrival.item.external_id: arrival.item.raw for arrival in arrivals}
        found = [row if row.id is None else row._replace(seen=self.digest(raws[row.external_id])) for row in rows]
        return {
            row.external_id: row
            for row in found
            if row.id is None or row.state != State.PRESENT or row.seen is None or row.seen != row.hash
        }

    def digest(self, raw: bytes) -> bytes | None:
        """The canonical hash; None for a payload that is not readable: mapping will say so."""
        try:
            return self._reader.digest(orjson.loads(raw))
        except orjson.JSONDecodeError:
            return None

    def _judge(
        self,
        chosen: dict[str, Arrival],
        rows: dict[str, Row],
        contested: Iterable[str],
        ruling: Ruling,
    ) -> list[str]:
        """Sort the interesting ones into the ruling. Returns the ids that only a live read can settle."""
        unsettled = set(contested)
        ruling.unchanged -= len(unsettled - rows.keys())
        known = self._known([row for row in rows.values() if row.id is not None], chosen)
        for external_id, row in rows.items():
            if external_id in unsettled:
                continue
            arrival = chosen[external_id]
            if row.id is None:
                ruling.apply.append((arrival, row))
                continue
            verdict = judge(known[external_id], arrival.seen)
            if verdict == Verdict.APPLY:
                ruling.apply.append((arrival, row))
            elif verdict == Verdict.STALE:
                ruling.stale += 1
                ruling.older.add(external_id)
            else:
                unsettled.add(external_id)
        return sorted(unsettled)

    def _known(self, rows: Sequence[Row], chosen: dict[str, Arrival]) -> dict[str, Known]:
        if not rows:
            return {}
        ids = [row.external_id for row in rows]
        since = min(_start(chosen[external_id]) for external_id in ids)
        vouchers = self._store.vouchers(self.connection_id, ids, since)
        found: dict[str, Known] = {}
        for row in rows:
            vouch = vouchers.get(row.external_id)
            if vouch == (chosen[row.external_id].begun, chosen[row.external_id].ended):
                vouch = None  # the page that held this observation itself: it was held back until now
            found[row.external_id] = Known(
                state=row.state,
                modified=row.modified,
                begun=row.begun,
                ended=row.ended,
                state_ticket=row.state_ticket,
                vouched_from=vouch.begun if vouch else 0,
                vouched_to=vouch.ended if vouch else 0,
            )
        return found

    def _settle(self, ids: Sequence[str], before: dict[str, Arrival], ruling: Ruling) -> None:
        """One live read per record decides; read again where something else was observed meanwhile."""
        assert self._read is not None  # noqa: S101  else nothing is settled
        for _ in range(ROUNDS):
            chosen: dict[str, Arrival] = {}
            owners = {external_id: owner for external_id in ids if (owner := before[external_id].item.owner)}
            for read in self._read(ids, owners):
                ruling.settled += 1
                arrival = self._answer(read, before[read.external_id], ruling)
                if arrival is not None:
                    chosen[read.external_id] = arrival
            rows = self._compare(list(chosen.values()))
            ruling.unchanged += len(chosen) - len(rows)
            ids = self._judge(chosen, rows, (), ruling)
            if not ids:
                return
        ruling.unclear.extend(
            Aside(external_id, before[external_id].item.raw, "It keeps changing while it is read.", 0)
            for external_id in ids
        )

    @staticmethod
    def _answer(read: Read, before: Arrival, ruling: Ruling) -> Arrival | None:
        if read.answer == Answer.GONE:
            ruling.gone.append(Transition(read.external_id, State.TOMBSTONE, read.ticket))
            return None
        if read.answer == Answer.UNCLEAR or read.item is None:
            reason = f"Two versions came at once, and reading it failed: {read.reason}."
            ruling.unclear.append(Aside(read.external_id, before.item.raw, reason, before.begun or 0))
            return None
        return Arrival(read.item, Origin.READ, Shape.DETAIL, read.ticket, tickets.latest())


def _start(arrival: Arrival) -> int:
    return arrival.begun if arrival.begun is not None else arrival.ended
