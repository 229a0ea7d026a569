"""A last row of a file that states the total of the others, "Total" or "Totaal"; it is no invoice. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from counterfoil.connectors.file.row import FileRow
from counterfoil.mapping.imported_row import ID
from counterfoil.mapping.invoice import AMOUNTS
from counterfoil.normalize.money import money
from counterfoil.normalize.text import words

_TITLES = frozenset(
    [
        *("algemeen totaal", "eindtotaal", "gesamt", "gesamtbetrag", "gesamtsumme", "grand total", "som", "sum"),
        *("suma", "summe", "totaal", "total", "total general", "totale", "totales", "totals", "totaux"),
    ]
)


@dataclass(frozen=True, slots=True)
class StatedTotal:
    """The totals that a line of a file states, by field."""

    line: int
    amounts: Mapping[str, Decimal]


def is_total(row: FileRow, columns: Mapping[str, str]) -> bool:
    """Return whether a row is the title of a total, without a customer, and amounts."""
    if row.problem and not row.values:
        return False
    amounts = {columns[name] for name in AMOUNTS if name in columns}
    texts = {name: " ".join(words(str(value))) for name, value in row.values.items() if _filled(value)}
    titles = [name for name, text in texts.items() if text in _TITLES]
    customer = columns["customer_external_id"]
    if not titles or (customer in texts and customer not in titles):
        return False
    identified = columns[ID] in texts and columns[ID] not in titles
    return not identified and not amounts.isdisjoint(texts)


def read_total(row: FileRow, columns: Mapping[str, str], forms: Mapping[str, str]) -> StatedTotal:
    """Read the amounts of a row that states them."""
    found = {name: money(row.values.get(columns.get(name, "")), forms.get(name, "")).value for name in AMOUNTS}
    return StatedTotal(row.line, {name: amount for name, amount in found.items() if amount is not None})


def _filled(value: Any) -> bool:
    return isinstance(value, str | int | float) and str(value).strip() != ""
