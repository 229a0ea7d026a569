"""Doubt single reads that other records answer, once they are too many: a cache in between may mix up answers."""

from dataclasses import replace

from counterfoil import messages
from counterfoil.connectors.page import Read, ReadOutcome
from counterfoil.ingest.guards import allowed_count
from counterfoil.mirror.resources import Table


class OtherAnswers:
    """Counts the ids of one resource that other records answer, for one run."""

    def __init__(self, table: Table, connection_id: int) -> None:
        self._table = table
        self._connection_id = connection_id
        self._count = 0
        self._limit: int | None = None

    def check(self, read: Read) -> Read:
        """Return a read as it is, or UNCLEAR where other records answer for more ids than the guard allows."""
        if not read.other:
            return read
        if self._limit is None:
            self._limit = allowed_count(self._table.rows(self._connection_id).count())
        self._count += 1
        if self._count <= self._limit:
            return read
        reason = messages.ingest.OTHERS_ANSWER(other=read.other)
        return replace(read, answer=ReadOutcome.UNCLEAR, reason=reason, other="")
