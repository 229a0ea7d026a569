"""Reads a row of an app's own table of invoices, for the mapper that all invoices go through."""

from collections.abc import Mapping
from typing import Any, ClassVar

from counterfoil.connectors.fields import INVOICE_FIELDS
from counterfoil.connectors.file.record import FileReader
from counterfoil.invoices.columns import ID

_FIELDS = tuple(field.name for field in INVOICE_FIELDS)


class RowReader(FileReader):
    """Gives the chosen columns the names of their fields; the others keep their own and stay visible as extra."""

    default_sources: ClassVar[Mapping[str, tuple[str, ...]]] = {name: (name,) for name in _FIELDS}

    def __init__(self, columns: Mapping[str, str]) -> None:
        """`columns`: field -> column."""
        self._columns = columns

    def flatten(self, external_id: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        """One level of values: the fields by their names, every other column by its own."""
        flat = super().flatten(external_id, raw)
        fields = {field: flat.pop(column, None) for field, column in self._columns.items()}
        fields.pop(ID, None)
        others = {f"{name} (column)" if name in _FIELDS else name: value for name, value in flat.items()}
        return {**others, **fields}
