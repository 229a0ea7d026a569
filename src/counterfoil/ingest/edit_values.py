"""Values of edits: which fields can be edited, how typed text is read, when two values are the same. Pure."""

from collections.abc import Callable
from datetime import date
from typing import Any

from counterfoil import messages
from counterfoil.errors import InvalidInput
from counterfoil.mapping.fields import CUSTOMER_FIELDS, LABELS
from counterfoil.normalize.country import country
from counterfoil.normalize.email import email
from counterfoil.normalize.phone import phone
from counterfoil.normalize.value import boolean, day, text
from counterfoil.normalize.vat import vat
from counterfoil.normalize.website import website

EDITABLE = {field.name: field for field in CUSTOMER_FIELDS if field.name != "is_active"}
"""The fields of a customer that can be typed, by name. Whether it is active has a command of its own."""
_KINDS = {field.name: field.kind for field in CUSTOMER_FIELDS}
LONGEST = 1000
"""Characters of a value."""


def parse(field: str, typed: str) -> Any:
    """Read typed text as the value of an edit, in JSON's own types; None for nothing.

    Raises InvalidInput, naming the field.
    """
    editable = EDITABLE.get(field)
    if editable is None:
        raise InvalidInput(f"“{field[:40]}” is not a field that can be edited.", f"Fields: {', '.join(EDITABLE)}.")
    value = text(typed) or None
    if value is None:
        if field == "name":
            raise InvalidInput(messages.ingest.NAME_MISSING(), messages.ingest.NAME_MISSING_ADVICE())
        return None
    if len(value) > LONGEST:
        raise InvalidInput(f"{editable.label} is longer than {LONGEST:,} characters.", "Shorten it.")
    if editable.kind == "boolean":
        return _parsed(boolean(value), f"{editable.label} must be yes or no.")
    if editable.kind == "date":
        return _parsed(day(value).value, f"{editable.label} must be a date, like 2026-12-31.")
    return value.upper() if field == "upstream_role" else value


def _parsed(value: Any, problem: str) -> Any:
    if value is None:
        raise InvalidInput(problem)
    return value


def column_value(field: str, value: Any) -> Any:
    """Convert an edit's value to the type of its column."""
    if _KINDS[field] == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    return "" if field == "name" and value is None else value


def likeness(field: str, region: str) -> Callable[[Any, Any], bool]:
    """Build the test whether two values of a field differ only in spelling. `region` is the default country."""
    normalize = _NORMALIZERS.get(field)

    def alike(one: Any, other: Any) -> bool:
        if not isinstance(one, str) or not isinstance(other, str):
            return bool(one == other)
        if " ".join(one.split()).casefold() == " ".join(other.split()).casefold():
            return True
        if normalize is None:
            return False
        form = normalize(one, region)
        return form is not None and form == normalize(other, region)

    return alike


def label(field: str) -> str:
    """Return the label that people read for a field; an unknown field is its own label."""
    return LABELS.get(field, field)


_NORMALIZERS: dict[str, Callable[[str, str], str | None]] = {
    "phone": lambda value, region: phone(value, region).value,
    "mobile": lambda value, region: phone(value, region).value,
    "vat_number": lambda value, region: vat(value, region).value,
    "email": lambda value, _: email(value).value,
    "billing_email": lambda value, _: email(value).value,
    "website": lambda value, _: website(value).value,
    "country": lambda value, _: country(value).value,
}
