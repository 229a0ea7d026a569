"""The id of a row: the value of its id column, or a text made of the values of several columns."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from counterfoil.connectors.file import messages
from counterfoil.connectors.identify import clean_id
from counterfoil.normalize.empty_words import is_no_value
from counterfoil.normalize.text import fold

_SHORTENED = re.compile(r"-?(?:\d+(?:[.,]\d+)?e\+\d+|\d+[.,]\d+e\d+)", re.IGNORECASE | re.ASCII)
"""How a spreadsheet writes a number with many digits: the last ones are lost for good."""
_BETWEEN = " | "


def choose_id_columns(typed: Sequence[str], columns: Collection[str]) -> tuple[str, ...]:
    """Return the columns that identify a row, as typed: one, several, or several in one text with commas."""
    chosen: list[str] = []
    for text in typed:
        parts = [text] if text in columns or "," not in text else [part.strip() for part in text.split(",")]
        chosen.extend(part for part in parts if part and part not in chosen)
    return tuple(chosen)


def id_of(values: Mapping[str, Any], columns: Sequence[str]) -> str:
    """Return a row's id; "" where it has none.

    One column gives its value as it is written. Of several, capitals, accents and spaces do not count.
    """
    if len(columns) == 1:
        return _written(value_at(values, columns[0]))
    parts = [" ".join(fold(_written(value_at(values, column))).replace("|", " ").split()) for column in columns]
    return clean_id(_BETWEEN.join(parts)) if any(parts) else ""


def id_problem(external_id: str, columns: Sequence[str], line: int) -> str:
    """Say why an id cannot be one, "" where it can."""
    if len(columns) == 1 and not external_id.isdigit() and is_shortened(external_id):
        return messages.SHORTENED_ID(line=line, column=columns[0])
    return ""


def is_shortened(external_id: str) -> bool:
    """Tell whether a spreadsheet has shortened an id, as in `4.6E+17`."""
    return "e" in external_id.lower() and _SHORTENED.fullmatch(external_id) is not None


def same_for_people(external_id: str) -> str:
    """Return what two ids have in common that are the same one: e-mail addresses differ in capitals."""
    return external_id.casefold() if "@" in external_id else external_id


def value_at(values: Mapping[str, Any], column: str) -> Any:
    """Return the value of a column, or of a dotted path into the objects of a JSON file."""
    if column in values or "." not in column:
        return values.get(column)
    key, _, rest = column.partition(".")
    while True:
        inner = values.get(key)
        if isinstance(inner, list) and inner:
            inner = inner[0]
        if isinstance(inner, Mapping):
            return value_at(inner, rest)
        more, dot, rest = rest.partition(".")
        if not dot:
            return None
        key = f"{key}.{more}"


def _written(value: Any) -> str:
    text = "" if isinstance(value, dict | list) else clean_id(value)
    return "" if is_no_value(text) else text
