"""How the amounts and dates of a connection's records are written, as its settings keep it."""

from collections.abc import Mapping
from typing import Any

from counterfoil import messages
from counterfoil.mapping.fields import LABELS_OF
from counterfoil.normalize.column_form import IN_DOUBT

FORMS, CHOSEN = "forms", "chosen_forms"
"""In a connection's settings: the form of each field by resource, and what a person has chosen for open ones."""


def forms_of(settings: Mapping[str, Any], resource: str) -> Mapping[str, str]:
    """Return the form of each field of a resource."""
    found: Mapping[str, str] = settings.get(FORMS, {}).get(resource, {})
    return found


def warnings(settings: Mapping[str, Any]) -> list[str]:
    """Say of which fields values are left empty, because they can be read in two ways."""
    found: list[str] = []
    for resource in settings.get(FORMS, {}):
        fields = [name for name, form in forms_of(settings, resource).items() if form in IN_DOUBT]
        if fields:
            labels = ", ".join(LABELS_OF[resource].get(name, name) for name in fields)
            found.append(messages.sync.FORM_OPEN(resource=resource, fields=labels))
    return found
