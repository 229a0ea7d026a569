"""Read a row of another app's table by the columns that were chosen when it was imported."""

from collections.abc import Mapping
from typing import Any, ClassVar

from counterfoil.connectors.file.record import FileReader
from counterfoil.mapping.fields import CUSTOMER_OF_INVOICE, INVOICE_FIELDS
from counterfoil.normalize.value import text

ID = "external_id"
"""The field that identifies invoices: the upstream's id, never that of the app which wrote the file."""
FIELDS = tuple(field.name for field in (*INVOICE_FIELDS, *CUSTOMER_OF_INVOICE))
"""What a column can be chosen for, besides the id. Those of the customer have no column here and stay extra."""

_OF_CUSTOMER = frozenset(field.name for field in CUSTOMER_OF_INVOICE)


class RowReader(FileReader):
    """Renames the chosen columns to their fields; other columns keep their names and stay visible as extra."""

    default_sources: ClassVar[Mapping[str, tuple[str, ...]]] = {
        field.name: (field.name,) for field in INVOICE_FIELDS
    }

    def __init__(self, columns: Mapping[str, str]) -> None:
        """`columns`: field -> column."""
        self._columns = columns

    def flatten(self, external_id: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Flatten a row to one level: fields by their names, every other column by its own."""
        flat = super().flatten(external_id, raw)
        fields = {field: flat.pop(column, None) for field, column in self._columns.items()}
        fields.pop(ID, None)
        for name in _OF_CUSTOMER & fields.keys():
            fields[name] = text(fields[name]) or fields[name]
        others = {f"{name} (column)" if name in FIELDS else name: value for name, value in flat.items()}
        return {**others, **fields}
