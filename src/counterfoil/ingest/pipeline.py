"""The one way in: every observation of an upstream record becomes a row here (DESIGN part 4b).

    identify   by the connector, in the fetching threads: id, modified time, hash of the bytes
    compare    one SELECT per batch                                                 -> `prepare`
    order      which observation is newer; what stays undecided is read live        -> `prepare`
    map        only new and changed ones, in another process where that pays        -> `prepare`
    merge      with the pending edits of the row, field by field                    -> `resolve`
    hold back  what a guard must judge first                                        -> `resolve`
    write      rows, history, quarantine, checkpoint in one transaction             -> `write`

`prepare` may use the network and writes nothing; `write` writes and uses no network. Where another process changed
one of the rows in between, the whole transaction is rolled back and the batch is ingested again.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from counterfoil import messages
from counterfoil.errors import DatabaseBusy
from counterfoil.ingest import inner_persons, prepare
from counterfoil.ingest.batch import Batch, Checkpoint, Counts
from counterfoil.ingest.classify import Classifier
from counterfoil.ingest.commit import LostRace, commit
from counterfoil.ingest.guards import ChangeGate
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.quarantine import Quarantined
from counterfoil.ingest.refused_records import find_refused
from counterfoil.mirror.store import current_dialect
from counterfoil.mirror.store.base import ChangeSource

if TYPE_CHECKING:
    from counterfoil.ingest.session import IngestSession

ATTEMPTS = 8
"""How often a batch is ingested that keeps losing the race for its rows, before the run gives up for now."""


class Ingest:
    """The way in of one resource of a connection. Built by `IngestSession.pipeline`."""

    def __init__(
        self, session: "IngestSession", classifier: Classifier, check: Callable[[], None], run_id: int | None
    ) -> None:
        self._session = session
        self._classifier = classifier
        self._check = check
        self._run_id = run_id

    def prepare(self, observations: Sequence[Observation], *, first: bool = False) -> Batch:
        """Compare and order observations, and start mapping them: see `ingest.prepare.compare`."""
        return prepare.compare(self._session, self._classifier, observations, first=first)

    def resolve(self, batch: Batch, change_gate: ChangeGate | None = None) -> Batch:
        """Work out what is to be written: see `ingest.prepare.resolve`."""
        resolved = prepare.resolve(self._session, self._classifier, batch, change_gate)
        resolved.persons = inner_persons.prepare_inner(self._session, resolved)
        return resolved

    def write(self, batch: Batch, source: ChangeSource, checkpoint: Checkpoint = lambda _: None) -> Counts:
        """Write a batch in one short transaction. Raises LostRace with nothing written.

        Records whose values the database refuses are quarantined, and the others written without them.
        """
        try:
            return self._commit(batch, source, checkpoint)
        except Exception as error:
            if not current_dialect().refuses_value(error):
                raise
            refused = find_refused(self._session, batch, source, self._run_id)
            of_persons = self._refused_persons(batch, source)
            if not refused and not of_persons:
                raise
        batch.set_aside(refused)
        if batch.persons is not None:
            batch.persons.set_aside(of_persons)
        return self._commit(batch, source, checkpoint)

    def _refused_persons(self, batch: Batch, source: ChangeSource) -> dict[str, messages.Message]:
        if batch.persons is None or self._session.persons is None:
            return {}
        of_persons = inner_persons.source_of(batch.persons, source)
        return find_refused(self._session.persons, batch.persons, of_persons, self._run_id)

    def _commit(self, batch: Batch, source: ChangeSource, checkpoint: Checkpoint) -> Counts:
        return commit(self._session, batch, source, check=self._check, checkpoint=checkpoint, run_id=self._run_id)

    def ingest(
        self,
        observations: Sequence[Observation],
        source: ChangeSource,
        *,
        change_gate: ChangeGate | None = None,
        checkpoint: Checkpoint = lambda _: None,
        also_quarantine: Sequence[Quarantined] = (),
    ) -> Counts:
        """Prepare, resolve and write observations in one go.

        `checkpoint` runs inside the transaction. Raises DatabaseBusy where other processes win every race.
        """

        def plan(batch: Batch) -> tuple[ChangeSource, Checkpoint]:
            batch.quarantined.extend(also_quarantine)
            return source, checkpoint

        return self.ingest_planned(observations, plan, change_gate=change_gate)

    def ingest_planned(
        self,
        observations: Sequence[Observation],
        plan: Callable[[Batch], tuple[ChangeSource, Checkpoint]],
        *,
        change_gate: ChangeGate | None = None,
    ) -> Counts:
        """Do the same as `ingest` where source and checkpoint depend on the resolved batch.

        `plan` is called with each resolved batch: once more after every lost race.
        """
        for _ in range(ATTEMPTS):
            batch = self.resolve(self.prepare(observations), change_gate)
            source, checkpoint = plan(batch)
            try:
                return self.write(batch, source, checkpoint)
            except LostRace:
                if change_gate is not None:
                    change_gate.count(-batch.known, -batch.renamed, -len(batch.retyped))
        raise DatabaseBusy(messages.ingest.CONTENDED(), messages.ingest.TRY_LATER())
