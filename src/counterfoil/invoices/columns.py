"""Which column of a file is which field of an invoice, by its name. Pure."""

import re
from collections.abc import Mapping, Sequence

from counterfoil.connectors.fields import INVOICE_FIELDS
from counterfoil.errors import NotFound, WrongSetting
from counterfoil.normalize.text import fold

ID = "external_id"
"""The field that tells invoices apart: the upstream's own id, never that of the app which wrote the file."""
FIELDS = (ID, *(field.name for field in INVOICE_FIELDS))
NEEDED = (ID, "customer_external_id")

_NAMES: Mapping[str, tuple[str, ...]] = {
    ID: ("zoho invoice id", "upstream invoice id", "external invoice id", "external id", "invoice id"),
    "customer_external_id": (
        "zoho customer id", "zoho contact id", "upstream customer id", "external customer id",
        "customer external id", "customer id", "contact id", "client id",
    ),
    "customer_name": ("customer name", "customer", "client name", "contact name"),
    "number": ("invoice number", "number", "invoice no"),
    "reference": ("reference number", "reference", "po number"),
    "status": ("status", "invoice status"),
    "date": ("invoice date", "date", "issue date", "issued at"),
    "due_date": ("due date", "due"),
    "currency": ("currency code", "currency"),
    "total": ("amount total", "total", "total amount", "invoice total", "amount"),
    "balance": ("amount due", "balance", "balance due", "amount outstanding", "outstanding"),
    "email": ("customer email", "email"),
    "phone": ("customer phone", "phone"),
    "country": ("customer country code", "customer country", "country code", "country"),
}  # fmt: skip


def guess(columns: Sequence[str]) -> dict[str, str]:
    """field -> column, for fields that a column is named after: `zohoInvoiceId`, `invoice_id`, `Invoice ID`."""
    there = {plain(column): column for column in reversed(columns)}
    found: dict[str, str] = {}
    for field, names in _NAMES.items():
        column = next((there[plain(name)] for name in names if plain(name) in there), None)
        if column is not None:
            found[field] = column
    return found


def choose(columns: Sequence[str], said: Mapping[str, str]) -> dict[str, str]:
    """field -> column: what was said, and a guess for the rest. Raises NotFound, WrongSetting."""
    for field, column in said.items():
        if field not in FIELDS:
            raise WrongSetting(f"There is no field {field!r} of an invoice.", f"Fields are: {', '.join(FIELDS)}.")
        if column not in columns:
            raise NotFound(f"The file has no column {column!r}.", f"Columns are: {', '.join(columns)}.")
    taken = set(said.values())
    guessed = {field: column for field, column in guess(columns).items() if column not in taken}
    chosen = {**guessed, **said}
    for field in NEEDED:
        if field not in chosen:
            raise WrongSetting(
                f"It is not clear which column holds the {_WORDS[field]}.",
                f"Say it with --map {field}=COLUMN. Columns are: {', '.join(columns) or 'none'}.",
            )
    return chosen


def plain(name: str) -> str:
    """A column's name without capitals, accents, spaces and signs."""
    return re.sub(r"[\W_]+", "", fold(name))


_WORDS = {ID: "upstream's id of the invoice", "customer_external_id": "upstream's id of the customer"}
