"""Which columns of a file of contact persons or invoices are which fields."""

from collections.abc import Iterable

from counterfoil.connectors.field_source import joined, quoted
from counterfoil.connectors.file.column_names import Sample, find_columns

_PERSON = (
    *("customer_external_id", "salutation", "first_name", "name_prefix", "last_name", "email", "mobile", "phone"),
    *("designation", "department", "is_primary"),
)
_INVOICE = (
    *("customer_external_id", "customer_number", "customer_name", "number", "reference", "status", "date"),
    *("due_date", "currency", "total", "balance", "email", "paid_on"),
)


def guess_person(columns: Iterable[str], sample: Sample = ()) -> dict[str, str]:
    """Guess where the fields of contact persons come from: "van den" is a part of the last name."""
    found = find_columns(columns, "contact_person", _PERSON, sample)
    prefix = found.pop("name_prefix", None)
    chosen = {field: quoted(column) for field, column in found.items()}
    if prefix is not None and "last_name" in found:
        chosen["last_name"] = joined([prefix, found["last_name"]])
    return chosen


def guess_invoice(columns: Iterable[str], sample: Sample = ()) -> dict[str, str]:
    """Guess where the fields of invoices come from. Without an id of the customer, its number is taken for one."""
    found = find_columns(columns, "invoice", _INVOICE, sample)
    number = found.pop("customer_number", None)
    if number is not None:
        found.setdefault("customer_external_id", number)
    return {field: quoted(column) for field, column in found.items()}
