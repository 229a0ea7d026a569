"""Values of edits: which fields can be edited, what people type for them, when two values are the same. Pure."""

from collections.abc import Callable
from datetime import date
from typing import Any

from counterfoil.errors import InvalidInput
from counterfoil.mapping.fields import CUSTOMER_FIELDS, LABELS
from counterfoil.normalize.country import country
from counterfoil.normalize.email import email
from counterfoil.normalize.phone import phone
from counterfoil.normalize.value import boolean, day, text
from counterfoil.normalize.vat import vat
from counterfoil.normalize.website import website

EDITABLE = {field.name: field for field in CUSTOMER_FIELDS if field.name != "is_active"}
"""Fields of a customer by name. Whether it is active is nobody's to say but the upstream's."""
LONGEST = 1000
"""Characters of a value."""


def parse(field: str, typed: str) -> Any:
    """What somebody typed, as an edit keeps it: None for nothing. Raises InvalidInput, naming the field."""
    known = EDITABLE.get(field)
    if known is None:
        raise InvalidInput(
            f"There is no field {field[:40]!r} that can be edited.", f"Fields are: {', '.join(EDITABLE)}."
        )
    said = text(typed) or None
    if said is None:
        if field == "name":
            raise InvalidInput("A customer cannot be without a name.", "Give one.")
        return None
    if len(said) > LONGEST:
        raise InvalidInput(f"{known.label} is longer than {LONGEST:,} characters.", "Make it shorter.")
    if known.kind == "boolean":
        return _said(known.label, boolean(said))
    if known.kind == "date":
        return _said(known.label, day(said).value)
    return said.upper() if field == "upstream_role" else said


def _said(label: str, value: Any) -> Any:
    if value is None:
        raise InvalidInput(f"{label} cannot be understood.", "Give yes or no; a day as in 2026-12-31.")
    return value


def column(field: str, value: Any) -> Any:
    """An edit's value as its column holds it."""
    known = EDITABLE[field]
    if known.kind == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    return "" if field == "name" and value is None else value


def likeness(field: str, region: str) -> Callable[[Any, Any], bool]:
    """Whether two values of a field are the same but for their spelling. `region` is the default country."""
    normal = _NORMAL.get(field)

    def alike(one: Any, other: Any) -> bool:
        if not isinstance(one, str) or not isinstance(other, str):
            return bool(one == other)
        if " ".join(one.split()).casefold() == " ".join(other.split()).casefold():
            return True
        if normal is None:
            return False
        form = normal(one, region)
        return form is not None and form == normal(other, region)

    return alike


def label(field: str) -> str:
    """What people call a field."""
    return LABELS.get(field, field)


_NORMAL: dict[str, Callable[[str, str], str | None]] = {
    "phone": lambda said, region: phone(said, region).value,
    "mobile": lambda said, region: phone(said, region).value,
    "vat_number": lambda said, region: vat(said, region).value,
    "email": lambda said, _: email(said).value,
    "billing_email": lambda said, _: email(said).value,
    "website": lambda said, _: website(said).value,
    "country": lambda said, _: country(said).value,
}
