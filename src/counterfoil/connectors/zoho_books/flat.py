"""Flatten Zoho's records: contacts, persons and invoices follow the same conventions."""

from collections.abc import Mapping
from typing import Any

CUSTOM = "custom_fields"
"""The path prefix of custom fields: "custom_fields.<label>". `custom_field_hash` repeats them."""
_TWICE = frozenset({"custom_field_hash"})
COMPLETE_KEYS = frozenset({CUSTOM, *_TWICE})
"""A record that comes with custom fields comes with all of them."""


def is_volatile(key: str) -> bool:
    """Return whether a key holds a display text beside the value, in the API user's language and date format."""
    return key.endswith("_formatted")


def flatten(raw: Mapping[str, Any], left_out: frozenset[str]) -> dict[str, Any]:
    """Return values by path: "phone", "billing_address.city", "custom_fields.<label>".

    Empty lists and objects are left out.
    """
    flat: dict[str, Any] = {}
    for key, value in raw.items():
        if key in left_out or key in _TWICE or is_volatile(key) or value in ([], {}):
            continue
        if key == CUSTOM and isinstance(value, list):
            flat.update(_custom(value))
        elif isinstance(value, dict):
            flat.update({f"{key}.{inner}": found for inner, found in value.items() if not is_volatile(inner)})
        else:
            flat[key] = value
    return flat


def _custom(fields: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields:
        if isinstance(field, dict):
            found[f"{CUSTOM}.{custom_field_label(field)}"] = field.get("value")
    return found


def custom_field_label(field: Mapping[str, Any]) -> Any:
    """Return the name of a custom field in a path."""
    return field.get("label") or field.get("placeholder") or field.get("customfield_id")


def label(path: str) -> str:
    """Return the label of a custom field, or the path itself."""
    return path.removeprefix(f"{CUSTOM}.")
