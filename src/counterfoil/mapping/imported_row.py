"""Read a row of another app's table by the columns that were chosen when it was imported."""

from collections.abc import Mapping
from typing import Any, ClassVar

from counterfoil.connectors.file.record import FileReader
from counterfoil.mapping.fields import INVOICE_FIELDS

ID = "external_id"
"""The field that identifies invoices: the upstream's id, never that of the app which wrote the file."""
_FIELDS = tuple(field.name for field in INVOICE_FIELDS)


class RowReader(FileReader):
    """Renames the chosen columns to their fields; other columns keep their names and stay visible as extra."""

    default_sources: ClassVar[Mapping[str, tuple[str, ...]]] = {name: (name,) for name in _FIELDS}

    def __init__(self, columns: Mapping[str, str]) -> None:
        """`columns`: field -> column."""
        self._columns = columns

    def flatten(self, external_id: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Flatten a row to one level: fields by their names, every other column by its own."""
        flat = super().flatten(external_id, raw)
        fields = {field: flat.pop(column, None) for field, column in self._columns.items()}
        fields.pop(ID, None)
        others = {f"{name} (column)" if name in _FIELDS else name: value for name, value in flat.items()}
        return {**others, **fields}
