"""What changed between what a row held and what it is now: one line per field. Pure (DESIGN law 10)."""

from collections.abc import Mapping, Sequence
from typing import Any

from counterfoil.mirror.row import FieldChange
from counterfoil.mirror.store.base import StoredValues

MADE_FROM = {
    "role": "upstream_role",
    "phone_e164": "phone",
    "mobile_e164": "mobile",
    "vat_normalized": "vat_number",
    "email_normalized": "email",
    "website_normalized": "website",
    "country_code": "country",
    "name_key": "name",
}
"""A normal form that follows its field is no change of its own."""
FOLLOWS = {made: field for made, field in MADE_FROM.items() if made != "role"}
"""Those that do. The effective role is always said: an override may hold it where the upstream's moves."""


def differences(
    columns: Sequence[str], held: StoredValues, values: Mapping[str, Any], extra: Mapping[str, Any]
) -> list[FieldChange]:
    """Field by field (`columns` are the mapped ones), then the extra fields by key. Empty when nothing that is
    shown has changed."""
    before = held.values
    moved = {name for name in columns if before[name] != values[name]}
    found = [
        FieldChange(name, before[name], values[name])
        for name in columns
        if name in moved and FOLLOWS.get(name) not in moved
    ]
    others = [key for key in sorted({*held.extra, *extra}) if held.extra.get(key) != extra.get(key)]
    return found + [FieldChange(f"extra.{key}", held.extra.get(key), extra.get(key)) for key in others]
