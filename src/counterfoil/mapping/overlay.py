"""Lay our values over the upstream's, before normal forms are derived. Pure (DESIGN law 4)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

NOTHING: Mapping[str, Any] = MappingProxyType({})


def apply(values: dict[str, Any], invalid: dict[str, str], edits: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Replace the edited fields in place, and return the upstream's values of them.

    The reason why an upstream's value is invalid does not apply to ours, so it is removed from `invalid`.
    """
    if not edits:
        return NOTHING
    theirs = {field: values[field] for field in edits}
    values.update(edits)
    for field in edits:
        invalid.pop(field, None)
    return theirs
