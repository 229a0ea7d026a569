"""Which texts of a file are no value of a field. Pure.

What stands for nothing in any column is dropped when a row is read (`FileReader.flatten`); the rest depends on the
field. The payload keeps everything as it came.
"""

from collections.abc import Callable, Mapping

from counterfoil.normalize.empty_words import is_no_number, is_no_place, is_no_text

_NUMBERS = (
    *("phone", "mobile", "email", "billing_email", "website", "vat_number", "postal_code", "follow_up_date"),
    *("upstream_created_at", "date", "due_date", "paid_on"),
)
_PLACES = ("city", "country", "language", "currency", "total", "balance")
_OF_FIELD: Mapping[str, Callable[[str], bool]] = {
    **dict.fromkeys(_NUMBERS, is_no_number),
    **dict.fromkeys(_PLACES, is_no_place),
}


def is_empty(field: str, text: str) -> bool:
    """Tell whether a text is no value of a field."""
    return _OF_FIELD.get(field, is_no_text)(text)
