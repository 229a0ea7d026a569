"""Classify the observations of a batch against the rows: apply, unchanged, stale, or decided by a live read.

The rule itself is the pure function `order.judge`. This module gives it the facts: from the database, what the
rows hold and which pages have seen them since; from the upstream, a live read of the few records left undecided.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import orjson

from counterfoil import messages
from counterfoil.connectors.page import Read, ReadOutcome, Shape
from counterfoil.connectors.reader_port import Reader
from counterfoil.ingest.live_read import LiveReader
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin, Stored, Verdict, judge
from counterfoil.ingest.quarantine import Quarantined
from counterfoil.ingest.transitions import Transition, transition_of
from counterfoil.mirror import tickets
from counterfoil.mirror.models import State
from counterfoil.mirror.store.base import StoredRow, new_row
from counterfoil.mirror.store.record_store import RecordStore

REFETCH_ROUNDS = 3
"""How often a record is read live to decide its order, where other observations keep arriving in between."""


@dataclass(slots=True)
class Classified:
    """What is to be done with each observation of a batch.

    `apply` are the ones to map and write, each with its row; `absent` and `quarantined` come from live reads;
    `refetched` counts those reads and `distinct` the records observed. `stale_ids` are records whose row is newer,
    `superseded` observations that another one of the same record in the batch beats, `undecided` records that
    only a live read can decide, where no live reads were allowed.
    """

    apply: list[tuple[Observation, StoredRow]] = field(default_factory=list)
    absent: list[Transition] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    unchanged: int = 0
    stale: int = 0
    refetched: int = 0
    distinct: int = 0
    stale_ids: set[str] = field(default_factory=set)
    superseded: list[Observation] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)


class Classifier:
    """Classifies the observations of one resource of a connection."""

    def __init__(self, connection_id: int, store: RecordStore, read: LiveReader | None, reader: Reader) -> None:
        """Without `read` nothing is refetched: records of undecided order end up in `Classified.undecided`."""
        self.connection_id = connection_id
        self._store = store
        self._read = read
        self._reader = reader

    def classify(self, observations: Sequence[Observation], *, first: bool = False) -> Classified:
        """Classify a batch. Uses the network only for records whose order is undecided.

        With `first`, nothing is compared: the connection had no rows, so every record is new.
        """
        classified = Classified()
        newest, tied = self._newest_of_each(observations, classified)
        classified.distinct = len(newest)
        rows = {external_id: new_row(external_id) for external_id in newest} if first else None
        if rows is None:
            rows = self._compare(list(newest.values()))
        classified.unchanged += len(newest) - len(rows)
        undecided = self._judge(newest, rows, tied, classified)
        if undecided and self._read is None:
            classified.undecided = undecided
        elif undecided:
            self._refetch(undecided, newest, classified)
        return classified

    def _newest_of_each(
        self, observations: Sequence[Observation], classified: Classified
    ) -> tuple[dict[str, Observation], set[str]]:
        """Keep one observation per record: the newest, where a batch holds several.

        Returns also the ids of which the order decides none.
        """
        newest: dict[str, Observation] = {}
        tied: set[str] = set()
        for observation in observations:
            other = newest.setdefault(observation.item.external_id, observation)
            if other is observation:
                continue
            if other.item.raw_hash == observation.item.raw_hash:
                classified.unchanged += 1
                continue
            classified.stale += 1  # one of the two will not be written
            stored = Stored(State.PRESENT, other.item.modified, other.requested or 0, other.answered, 0)
            verdict = judge(stored, observation.incoming)
            classified.superseded.append(other if verdict == Verdict.APPLY else observation)
            if verdict == Verdict.APPLY:
                newest[observation.item.external_id] = observation
            elif verdict == Verdict.REFETCH:
                tied.add(observation.item.external_id)
        return newest, tied

    def _compare(self, observations: Sequence[Observation]) -> dict[str, StoredRow]:
        """Read the rows of those observations that differ from a present row.

        Rows with equal bytes never leave the database; the others are compared here by their canonical hash.
        """
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
        hashed = [row if row.id is None else row._replace(seen=self.digest(raws[row.external_id])) for row in rows]
        return {
            row.external_id: row
            for row in hashed
            if row.id is None or row.state != State.PRESENT or row.seen is None or row.seen != row.hash
        }

    def digest(self, raw: bytes) -> bytes | None:
        """Compute the canonical hash; None for a payload that cannot be read, which the mapping will report."""
        try:
            return self._reader.digest(orjson.loads(raw))
        except (orjson.JSONDecodeError, orjson.JSONEncodeError, AttributeError, TypeError, RecursionError):
            return None

    def _judge(
        self,
        newest: dict[str, Observation],
        rows: dict[str, StoredRow],
        tied: Iterable[str],
        classified: Classified,
    ) -> list[str]:
        """Apply or drop the observations that differ from their rows. Returns the ids left to a live read."""
        undecided = set(tied)
        classified.unchanged -= len(undecided - rows.keys())
        stored = self._stored([row for row in rows.values() if row.id is not None], newest)
        for external_id, row in rows.items():
            if external_id in undecided:
                continue
            observation = newest[external_id]
            if observation.item.deleted:
                if _may_be_deleted(row):
                    undecided.add(external_id)
                else:
                    classified.unchanged += 1
                continue
            if row.id is None:
                classified.apply.append((observation, row))
                continue
            verdict = judge(stored[external_id], observation.incoming)
            if verdict == Verdict.APPLY:
                classified.apply.append((observation, row))
            elif verdict == Verdict.STALE:
                classified.stale += 1
                classified.stale_ids.add(external_id)
            else:
                undecided.add(external_id)
        return sorted(undecided)

    def _stored(self, rows: Sequence[StoredRow], newest: dict[str, Observation]) -> dict[str, Stored]:
        """Add to each row the newest page that found it unchanged."""
        if not rows:
            return {}
        ids = [row.external_id for row in rows]
        since = min(_start(newest[external_id]) for external_id in ids)
        sightings = self._store.sightings(self.connection_id, ids, since)
        stored: dict[str, Stored] = {}
        for row in rows:
            sighting = sightings.get(row.external_id)
            if sighting == (newest[row.external_id].requested, newest[row.external_id].answered):
                sighting = None  # the page of this observation itself, which was held back until now
            stored[row.external_id] = Stored(
                state=row.state,
                modified=row.modified,
                requested=row.requested,
                answered=row.answered,
                state_ticket=row.state_ticket,
                seen_from=sighting.requested if sighting else 0,
                seen_to=sighting.answered if sighting else 0,
            )
        return stored

    def _refetch(self, ids: Sequence[str], observed: dict[str, Observation], classified: Classified) -> None:
        """Decide by one live read per record; read again where another observation arrived meanwhile."""
        assert self._read is not None  # noqa: S101  else nothing is refetched
        for _ in range(REFETCH_ROUNDS):
            refetched: dict[str, Observation] = {}
            owners = {external_id: owner for external_id in ids if (owner := observed[external_id].item.owner)}
            for read in self._read(ids, owners):
                classified.refetched += 1
                observation = self._observation(read, observed[read.external_id], classified)
                if observation is not None:
                    refetched[read.external_id] = observation
            rows = self._compare(list(refetched.values()))
            classified.unchanged += len(refetched) - len(rows)
            ids = self._judge(refetched, rows, (), classified)
            if not ids:
                return
        classified.quarantined.extend(
            Quarantined(external_id, observed[external_id].item.raw, messages.ingest.KEPT_CHANGING(), 0)
            for external_id in ids
        )

    @staticmethod
    def _observation(read: Read, observed: Observation, classified: Classified) -> Observation | None:
        """Turn a live read into an observation; None where it shows none, which is noted in `classified`."""
        if (transition := transition_of(read)) is not None:
            classified.absent.append(transition)
            return None
        if read.answer == ReadOutcome.UNCLEAR or read.item is None:
            reason = messages.ingest.TWO_VERSIONS(reason=read.reason)
            classified.quarantined.append(
                Quarantined(read.external_id, observed.item.raw, reason, observed.requested or 0, to_be_read=True)
            )
            return None
        return Observation(read.item, Origin.READ, Shape.DETAIL, read.ticket, tickets.latest())


def _may_be_deleted(row: StoredRow) -> bool:
    """Tell whether a row may be lost where a list or a webhook says "deleted", so that it is read to be sure."""
    return row.id is not None and row.state not in (State.TOMBSTONE, State.MERGED)


def _start(observation: Observation) -> int:
    return observation.requested if observation.requested is not None else observation.answered
