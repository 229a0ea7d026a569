"""Values of extra fields as Robaws types them (contract section 3)."""

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
"""TEXT and SELECT have been seen, the others follow their names. A tick has been seen under `numberValue`, so for
these the type says more than the key."""
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,10})?", re.ASCII)
_NUMBERS = frozenset({"decimalValue", "integerValue", "numberValue", "intValue"})


def typed_extra(value: str | bool | None, before: Any) -> dict[str, Any]:
    """One value under its key, in the plain form without type and group, which is the reliable one.

    The key is that of the field as it was read (`before`), else that of the value; what stands under another one
    goes. None clears.
    """
    key = _key_of(before) if isinstance(before, dict) else None
    if key is None:
        return {_key_for(value): value}
    held = [name for name in TYPED if before.get(name) is not None]
    return dict.fromkeys(held) | {key: None if value is None else _as(key, value, before)}


def _key_of(entry: Mapping[str, Any]) -> str | None:
    """Where the field keeps its value; None where the entry does not tell."""
    said = _KEY_OF_TYPE.get(str(entry.get("type") or "").upper())
    if said is not None:
        return said
    held = [name for name in TYPED if name in entry]
    return next((name for name in held if entry[name] is not None), held[0] if held else None)


def _key_for(value: str | bool | None) -> str:
    if isinstance(value, bool):
        return "booleanValue"
    return "dateValue" if value is not None and _is_date(value) else "stringValue"


def _as(key: str, value: str | bool, before: Mapping[str, Any]) -> Any:
    """The value in the type of its key; as it is where it cannot be had, for Robaws to say so."""
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
    said = value.strip().replace(",", ".")
    if not _NUMBER.fullmatch(said):
        return value
    found = float(said)
    return int(found) if found.is_integer() and (whole or "." not in said) else found


def _word(value: bool, before: Mapping[str, Any]) -> str:
    """A tick that a tenant keeps as a word stays one, in its language."""
    held = str(typed_value(before) or "")
    for pair in _WORDS:
        if held.casefold() in pair:
            word = pair[0 if value else 1]
            return word.upper() if held.isupper() else word.title() if held.istitle() else word
    return "true" if value else "false"


_WORDS = (("ja", "nee"), ("yes", "no"), ("oui", "non"), ("j", "n"), ("y", "n"), ("1", "0"))


def _is_date(value: str) -> bool:
    try:
        return len(value) == len("2020-12-17") and bool(date.fromisoformat(value))
    except ValueError:
        return False
