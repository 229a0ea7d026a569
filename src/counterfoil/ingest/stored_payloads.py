"""Map the payloads of stored rows again: each as the system or the file that it came from is read."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from counterfoil.connections import factory
from counterfoil.ingest.mapping_pool import MappingOutcome, MappingPool, Payload
from counterfoil.ingest.session import IngestSession
from counterfoil.mapping.imported_row import RowReader
from counterfoil.mapping.invoice import InvoiceMapper
from counterfoil.mirror import imported
from counterfoil.mirror.imported import ReadAs
from counterfoil.mirror.models import Connection


class StoredPayloads:
    """Maps stored payloads of one resource of a connection."""

    def __init__(self, connection: Connection, session: IngestSession) -> None:
        self._connection = connection
        self._session = session
        self._by_import: dict[int, MappingPool | None] = {}

    def map(self, rows: Sequence[Any], payloads: Sequence[Payload]) -> list[MappingOutcome | None]:
        """Map the payloads of these rows.

        None where it is not known any more by which columns a row was imported.
        """
        told = [row.ticket_to != imported.BEFORE_ALL for row in rows]
        theirs = [payload for payload, upstream in zip(payloads, told, strict=True) if upstream]
        mapped = iter(self._session.pool.submit(theirs).result())
        self._load_columns({row.first_reference for row in rows if row.ticket_to == imported.BEFORE_ALL})
        outcomes: list[MappingOutcome | None] = []
        for row, payload, upstream in zip(rows, payloads, told, strict=True):
            pool = None if upstream else self._by_import[row.first_reference]
            outcomes.append(next(mapped) if upstream else pool.map_here(payload) if pool else None)
        return outcomes

    def _load_columns(self, runs: set[int]) -> None:
        unknown = runs - self._by_import.keys()
        if unknown:
            known = imported.read_as_by_run(unknown)
            self._by_import |= {run: self._pool(known[run]) if run in known else None for run in unknown}

    def _pool(self, read_as: ReadAs) -> MappingPool:
        config = factory.mapping_config(self._connection, self._session.table.resource)
        config = replace(config, sources={}, forms=read_as.forms)
        return MappingPool(config, self._session.table.form, InvoiceMapper(config, RowReader(read_as.columns)))
