"""The differences between a stored row and new values, one per field. Pure (DESIGN law 10)."""

from collections.abc import Mapping, Sequence
from typing import Any

from counterfoil.mirror.row import FieldChange
from counterfoil.mirror.store.base import StoredValues

DERIVED_FROM = {
    "role": "upstream_role",
    "phone_e164": "phone",
    "mobile_e164": "mobile",
    "vat_normalized": "vat_number",
    "email_normalized": "email",
    "website_normalized": "website",
    "country_code": "country",
    "name_key": "name",
}
"""Derived fields, by the field that each is derived from."""
FOLLOWS = {derived: field for derived, field in DERIVED_FROM.items() if derived != "role"}
"""Derived fields whose change is not listed where their field changed too.

The effective role is always listed, because an override may keep it while the upstream's changes.
"""


FIRST_DETAILS = "details"
"""The field of the one change that stands for all values which the first single read of a record has brought. Its
new value lists their names; before, they were unknown."""


def differences(
    columns: Sequence[str], stored: StoredValues, values: Mapping[str, Any], extra: Mapping[str, Any]
) -> list[FieldChange]:
    """List the changed fields among the mapped `columns`, then the changed extra fields by key."""
    before = stored.values
    changed = {name for name in columns if before[name] != values[name]}
    found = [
        FieldChange(name, before[name], values[name])
        for name in columns
        if name in changed and FOLLOWS.get(name) not in changed
    ]
    others = [key for key in sorted({*stored.extra, *extra}) if stored.extra.get(key) != extra.get(key)]
    return found + [FieldChange(f"extra.{key}", stored.extra.get(key), extra.get(key)) for key in others]
