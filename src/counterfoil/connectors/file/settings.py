"""The settings of each file of a connection."""

from collections.abc import Mapping

from counterfoil.connectors.page import Resource

FILES = "files"
"""The setting with the files of contact persons and invoices, by resource; that of customers has its own settings
beside it."""


def settings_of(values: Mapping[str, object], resource: Resource) -> Mapping[str, object] | None:
    """Return the settings of one file of a connection; None where it has no such file."""
    if resource == Resource.CUSTOMER:
        return values
    others = values.get(FILES)
    found = others.get(resource.value) if isinstance(others, Mapping) else None
    return found if isinstance(found, Mapping) else None
