"""The values of a file's rows as an import stores them, beside those of their rows here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from counterfoil.connections import factory
from counterfoil.connectors.page import Resource
from counterfoil.imports.source_file import IncomingRow, SourceFile
from counterfoil.ingest.mapping_pool import MappingPool, Payload
from counterfoil.mapping.imported_row import RowReader
from counterfoil.mapping.invoice import InvoiceMapper
from counterfoil.mapping.mapper import Mapped
from counterfoil.mirror.changes import differences
from counterfoil.mirror.imported import BEFORE_ALL
from counterfoil.mirror.models import Connection
from counterfoil.mirror.record_history import EXTRA
from counterfoil.mirror.resources import table
from counterfoil.mirror.store.base import StoredValues, stored_values


@dataclass(frozen=True, slots=True)
class RowHere:
    """An invoice in the database. `values` is None where the upstream has told of it: it may differ."""

    pool: MappingPool
    values: StoredValues | None

    def differing(self, row: IncomingRow, *, but: Collection[str] = ()) -> list[str]:
        """Name the fields, `but` for these, that a row of the file would store with another value."""
        if self.values is None:
            return []
        mapped = self.pool.map_here(Payload(row.item.external_id, row.item.raw))
        if not isinstance(mapped, Mapped):
            return ["external_id"]  # as it is now, the row could not be imported
        columns = [name for name in self.values.values if name not in but]
        found = differences(columns, self.values, mapped.values, mapped.extra)
        return [change.field.removeprefix(EXTRA) for change in found]


class FileValues:
    """Maps rows of a file, and loads the rows of the mirror to compare them with."""

    def __init__(self, connection: Connection, source: SourceFile) -> None:
        config = replace(factory.mapping_config(connection, Resource.INVOICE), sources={}, forms=source.forms)
        self._invoices = table(Resource.INVOICE)
        self._pool = MappingPool(config, self._invoices.form, InvoiceMapper(config, RowReader(source.columns)))
        self._connection_id = connection.pk

    def rows(self, external_ids: Collection[str]) -> dict[str, RowHere]:
        """Load the rows of these invoices that are here."""
        rows = self._invoices.rows(self._connection_id).filter(external_id__in=external_ids)
        keys: Sequence[tuple[str, int, int]] = list(rows.values_list("external_id", "pk", "ticket_to"))
        values = stored_values(self._invoices, [key for _, key, ticket in keys if ticket == BEFORE_ALL])
        return {external_id: RowHere(self._pool, values.get(key)) for external_id, key, _ in keys}
