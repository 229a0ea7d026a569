"""Read single records live, through their customer where the upstream gives them only there."""

import time
from collections.abc import Callable, Iterator, Sequence

from counterfoil.connectors.page import Read, ReadOutcome
from counterfoil.connectors.port import Collection
from counterfoil.ingest.absence_control import OWNER, AbsenceControl, Owners
from counterfoil.ingest.failure_watch import FailureWatch
from counterfoil.ingest.other_answers import OtherAnswers
from counterfoil.mirror.models import State
from counterfoil.mirror.resources import Table

READS_PER_CONTROL = 10
SECONDS_PER_CONTROL = 5.0
"""So many reads, and so much time, may lie between a 404 that has to be controlled and its control."""


class LiveReader:
    """Reads records of one resource of one connection."""

    def __init__(
        self,
        collection: Collection,
        table: Table,
        connection_id: int,
        draw_anew: Callable[[], None] = lambda: None,
    ) -> None:
        """`draw_anew` is called before each batch, so that its tickets are later than all that is known."""
        self._draw_anew = draw_anew
        self._collection = collection
        self._table = table
        self._connection_id = connection_id
        self._control = AbsenceControl(collection, table, connection_id)
        self._watch = FailureWatch(self._is_another_answered)
        self._others = OtherAnswers(table, connection_id)
        self._answered: str | None = None

    def __call__(self, external_ids: Sequence[str], owners: Owners | None = None) -> Iterator[Read]:
        """Read records in the order given. A read that fails is UNCLEAR, unless every read fails.

        `owners` maps ids of records to the customers under whom they were just observed; for other records the
        row names the customer. GONE is proven: a 404 that may be another system's has been controlled. Raises the
        error of all reads where several in a row fail alike and another record is not answered either: those reads
        are not returned. Too many answers of other records are UNCLEAR.
        """
        self._draw_anew()
        owners = {**self._owners(external_ids), **(owners or {})}
        waiting: list[Read] = []
        since = 0.0
        for read in self._watched(external_ids, owners):
            if not waiting and not read.not_found_form:
                yield read
                continue
            since = since if waiting else time.monotonic()
            waiting.append(read)
            if len(waiting) >= READS_PER_CONTROL or time.monotonic() - since > SECONDS_PER_CONTROL:
                yield from self._control.decide(waiting, owners)
                waiting = []
        yield from self._control.decide(waiting, owners)

    def _watched(self, external_ids: Sequence[str], owners: Owners) -> Iterator[Read]:
        """Read records, and watch those that fail."""
        undecided: list[Read] = []
        for read in map(self._others.check, self._collection.read(external_ids, owners)):
            if read.error is not None:
                self._watch.note(read.external_id, read.error)
            elif read.answer != ReadOutcome.UNCLEAR:
                self._watch.note(read.external_id, None)
                self._answered = read.external_id
            undecided.append(read)
            if not self._watch.doubtful:
                yield from undecided
                undecided = []
        self._watch.check()
        yield from undecided

    def _owners(self, external_ids: Sequence[str]) -> dict[str, str]:
        if not self._table.has(OWNER):
            return {}
        rows = self._table.rows(self._connection_id).filter(external_id__in=external_ids)
        return dict(rows.exclude(**{OWNER: None}).values_list("external_id", OWNER))

    def _is_another_answered(self, failed: frozenset[str]) -> bool:
        """Read the record that was answered last, or else the newest one, and the oldest."""
        present = self._table.rows(self._connection_id).filter(state=State.PRESENT).exclude(external_id__in=failed)
        ids = present.values_list("external_id", flat=True)
        others = (self._answered or ids.order_by("-id").first(), ids.order_by("id").first())
        return any(self._is_answered(other) for other in dict.fromkeys(others) if other is not None)

    def _is_answered(self, external_id: str) -> bool:
        (read,) = self._collection.read([external_id], self._owners([external_id]))
        return read.answer != ReadOutcome.UNCLEAR
