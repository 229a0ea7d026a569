"""Puts a batch of observations in order against the rows: what applies, what is stale, what a live read decides.

The rule itself is the pure function `order.judge`; this is its edge: it asks the database what the rows hold
and who vouches for them, and the upstream for the few records that the order leaves open.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import orjson

from counterfoil.connectors.page import Read, ReadOutcome, Shape
from counterfoil.connectors.reader_port import Reader
from counterfoil.ingest.live_read import LiveReader
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin, Stored, Verdict, judge
from counterfoil.ingest.quarantine import Quarantined
from counterfoil.ingest.transitions import Transition
from counterfoil.mirror import tickets
from counterfoil.mirror.models import State
from counterfoil.mirror.store import Store
from counterfoil.mirror.store.base import StoredRow, new_row

ROUNDS = 3
"""How often a record is read to settle its order, when other observations keep coming in between."""


@dataclass(slots=True)
class Classified:
    """What becomes of each observation of a batch. `distinct` counts the records it spoke of.

    `stale_ids` are the records of which the row knows better, `superseded` the observations that another one of
    the same record in the batch outdid, `undecided` the records that only a live read can decide, where none was
    to be made.
    """

    apply: list[tuple[Observation, StoredRow]] = field(default_factory=list)
    gone: list[Transition] = field(default_factory=list)
    unclear: list[Quarantined] = field(default_factory=list)
    unchanged: int = 0
    stale: int = 0
    refetched: int = 0
    distinct: int = 0
    stale_ids: set[str] = field(default_factory=set)
    superseded: list[Observation] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)


class Classifier:
    """The order of one connection's observations."""

    def __init__(self, connection_id: int, store: Store, read: LiveReader | None, reader: Reader) -> None:
        """Without `read` nothing is settled: what is left open stands in the ruling."""
        self.connection_id = connection_id
        self._store = store
        self._read = read
        self._reader = reader

    def classify(self, observations: Sequence[Observation], *, first: bool = False) -> Classified:
        """Rule on a batch. Uses the network only for what has to be settled.

        With `first`, nothing is compared: the connection had no rows, so every record is taken for new.
        """
        classified = Classified()
        chosen, contested = self._one_each(observations, classified)
        classified.distinct = len(chosen)
        rows = {external_id: new_row(external_id) for external_id in chosen} if first else None
        if rows is None:
            rows = self._compare(list(chosen.values()))
        classified.unchanged += len(chosen) - len(rows)
        unsettled = self._judge(chosen, rows, contested, classified)
        if unsettled and self._read is None:
            classified.undecided = unsettled
        elif unsettled:
            self._settle(unsettled, chosen, classified)
        return classified

    def _one_each(
        self, observations: Sequence[Observation], classified: Classified
    ) -> tuple[dict[str, Observation], set[str]]:
        """One observation per record: rows that a listing holds twice are ordered among themselves first."""
        chosen: dict[str, Observation] = {}
        contested: set[str] = set()
        for observation in observations:
            first = chosen.setdefault(observation.item.external_id, observation)
            if first is observation:
                continue
            if first.item.raw_hash == observation.item.raw_hash:
                classified.unchanged += 1
                continue
            classified.stale += 1  # one of the two will not be written
            known = Stored(State.PRESENT, first.item.modified, first.requested or 0, first.answered, 0)
            verdict = judge(known, observation.seen)
            classified.superseded.append(first if verdict == Verdict.APPLY else observation)
            if verdict == Verdict.APPLY:
                chosen[observation.item.external_id] = observation
            elif verdict == Verdict.REFETCH:
                contested.add(observation.item.external_id)
        return chosen, contested

    def _compare(self, observations: Sequence[Observation]) -> dict[str, StoredRow]:
        """The rows that are not simply what a present row holds: equal bytes never leave the database, others
        are compared by their canonical hash here."""
        if not observations:
            return {}
        rows = self._store.compare(
            self.connection_id,
            [observation.item.external_id for observation in observations],
            [observation.item.raw_hash for observation in observations],
        )
        if all(row.id is None for row in rows):
            return {row.external_id: row for row in rows}
        raws = {observation.item.external_id: observation.item.raw for observation in observations}
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
        chosen: dict[str, Observation],
        rows: dict[str, StoredRow],
        contested: Iterable[str],
        classified: Classified,
    ) -> list[str]:
        """Sort the interesting ones into the ruling. Returns the ids that only a live read can settle."""
        unsettled = set(contested)
        classified.unchanged -= len(unsettled - rows.keys())
        known = self._known([row for row in rows.values() if row.id is not None], chosen)
        for external_id, row in rows.items():
            if external_id in unsettled:
                continue
            observation = chosen[external_id]
            if row.id is None:
                classified.apply.append((observation, row))
                continue
            verdict = judge(known[external_id], observation.seen)
            if verdict == Verdict.APPLY:
                classified.apply.append((observation, row))
            elif verdict == Verdict.STALE:
                classified.stale += 1
                classified.stale_ids.add(external_id)
            else:
                unsettled.add(external_id)
        return sorted(unsettled)

    def _known(self, rows: Sequence[StoredRow], chosen: dict[str, Observation]) -> dict[str, Stored]:
        if not rows:
            return {}
        ids = [row.external_id for row in rows]
        since = min(_start(chosen[external_id]) for external_id in ids)
        sightings = self._store.sightings(self.connection_id, ids, since)
        found: dict[str, Stored] = {}
        for row in rows:
            vouch = sightings.get(row.external_id)
            if vouch == (chosen[row.external_id].requested, chosen[row.external_id].answered):
                vouch = None  # the page that held this observation itself: it was held back until now
            found[row.external_id] = Stored(
                state=row.state,
                modified=row.modified,
                requested=row.requested,
                answered=row.answered,
                state_ticket=row.state_ticket,
                seen_from=vouch.requested if vouch else 0,
                seen_to=vouch.answered if vouch else 0,
            )
        return found

    def _settle(self, ids: Sequence[str], before: dict[str, Observation], classified: Classified) -> None:
        """One live read per record decides; read again where something else was observed meanwhile."""
        assert self._read is not None  # noqa: S101  else nothing is settled
        for _ in range(ROUNDS):
            chosen: dict[str, Observation] = {}
            owners = {external_id: owner for external_id in ids if (owner := before[external_id].item.owner)}
            for read in self._read(ids, owners):
                classified.refetched += 1
                observation = self._answer(read, before[read.external_id], classified)
                if observation is not None:
                    chosen[read.external_id] = observation
            rows = self._compare(list(chosen.values()))
            classified.unchanged += len(chosen) - len(rows)
            ids = self._judge(chosen, rows, (), classified)
            if not ids:
                return
        classified.unclear.extend(
            Quarantined(external_id, before[external_id].item.raw, "It keeps changing while it is read.", 0)
            for external_id in ids
        )

    @staticmethod
    def _answer(read: Read, before: Observation, classified: Classified) -> Observation | None:
        if read.answer == ReadOutcome.GONE:
            classified.gone.append(Transition(read.external_id, State.TOMBSTONE, read.ticket))
            return None
        if read.answer == ReadOutcome.UNCLEAR or read.item is None:
            reason = f"Two versions came at once, and reading it failed: {read.reason}."
            classified.unclear.append(
                Quarantined(read.external_id, before.item.raw, reason, before.requested or 0)
            )
            return None
        return Observation(read.item, Origin.READ, Shape.DETAIL, read.ticket, tickets.latest())


def _start(observation: Observation) -> int:
    return observation.requested if observation.requested is not None else observation.answered
