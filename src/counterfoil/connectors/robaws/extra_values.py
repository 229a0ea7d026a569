"""Give values of extra fields the types of Robaws (contract section 3)."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from counterfoil.connectors.robaws.record import TYPED, typed_value
from counterfoil.normalize.value import boolean

_KEY_OF_TYPE = {
    "TEXT": "stringValue",
    "SELECT": "stringValue",
    "DATE": "dateValue",
    "DECIMAL": "decimalValue",
    "INTEGER": "integerValue",
    "CHECKBOX": "booleanValue",
}
"""TEXT and SELECT have been seen, the others follow their names. A checkbox has been seen under `numberValue`, so
the type is used before the key."""
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,10})?", re.ASCII)
_NUMBERS = frozenset({"decimalValue", "integerValue", "numberValue", "intValue"})


def typed_extra(value: Any, before: Any) -> dict[str, Any]:
    """Return a value under its key, without type and group: the form that is known to work.

    The key is that of the field as it was read (`before`), else that of the value's own type. Values under other
    keys are cleared. None clears.
    """
    key = _key_of(before) if isinstance(before, dict) else None
    if key is None:
        return {_key_for(value): value}
    present = [name for name in TYPED if before.get(name) is not None]
    return dict.fromkeys(present) | {key: None if value is None else _as(key, value, before)}


def _key_of(entry: Mapping[str, Any]) -> str | None:
    by_type = _KEY_OF_TYPE.get(str(entry.get("type") or "").upper())
    if by_type is not None:
        return by_type
    present = [name for name in TYPED if name in entry]
    return next((name for name in present if entry[name] is not None), present[0] if present else None)


def _key_for(value: Any) -> str:
    if isinstance(value, bool):
        return "booleanValue"
    return "dateValue" if isinstance(value, str) and _is_date(value) else "stringValue"


def _as(key: str, value: Any, before: Mapping[str, Any]) -> Any:
    # A value that does not fit the type is sent as it is, so that Robaws rejects it with its own message.
    if isinstance(value, list | dict):
        return value
    if key == "booleanValue":
        found = boolean(value)
        return value if found is None else found
    if key in _NUMBERS:
        return _number(value, whole=key in {"integerValue", "intValue"})
    if key == "stringValue" and isinstance(value, bool):
        return _word(value, before)
    return value


def _number(value: str | bool, *, whole: bool) -> Any:
    if isinstance(value, bool):
        return int(value)
    digits = value.strip().replace(",", ".")
    if not _NUMBER.fullmatch(digits):
        return value
    found = float(digits)
    return int(found) if found.is_integer() and (whole or "." not in digits) else found


def _word(value: bool, before: Mapping[str, Any]) -> str:
    # A tenant may keep a checkbox as a word: write the same word in its language and case.
    current = str(typed_value(before) or "")
    for pair in _WORDS:
        if current.casefold() in pair:
            word = pair[0 if value else 1]
            return word.upper() if current.isupper() else word.title() if current.istitle() else word
    return "true" if value else "false"


_WORDS = (("ja", "nee"), ("yes", "no"), ("oui", "non"), ("j", "n"), ("y", "n"), ("1", "0"))


def _is_date(value: str) -> bool:
    try:
        return len(value) == len("2020-12-17") and bool(date.fromisoformat(value))
    except ValueError:
        return False
